"""Tests of the association of image features with genes."""

import tracemalloc

import numpy as np
import pytest
import statsmodels.api as sm
from statsmodels.stats.multitest import multipletests

from RadioGenomicsTrainLib.association.pairs import associate
from RadioGenomicsTrainLib.validation.correlation import parametric_p


def _data(n=60, f=6, g=9, k=2, seed=0):
    rng = np.random.default_rng(seed)
    covariates = rng.normal(size=(n, k))
    x = rng.normal(size=(n, f)) + covariates[:, :1]
    y = rng.normal(size=(n, g)) + covariates[:, 1:] + covariates[:, :1]
    y[:, :3] += 1.5 * x[:, :3]
    return x, y, covariates


def _regressions(x, y, covariates):
    """t and p of each pair by ordinary least squares."""
    t, p = np.empty((x.shape[1], y.shape[1])), np.empty((x.shape[1], y.shape[1]))
    for i in range(x.shape[1]):
        for j in range(y.shape[1]):
            fit = sm.OLS(y[:, j], sm.add_constant(np.column_stack([x[:, i], covariates]))).fit()
            t[i, j], p[i, j] = fit.tvalues[1], fit.pvalues[1]
    return t, p


def test_every_hit_equals_the_regression_with_covariates():
    x, y, covariates = _data()
    t, p = _regressions(x, y, covariates)
    found = associate(x, y, covariates)
    expected = {tuple(pair) for pair in np.argwhere(p * p.size <= 0.05)}
    assert set(zip(found.feature, found.gene, strict=True)) == expected
    assert len(expected) >= 3
    np.testing.assert_allclose(found.t, t[found.feature, found.gene], rtol=1e-9)
    np.testing.assert_allclose(found.p, p[found.feature, found.gene], rtol=1e-7)
    q = multipletests(p.ravel(), method="fdr_bh")[1].reshape(p.shape)
    np.testing.assert_allclose(found.q, q[found.feature, found.gene], rtol=1e-4)
    assert found.discoveries == (q <= 0.05).sum()
    assert found.below_alpha == (p <= 0.05).sum()
    assert found.degrees == 60 - 2 - 2


def test_a_later_pair_lowers_q_as_in_the_step_up_procedure():
    rng = np.random.default_rng(3)
    shared = rng.normal(size=(40, 1))
    x, y = shared + 1.2 * rng.normal(size=(40, 8)), shared + 1.2 * rng.normal(size=(40, 50))
    found = associate(x, y)
    _t, p = _regressions(x, y, np.empty((40, 0)))
    q = multipletests(p.ravel(), method="fdr_bh")[1].reshape(p.shape)
    own = found.p * found.pairs / np.arange(1, len(found.p) + 1)
    assert (found.q < own * 0.99).any()
    np.testing.assert_allclose(found.q, q[found.feature, found.gene], rtol=1e-4)


def test_columns_with_gaps_or_nothing_beyond_the_covariates_are_left_out():
    x, y, covariates = _data()
    x[3, 4], x[:, 5] = np.nan, 7.3
    y[:, 7], y[0, 8] = covariates @ [2.0, -1.0] + 5, np.nan
    found = associate(x, y, covariates)
    assert found.usable_features.tolist() == [True] * 4 + [False] * 2
    assert found.usable_genes.tolist() == [True] * 7 + [False] * 2
    assert found.pairs == 28
    alone = associate(x[:, :4], y[:, :7], covariates)
    np.testing.assert_array_equal(found.gene, alone.gene)
    np.testing.assert_allclose(found.r, alone.r, rtol=1e-12)


def test_genes_keep_their_numbers_when_hundreds_before_them_are_left_out():
    rng = np.random.default_rng(5)
    x, y = rng.normal(size=(30, 4)), rng.normal(size=(30, 1700))
    y[:, [600, 1650]] += 5 * x[:, :2]
    y[3, :500:2], y[:, 512:590], y[0, 1024:1536] = np.nan, 1.0, np.nan
    found = associate(x, y)
    assert sorted(zip(found.feature, found.gene, strict=True)) == [(0, 600), (1, 1650)]
    usable = np.flatnonzero(found.usable_genes)
    assert len(usable) == 1700 - 250 - 78 - 512
    alone = associate(x, y[:, usable])
    np.testing.assert_array_equal(usable[alone.gene], found.gene)
    np.testing.assert_allclose(found.r, alone.r, rtol=1e-12)


