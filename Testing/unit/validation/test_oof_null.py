"""Negative controls: what the valid nulls must keep and the textbook p-value must not."""

from __future__ import annotations

import numpy as np
import pytest

from RadioGenomicsTrainLib.validation.correlation import parametric_p
from RadioGenomicsTrainLib.validation.correlation import pearson
from RadioGenomicsTrainLib.validation.folds import repeated_folds
from RadioGenomicsTrainLib.validation.linear_refit import _GENES_PER_STEP
from RadioGenomicsTrainLib.validation.multiple_testing import adjust
from RadioGenomicsTrainLib.validation.oof_matrix import kernel_ridge_weights
from RadioGenomicsTrainLib.validation.oof_matrix import oof_matrix
from RadioGenomicsTrainLib.validation.oof_null import max_t
from RadioGenomicsTrainLib.validation.oof_null import null_correlations
from RadioGenomicsTrainLib.validation.oof_null import null_p

N, GENES = 40, 100


def noise_head(seed: int, n: int = N, repeats: int = 2) -> np.ndarray:
    """Return H [n, n] of ridge on pure noise features."""
    x = np.random.default_rng(seed).normal(size=(n, 20))
    return oof_matrix(n, repeated_folds(n, 5, repeats, seed), kernel_ridge_weights(x @ x.T, 1.0))


def correlated_noise(rng: np.random.Generator, n: int = N, genes: int = GENES) -> np.ndarray:
    """Return expression [n, genes] that nothing predicts, with five programs shared by the genes."""
    return rng.normal(size=(n, 5)) @ rng.normal(size=(5, genes)) + 1.5 * rng.normal(size=(n, genes))


def test_family_wise_error_on_noise_is_five_percent_with_the_null_of_h_and_not_with_students_t() -> None:
    rng = np.random.default_rng(0)
    valid = naive = 0
    for head in range(10):
        h = noise_head(head)
        null = null_correlations(h, 200_000, seed=head)
        for _run in range(100):
            y = rng.normal(size=(N, GENES))
            r = pearson(y, h @ y)
            valid += (adjust(null_p(r, null)).holm_sidak <= 0.05).any()
            naive += (adjust(parametric_p(r, N)).holm_sidak <= 0.05).any()
    assert 0.02 <= valid / 1000 <= 0.08
    assert naive / 1000 > 0.3


def test_the_null_of_noise_features_is_wider_than_that_of_independent_pairs() -> None:
    null = null_correlations(noise_head(3, n=60, repeats=1), 100_000)
    assert 1.5 < 60 * null.var() < 2.3


def test_the_gaussian_null_and_the_permutation_null_agree() -> None:
    h = noise_head(4)
    y = correlated_noise(np.random.default_rng(4), genes=50)
    permuted = max_t(y, h, 4000).p
    gaussian = null_p(pearson(y, h @ y), null_correlations(h, 100_000))
    assert permuted == pytest.approx(gaussian, abs=0.04)


def test_a_gene_that_the_features_carry_is_found_and_the_others_are_not() -> None:
    rng = np.random.default_rng(5)
    x = rng.normal(size=(80, 3))
    y = rng.normal(size=(80, 300))
    y[:, :5] += 2 * x[:, [0]]
    h = oof_matrix(80, repeated_folds(80, 5, 2), kernel_ridge_weights(x @ x.T, 0.3))
    result = max_t(y, h, 500)
    assert np.flatnonzero(result.p_adjusted <= 0.05).tolist() == [0, 1, 2, 3, 4]
    assert (result.p_adjusted >= result.p - 1e-12).all()
    assert result.null_share_above.mean() < 0.1


