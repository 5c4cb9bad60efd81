"""The out-of-fold matrix against fitting the head fold by fold."""

from __future__ import annotations

import numpy as np
import pytest

from RadioGenomicsTrainLib.validation.correlation import pearson
from RadioGenomicsTrainLib.validation.folds import patient_folds
from RadioGenomicsTrainLib.validation.folds import repeated_folds
from RadioGenomicsTrainLib.validation.oof_matrix import kernel_ridge_weights
from RadioGenomicsTrainLib.validation.oof_matrix import oof_matrix
from RadioGenomicsTrainLib.validation.oof_matrix import oof_mean_matrix


def test_it_equals_ridge_regression_fitted_fold_by_fold() -> None:
    rng = np.random.default_rng(0)
    x, y = rng.normal(2, 1, (40, 6)), rng.normal(5, 1, (40, 3))
    folds = patient_folds(40, 5, seed=0)
    h = oof_matrix(40, [folds], kernel_ridge_weights(x @ x.T, 0.5))
    for test in folds:
        train = np.setdiff1d(np.arange(40), test)
        a, b = x[train] - x[train].mean(axis=0), y[train] - y[train].mean(axis=0)
        ridge = 0.5 * np.trace(a @ a.T) / len(train)
        beta = np.linalg.solve(a.T @ a + ridge * np.eye(6), a.T @ b)
        assert (h @ y)[test] == pytest.approx((x[test] - x[train].mean(axis=0)) @ beta, abs=1e-10)


def test_no_patient_helps_to_predict_its_own_fold() -> None:
    x = np.random.default_rng(1).normal(size=(30, 4))
    folds = patient_folds(30, 5, seed=0)
    h = oof_matrix(30, [folds], kernel_ridge_weights(x @ x.T, 1.0))
    assert all(not h[np.ix_(fold, fold)].any() for fold in folds)


def test_a_shift_of_a_gene_changes_no_predicted_deviation() -> None:
    x = np.random.default_rng(2).normal(size=(30, 4))
    splits = repeated_folds(30, 5, 3)
    h, mean = oof_matrix(30, splits, kernel_ridge_weights(x @ x.T, 1.0)), oof_mean_matrix(30, splits)
    assert h.sum(axis=1) == pytest.approx(0, abs=1e-12)
    assert mean.sum(axis=1) == pytest.approx(1)


def test_the_leave_one_out_mean_has_a_correlation_of_minus_one() -> None:
    y = np.random.default_rng(3).normal(size=(25, 7))
    mean = oof_mean_matrix(25, [[np.array([i]) for i in range(25)]])
    assert pearson(y, mean @ y) == pytest.approx(-1)


def test_the_pooled_five_fold_mean_is_biased_below_zero() -> None:
    y = np.random.default_rng(4).normal(size=(60, 4000))
    mean = oof_mean_matrix(60, [patient_folds(60, 5, seed=0)])
    assert pearson(y, mean @ y).mean() == pytest.approx(-0.25, abs=0.02)


def test_features_without_spread_predict_the_mean() -> None:
    h = oof_matrix(20, [patient_folds(20, 4)], kernel_ridge_weights(np.ones((20, 20)), 1.0))
    assert not h.any()


def test_folds_that_miss_a_patient_are_refused() -> None:
    with pytest.raises(ValueError, match="exactly once"):
        oof_mean_matrix(6, [[np.array([0, 1]), np.array([2, 3])]])
