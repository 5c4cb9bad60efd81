"""Figures of merit and intervals of single genes."""

from __future__ import annotations

import tracemalloc

import numpy as np
import pytest

from RadioGenomicsTrainLib.validation.gene_scores import interval_coverage
from RadioGenomicsTrainLib.validation.gene_scores import interval_half_width
from RadioGenomicsTrainLib.validation.gene_scores import score_genes


def test_a_perfect_prediction_has_perfect_figures() -> None:
    y = np.random.default_rng(0).normal(size=(40, 3))
    scores = score_genes(y, y, np.zeros_like(y), np.arange(40) % 5)
    for figure in (scores.r, scores.r2_oos, scores.ccc, scores.slope):
        assert figure == pytest.approx(1)
    assert scores.rmse_iqr == pytest.approx(0)
    assert scores.half_width == pytest.approx(0)


@pytest.mark.parametrize(("patients", "genes"), [(20, 30_000), (2_000, 300)])
def test_many_are_scored_as_each_gene_is_alone_and_take_no_more_memory(patients: int, genes: int) -> None:
    y, deviation, mean = np.random.default_rng(6).normal(size=(3, patients, genes))
    fold, one = np.arange(patients) % 5, slice(genes // 2, genes // 2 + 1)
    alone = score_genes(y[:, one], deviation[:, one], mean[:, one], fold)
    tracemalloc.start()
    scores = score_genes(y, deviation, mean, fold)
    _now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    for name, figures in vars(scores).items():
        assert figures.shape == (genes,)
        assert figures[one] == pytest.approx(getattr(alone, name))
    assert peak < 10e6


def test_the_mean_predictor_explains_nothing() -> None:
    y = np.random.default_rng(1).normal(size=(40, 2))
    scores = score_genes(y, np.zeros_like(y), np.full_like(y, 0.1), np.arange(40) % 5)
    assert scores.r2_oos == pytest.approx(0)
    assert np.isnan(scores.r).all()
    assert np.isnan(scores.slope).all()


def test_predictions_that_spread_twice_too_far_have_half_the_slope() -> None:
    y = np.random.default_rng(2).normal(size=(50, 2))
    scores = score_genes(y, 2 * y, np.zeros_like(y), np.arange(50) % 5)
    assert scores.slope == pytest.approx(0.5)
    assert (scores.ccc < 0.85).all()


def test_concordance_falls_with_a_shift_where_r_does_not() -> None:
    y = np.random.default_rng(3).normal(size=(50, 1))
    scores = score_genes(y, y, np.full_like(y, 2.0), np.arange(50) % 5)
    assert scores.r == pytest.approx(1)
    assert scores.ccc[0] == pytest.approx(2 * y.var() / (2 * y.var() + 4))


def test_a_missing_value_is_left_out_of_its_gene_only() -> None:
    y = np.random.default_rng(4).normal(size=(40, 2))
    missing = y.copy()
    missing[0, 0] = np.nan
    zero, fold = np.zeros_like(y), np.arange(40) % 5
    scores = score_genes(missing, y * 0.5 + 0.1 * y**2, zero, fold)
    whole = score_genes(y[1:, :1], (y * 0.5 + 0.1 * y**2)[1:, :1], zero[1:, :1], fold[1:])
    assert scores.n.tolist() == [39, 40]
    assert scores.ccc[0] == pytest.approx(whole.ccc[0])
    assert scores.half_width[0] == pytest.approx(whole.half_width[0])


def test_figures_of_a_simulated_truth_are_recovered() -> None:
    rng = np.random.default_rng(7)
    signal = 0.8 * rng.normal(size=(4000, 3))
    y = 0.5 + signal + 0.6 * rng.normal(size=signal.shape)
    held_out = np.arange(4000) % 5
    scores = score_genes(y, 2 * signal, np.full_like(y, 0.5), held_out)
    # y has variance 1, the prediction 4 * 0.64, their covariance is 2 * 0.64, the error variance 0.64 + 0.36.
    assert scores.r == pytest.approx(0.8, abs=0.02)
    assert (scores.r_low < 0.8).all()
    assert (scores.r_high > 0.8).all()
    assert scores.r2_oos == pytest.approx(1 - 1.0 / 1.0, abs=0.06)
    assert scores.ccc == pytest.approx(2 * 1.28 / (1 + 2.56), abs=0.02)
    assert scores.slope == pytest.approx(0.5, abs=0.02)
    assert scores.rmse_iqr == pytest.approx(1 / 1.349, abs=0.03)
    assert scores.half_width == pytest.approx(1.645, abs=0.06)
    assert scores.coverage == pytest.approx(0.9, abs=0.01)


def test_the_interquartile_range_is_that_of_numpy() -> None:
    y = np.random.default_rng(8).normal(size=(41, 4))
    y[:7, 1] = np.nan
    zero = np.zeros_like(y)
    expected = np.sqrt(np.nanmean(y**2, axis=0)) / np.subtract(*np.nanpercentile(y, [75, 25], axis=0))
    assert score_genes(y, zero, zero, np.arange(41) % 5).rmse_iqr == pytest.approx(expected)


def test_half_width_is_the_corrected_quantile() -> None:
    residual = np.arange(1.0, 100.0)[:, None] * np.where(np.arange(99) % 2, 1, -1)[:, None]
    assert interval_half_width(residual, 0.9)[0] == 90
    assert np.isinf(interval_half_width(residual[:5], 0.9))[0]


def test_the_interval_holds_at_least_its_share_of_new_patients() -> None:
    rng = np.random.default_rng(5)
    trained, new = rng.standard_t(4, size=(89, 4000)), rng.standard_t(4, size=4000)
    inside = np.abs(new) <= interval_half_width(trained, 0.9)
    assert inside.mean() == pytest.approx(0.9, abs=0.015)


def test_coverage_shows_the_site_where_the_interval_fails() -> None:
    rng = np.random.default_rng(6)
    site = np.repeat(["A", "B", "C", "D"], 25)
    residual = rng.normal(size=(100, 200))
    residual[site == "D"] *= 4
    coverage = interval_coverage(residual, site, 0.9)
    assert coverage.labels.tolist() == ["A", "B", "C", "D"]
    assert coverage.by_label[3] < 0.5 < 0.9 < coverage.by_label[0]
    assert coverage.mean_over_patients.shape == (200,)