def test_one_permutation_equals_refitting_on_permuted_patients() -> None:
    h = noise_head(6)
    y = np.random.default_rng(6).normal(size=(N, 8))
    shuffle = np.random.default_rng(0).permutation(N)
    permuted = np.empty_like(y)
    permuted[shuffle] = y
    refitted = pearson(permuted, h @ permuted)
    result = max_t(y, h, 1, seed=0)
    assert result.null_max[0] == pytest.approx(refitted.max(), abs=1e-5)
    assert result.null_median[0] == pytest.approx(np.median(refitted), abs=1e-5)


def test_more_genes_than_one_step_takes_are_scored_alike() -> None:
    h = noise_head(12)
    y = np.random.default_rng(12).normal(size=(N, 2 * _GENES_PER_STEP + 7))
    y[:, -1] = y[:, 0]
    result = max_t(y, h, 3)
    assert result.r == pytest.approx(pearson(y, h @ y), abs=1e-5)
    assert result.r[-1] == pytest.approx(result.r[0], abs=1e-6)


def test_permuting_inside_sites_keeps_what_the_site_predicts() -> None:
    rng = np.random.default_rng(7)
    site = np.repeat(np.arange(4), 15)
    onehot = np.eye(4)[site]
    y = onehot @ rng.normal(size=(4, 30)) * 2 + rng.normal(size=(60, 30))
    h = oof_matrix(60, repeated_folds(60, 5, 2), kernel_ridge_weights(onehot @ onehot.T, 0.3))
    assert (max_t(y, h, 199).p_adjusted <= 0.05).sum() > 15
    assert not (max_t(y, h, 199, blocks=site).p_adjusted <= 0.05).any()


def test_p_is_never_below_the_resolution_of_the_draws() -> None:
    null = null_correlations(noise_head(8), 999)
    assert null_p(np.array([1.0, np.nan, -1.0]), null) == pytest.approx([1 / 1000, 1, 1])


def test_a_constant_gene_is_never_significant_and_harms_no_other() -> None:
    y = np.random.default_rng(9).normal(size=(N, 6))
    y[:, 2] = 4.2
    result = max_t(y, noise_head(9), 50)
    assert np.isnan(result.r[2])
    assert result.p_adjusted[2] == 1
    assert np.isfinite(result.null_max).all()


def test_missing_values_are_refused() -> None:
    y = np.ones((N, 2))
    y[0, 0] = np.nan
    with pytest.raises(ValueError, match="complete"):
        max_t(y, noise_head(10), 5)


def test_draws_and_permutations_follow_the_seed() -> None:
    h = noise_head(11)
    y = np.random.default_rng(11).normal(size=(N, 5))
    assert np.array_equal(null_correlations(h, 500, seed=1), null_correlations(h, 500, seed=1))
    assert not np.array_equal(max_t(y, h, 20, seed=1).null_max, max_t(y, h, 20, seed=2).null_max)


def test_a_head_that_is_told_subtypes_is_tested_by_permuting_them_with_the_patients() -> None:
    rng = np.random.default_rng(11)
    believed = 0
    for run in range(100):
        subtype = rng.integers(0, 3, N)
        y = rng.normal(size=(3, GENES))[subtype] + correlated_noise(rng)
        drawn = 0.25 * y + 0.75 * np.array([y[subtype == one].mean(axis=0) for one in range(3)])[subtype]
        believed += (max_t(y, noise_head(run), 59, run, fitted_to=drawn).p_adjusted <= 0.05).any()
    assert believed <= 11  # 5 of 100 expected; 11 or fewer in 99 % of such tests


def test_a_head_fitted_to_other_values_scores_them_against_what_was_measured() -> None:
    rng = np.random.default_rng(12)
    y, given, h = rng.normal(size=(N, 7)), rng.normal(size=(N, 7)), noise_head(12)
    np.testing.assert_allclose(max_t(y, h, 3, fitted_to=given).r, pearson(y, h @ given), atol=1e-5)
    same, plain = max_t(y, h, 30, fitted_to=y), max_t(y, h, 30)
    np.testing.assert_allclose(same.r, plain.r, atol=1e-6)
    np.testing.assert_array_equal(same.p, plain.p)