def test_memory_is_less_than_that_of_the_genes():
    rng = np.random.default_rng(6)
    x, y = rng.normal(size=(60, 5)), rng.normal(size=(60, 20_000))
    associate(x, y)
    tracemalloc.start()
    associate(x, y)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 0.8 * y.nbytes


def test_the_order_of_patients_and_columns_changes_nothing():
    x, y, covariates = _data()
    rng = np.random.default_rng(1)
    rows, columns = rng.permutation(len(x)), rng.permutation(y.shape[1])
    one, other = associate(x, y, covariates), associate(x[rows], y[rows][:, columns], covariates[rows])
    np.testing.assert_array_equal(one.gene, columns[other.gene])
    np.testing.assert_allclose(one.r, other.r, rtol=1e-10)


@pytest.mark.parametrize("permutations", [0, 99])
def test_family_wise_error_holds_under_the_null(permutations):
    rng = np.random.default_rng(5)
    runs, wrong = 200, 0
    for seed in range(runs):
        covariates = rng.normal(size=(30, 1))
        x, y = rng.normal(size=(30, 4)) + covariates, rng.normal(size=(30, 12)) + covariates
        wrong += bool(len(associate(x, y, covariates, n_permutations=permutations, seed=seed).r))
    # 10 of 200 expected; 20 or more would come by chance once in 500 times.
    assert wrong < 20


def test_permutations_call_dependent_pairs_that_bonferroni_misses():
    rng = np.random.default_rng(2)
    x = rng.normal(size=(40, 1))
    y = np.repeat(0.55 * x + rng.normal(size=(40, 1)), 3000, axis=1) + 1e-3 * rng.normal(size=(40, 3000))
    permuted = associate(x, y, n_permutations=199)
    assert len(permuted.r) > 2900
    assert len(associate(x, y).r) < len(permuted.r)
    assert (permuted.p_family <= 0.05).all()


def test_q_of_a_pair_that_permutations_alone_call_is_that_of_all_pairs():
    rng = np.random.default_rng(37)
    x = rng.normal(size=(40, 1)) + 0.3 * rng.normal(size=(40, 30))
    y = rng.normal(size=(40, 1)) + 0.3 * rng.normal(size=(40, 30))
    found = associate(x, y, alpha=0.2, n_permutations=99)
    r = np.corrcoef(x.T, y.T)[: x.shape[1], x.shape[1] :]
    q = multipletests(parametric_p(r.ravel(), 40, one_sided=False), method="fdr_bh")[1].reshape(r.shape)
    assert (found.q > 0.2).any()
    np.testing.assert_allclose(found.q, q[found.feature, found.gene], rtol=1e-3)


def test_a_single_pair_can_be_permuted():
    x = np.random.default_rng(4).normal(size=(30, 1))
    found = associate(x, x + 0.1 * x**2, n_permutations=99)
    assert len(found.r) == len(found.q) == 1
    assert found.q[0] == pytest.approx(found.p[0])


def test_too_few_permutations_call_nothing():
    x, y, covariates = _data()
    assert not len(associate(x, y, covariates, n_permutations=10).r)


@pytest.mark.parametrize(
    ("covariates", "reason"),
    [
        (np.ones((20, 1)), "constant"),
        (np.column_stack([np.arange(20.0), 2 * np.arange(20.0)]), "combination"),
        (np.full((20, 1), np.nan), "missing"),
        (np.random.default_rng(0).normal(size=(20, 17)), "too few"),
        (np.arange(19.0)[:, None], "patients"),
    ],
)
def test_covariates_that_cannot_be_used_are_refused(covariates, reason):
    with pytest.raises(ValueError, match=reason):
        associate(np.arange(20.0)[:, None], np.arange(20.0)[:, None] ** 2, covariates)
