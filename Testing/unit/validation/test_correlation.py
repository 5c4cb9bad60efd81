"""Correlation of all genes at once against scipy, one gene at a time."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import betaincc
from scipy.stats import pearsonr

from RadioGenomicsTrainLib.validation.correlation import critical_r
from RadioGenomicsTrainLib.validation.correlation import fisher_interval
from RadioGenomicsTrainLib.validation.correlation import parametric_p
from RadioGenomicsTrainLib.validation.correlation import patients_per_gene
from RadioGenomicsTrainLib.validation.correlation import pearson


@pytest.fixture
def pair() -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(0)
    y = rng.normal(3, 2, (30, 12))
    return y, 0.5 * y + rng.normal(0, 1, (30, 12))


def test_r_and_p_equal_scipy(pair: tuple[np.ndarray, np.ndarray]) -> None:
    y, p = pair
    one_by_one = [pearsonr(y[:, g], p[:, g], alternative="greater") for g in range(12)]
    r = pearson(y, p)
    assert r == pytest.approx([one.statistic for one in one_by_one], abs=1e-12)
    assert parametric_p(r, 30) == pytest.approx([one.pvalue for one in one_by_one], rel=1e-9)


def test_genes_in_parts_are_the_same_genes_in_the_same_order() -> None:
    rng = np.random.default_rng(1)
    y = rng.normal(size=(20, 9001))
    p = y + rng.normal(size=y.shape)
    y[3, 17], p[:, 5000] = np.nan, 1.0
    r = pearson(y, p)
    few = [pearson(y[:, a : a + 1000], p[:, a : a + 1000]) for a in range(0, 9001, 1000)]
    np.testing.assert_allclose(r, np.concatenate(few), atol=1e-14)
    assert np.isnan(r[5000])
    sizes = patients_per_gene(y, p)
    np.testing.assert_allclose(parametric_p(r, sizes)[:1000], parametric_p(few[0], sizes[:1000]), rtol=1e-13)


def test_interval_equals_scipy(pair: tuple[np.ndarray, np.ndarray]) -> None:
    y, p = pair
    low, high = fisher_interval(pearson(y, p), 30)
    expected = pearsonr(y[:, 0], p[:, 0]).confidence_interval()
    assert (low[0], high[0]) == pytest.approx(tuple(expected), abs=1e-12)


def test_a_missing_cell_drops_only_that_patient_from_that_gene(pair: tuple[np.ndarray, np.ndarray]) -> None:
    y, p = pair
    y = y.copy()
    y[[2, 5], 1] = np.nan
    keep = np.delete(np.arange(30), [2, 5])
    r = pearson(y, p)
    assert r[1] == pytest.approx(pearsonr(y[keep, 1], p[keep, 1]).statistic, abs=1e-12)
    assert r[0] == pytest.approx(pearsonr(y[:, 0], p[:, 0]).statistic, abs=1e-12)
    assert patients_per_gene(y, p)[:2].tolist() == [30, 28]


@pytest.mark.parametrize("constant", [0.0, 0.1, 1e6])
def test_a_constant_column_has_no_r_and_p_of_one(pair: tuple[np.ndarray, np.ndarray], constant: float) -> None:
    y, p = pair
    y = y.copy()
    y[:, 3] = constant
    r = pearson(y, p)
    assert np.isnan(r[3])
    assert np.isfinite(np.delete(r, 3)).all()
    assert parametric_p(r, 30)[3] == 1


def test_a_gene_seen_in_two_patients_has_no_r() -> None:
    y = np.full((10, 1), np.nan)
    y[:2, 0] = [1, 2]
    assert np.isnan(pearson(y, np.arange(10.0)[:, None]))[0]


def test_one_sided_p_of_a_negative_r_is_above_one_half() -> None:
    assert parametric_p(np.array([-0.5]), 20)[0] == pytest.approx(1 - parametric_p(np.array([0.5]), 20)[0])


def test_p_of_a_strong_r_keeps_its_digits() -> None:
    assert 0 < parametric_p(np.array([0.99999]), 100)[0] < 1e-200


@pytest.mark.parametrize("n", [3, 4, 10, 105, 500, 20_000])
def test_p_of_every_size_of_r_is_that_of_the_beta_distribution(n: int) -> None:
    r = np.tanh(np.linspace(0.0, 12.0, 4001) / np.sqrt(n))
    both = betaincc(0.5, n / 2 - 1, r**2)
    assert parametric_p(r, n, one_sided=False) == pytest.approx(both, rel=2e-11)
    assert parametric_p(r, n) == pytest.approx(both / 2, rel=2e-11)
    assert parametric_p(-r, n) == pytest.approx(1 - both / 2, rel=2e-11)
    assert (parametric_p(r, n, one_sided=False) <= 1).all()


def test_p_of_no_and_of_a_perfect_correlation() -> None:
    assert parametric_p(np.array([0.0, 1.0, -1.0]), 20) == pytest.approx([0.5, 0.0, 1.0], abs=1e-12)


def test_every_gene_has_the_p_of_its_own_number_of_patients() -> None:
    r, n = np.full((2, 3), 0.4), np.array([[2, 3, 30], [30, 60, 3]])
    expected = [[1 if size < 3 else parametric_p(0.4, size) for size in row] for row in n.tolist()]
    np.testing.assert_array_equal(parametric_p(r, n), expected)


def test_different_shapes_are_refused() -> None:
    with pytest.raises(ValueError, match="shape"):
        pearson(np.zeros((3, 2)), np.zeros((2, 3)))


@pytest.mark.parametrize("offset", [5, 30, 1e3, 1e5])
def test_a_mean_far_above_the_spread_costs_no_digits(pair: tuple[np.ndarray, np.ndarray], offset: float) -> None:
    y, p = pair
    assert pearson(y + offset, p - offset) == pytest.approx(pearson(y, p), abs=1e-10)


def test_the_critical_r_has_the_p_it_was_made_for() -> None:
    p = np.array([1e-12, 1.6e-6, 0.001, 0.05, 0.5, 0.9])
    for n in (5, 60, 500):
        assert parametric_p(critical_r(p, n), n) == pytest.approx(p, rel=1e-6)
