"""Calibration by bin and by site."""

from __future__ import annotations

import numpy as np
import pytest

from RadioGenomicsTrainLib.validation.calibration import calibration_bins
from RadioGenomicsTrainLib.validation.calibration import site_scores
from RadioGenomicsTrainLib.validation.gene_scores import interval_half_width
from RadioGenomicsTrainLib.validation.gene_scores import left_out_half_width


def test_calibrated_predictions_lie_on_the_diagonal_and_overconfident_ones_do_not() -> None:
    rng = np.random.default_rng(0)
    predicted = rng.normal(size=(80, 200))
    observed = predicted + rng.normal(size=predicted.shape)
    bins = calibration_bins(observed, predicted)
    assert [one.count for one in bins] == [1600] * 10
    assert [one.observed_mean for one in bins] == pytest.approx([one.predicted_mean for one in bins], abs=0.1)
    wild = calibration_bins(observed, 2 * predicted)
    assert wild[-1].observed_mean == pytest.approx(wild[-1].predicted_mean / 2, abs=0.1)


def test_bins_hold_the_means_of_their_pairs() -> None:
    observed = np.array([[1.0, 2.0], [3.0, np.nan]])
    predicted = np.array([[0.1, 0.2], [0.4, 0.9]])
    bins = calibration_bins(observed, predicted, n_bins=2)
    assert [(one.count, one.observed_mean) for one in bins] == [(2, 1.5), (1, 3.0)]
    assert bins[0].predicted_mean == pytest.approx(0.15)


def test_equal_predictions_share_one_bin() -> None:
    bins = calibration_bins(np.arange(10.0)[:, None], np.zeros((10, 1)))
    assert [(one.count, one.observed_mean, one.predicted_mean) for one in bins] == [(10, 4.5, 0.0)]


def test_nothing_known_gives_no_bin() -> None:
    assert calibration_bins(np.full((3, 2), np.nan), np.zeros((3, 2))) == []


def test_the_site_with_other_scans_stands_out() -> None:
    rng = np.random.default_rng(1)
    site = np.array(["A"] * 40 + ["B"] * 30 + ["C"] * 20)
    residual = rng.normal(size=(90, 100))
    residual[site == "C"] += 2
    scores = site_scores(residual, left_out_half_width(residual, site), site)
    assert [(one.site, one.patients) for one in scores] == [("A", 40), ("B", 30), ("C", 20)]
    assert scores[2].mean_residual == pytest.approx(2, abs=0.1)
    assert scores[2].coverage < 0.6 < 0.85 < scores[0].coverage


def test_one_half_width_per_gene_serves_all_sites() -> None:
    residual = np.random.default_rng(2).normal(size=(50, 30))
    scores = site_scores(residual, interval_half_width(residual), ["A", "B"] * 25)
    assert np.mean([one.coverage for one in scores]) == pytest.approx(0.92, abs=0.03)


def test_missing_values_are_not_scored() -> None:
    residual = np.array([[1.0, np.nan], [np.nan, np.nan], [np.nan, 3.0]])
    scores = site_scores(residual, np.array([2.0, 2.0]), ["A", "A", "B"])
    assert [(one.site, one.patients, one.coverage, one.mean_residual) for one in scores] == [
        ("A", 1, 1.0, 1.0),
        ("B", 1, 0.0, 3.0),
    ]
