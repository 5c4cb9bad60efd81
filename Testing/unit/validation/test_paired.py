"""Comparing two predictors on the same patients."""

from __future__ import annotations

import numpy as np
import pytest

from RadioGenomicsTrainLib.validation.correlation import pearson
from RadioGenomicsTrainLib.validation.folds import repeated_folds
from RadioGenomicsTrainLib.validation.oof_matrix import kernel_ridge_weights
from RadioGenomicsTrainLib.validation.oof_matrix import oof_matrix
from RadioGenomicsTrainLib.validation.paired import bootstrap_median_r
from RadioGenomicsTrainLib.validation.paired import compare
from RadioGenomicsTrainLib.validation.paired import williams_t

N, GENES = 60, 150


def predicted(share: float, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Return expression [60, 150] and predictions of it of which ``share`` is signal."""
    rng = np.random.default_rng(0)
    y = rng.normal(size=(N, 5)) @ rng.normal(size=(5, GENES)) + rng.normal(size=(N, GENES))
    return y, share * y + np.random.default_rng(seed).normal(size=y.shape)


def test_a_better_predictor_is_better_and_the_other_way_round_is_not() -> None:
    y, upper = predicted(0.5, 1)
    _, lower = predicted(0.1, 2)
    better, worse = compare(y, upper, lower, n_draws=300), compare(y, lower, upper, n_draws=300)
    assert better.p == pytest.approx(1 / 301)
    assert 0 < better.low < better.delta_median_r < better.high
    assert better.delta_median_r == pytest.approx(-worse.delta_median_r)
    assert better.delta_best_100 > 0
    assert better.genes_better > 20
    assert (worse.p, worse.genes_better) == (1, 0)


def test_differences_are_those_of_the_correlations() -> None:
    y, upper = predicted(0.4, 3)
    _, lower = predicted(0.2, 4)
    one = compare(y, upper, lower, n_draws=50)
    a, b = pearson(y, upper), pearson(y, lower)
    assert one.delta_median_r == pytest.approx(np.median(a) - np.median(b))
    assert one.delta_best_100 == pytest.approx(np.sort(a)[-100:].mean() - np.sort(b)[-100:].mean())


def test_a_predictor_is_not_better_than_itself() -> None:
    y, upper = predicted(0.5, 5)
    one = compare(y, upper, upper, n_draws=100)
    assert (one.delta_median_r, one.low, one.high, one.p, one.genes_better) == (0, 0, 0, 1, 0)


def test_the_training_mean_has_no_correlation_to_beat() -> None:
    y, upper = predicted(0.5, 6)
    one = compare(y, upper, np.zeros_like(upper), n_draws=100)
    assert one.delta_median_r == pytest.approx(np.median(pearson(y, upper)))
    assert one.p < 0.05


def test_a_draw_is_the_correlation_of_the_patients_drawn() -> None:
    y, p = predicted(0.5, 7)
    weight = np.random.default_rng(9).multinomial(N, np.full(N, 1 / N), 4)
    drawn = [np.repeat(np.arange(N), one) for one in weight]
    expected = [np.median(pearson(y[rows], p[rows])) for rows in drawn]
    assert bootstrap_median_r(y, p, 4, 9) == pytest.approx(expected, abs=1e-5)


def test_a_draw_without_spread_counts_as_zero() -> None:
    random = np.random.default_rng(5)
    y = np.zeros((N, 200))
    # Of two patients alone, who are missing from every seventh draw: then rounding errors remain, of either sign.
    y[:2] = random.normal(size=(2, 200))
    with np.errstate(all="raise", under="ignore"):
        medians = bootstrap_median_r(y, random.normal(size=y.shape), 64, 0)
    without = ~np.random.default_rng(0).multinomial(N, np.full(N, 1 / N), 32)[:, :2].any(axis=1)
    assert without.any()
    assert not medians[:32][without].any()


def test_williams_t_follows_the_published_formula() -> None:
    # Steiger 1980 eq. 7, written out in another form, for r = .4 against .2, the two correlated .5, n = 103.
    a, b, c, n = 0.4, 0.2, 0.5, 103
    determinant = np.linalg.det(np.array([[1, a, b], [a, 1, c], [b, c, 1]]))
    expected = (a - b) * (
        (n - 1) * (1 + c) / (2 * (n - 1) / (n - 3) * determinant + (a + b) ** 2 / 4 * (1 - c) ** 3)
    ) ** 0.5
    assert williams_t(np.array([a]), np.array([b]), np.array([c]), n)[0] == pytest.approx(expected)


def test_williams_t_holds_its_level_on_independent_patients() -> None:
    rng = np.random.default_rng(10)
    y = rng.normal(size=(40, 4000))
    common = rng.normal(size=y.shape)
    upper, lower = (0.3 * y + common + rng.normal(size=y.shape) for _ in range(2))
    t = williams_t(pearson(y, upper), pearson(y, lower), pearson(upper, lower), 40)
    assert (t > 1.687).mean() == pytest.approx(0.05, abs=0.01)


def test_two_equally_bad_heads_are_rarely_told_apart() -> None:
    told_apart = some_gene = 0
    for seed in range(60):
        rng = np.random.default_rng(seed)
        y = rng.normal(size=(N, 5)) @ rng.normal(size=(5, GENES)) + 2 * rng.normal(size=(N, GENES))
        x = rng.normal(size=(2, N, 10))
        splits = repeated_folds(N, 5, 1, seed)
        upper, lower = (oof_matrix(N, splits, kernel_ridge_weights(one @ one.T, 1.0)) @ y for one in x)
        one = compare(y, upper, lower, n_draws=100, seed=seed)
        told_apart += (one.p <= 0.05) + (one.p >= 0.95)
        some_gene += one.genes_better > 0
    assert told_apart / 120 <= 0.1
    assert some_gene / 60 <= 0.15


@pytest.mark.parametrize("other", [np.zeros((5, 3)), np.full((5, 2), np.nan)])
def test_other_shapes_and_missing_values_are_refused(other: np.ndarray) -> None:
    with pytest.raises(ValueError, match=r"shape|complete"):
        compare(np.eye(5)[:, :2], np.eye(5)[:, :2], other)
