"""Ridges that are chosen in the training fold."""

from __future__ import annotations

import numpy as np
import pytest

from RadioGenomicsTrainLib.validation.chosen_ridge import RIDGES
from RadioGenomicsTrainLib.validation.chosen_ridge import ChosenRidge
from RadioGenomicsTrainLib.validation.chosen_ridge import dual_weights
from RadioGenomicsTrainLib.validation.chosen_ridge import left_out_errors
from RadioGenomicsTrainLib.validation.folds import repeated_folds

N = 20
POINTS = np.random.default_rng(0).normal(size=(N, 3))
Y = POINTS @ np.random.default_rng(1).normal(size=(3, 4)) + np.random.default_rng(2).normal(size=(N, 4))
Y[:, 3] = np.random.default_rng(3).normal(size=N)
SPLITS = repeated_folds(N, 4, 2, 0)


def kernels(train: np.ndarray, test: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the linear kernel about the training mean."""
    centered = POINTS - POINTS[train].mean(axis=0)
    return centered[train] @ centered[train].T, centered[test] @ centered[train].T


def ridge_regression(train: np.ndarray, test: np.ndarray, y: np.ndarray, ridge: float) -> np.ndarray:
    """Return primal ridge regression with an intercept, of the test patients."""
    x, center = POINTS[train] - POINTS[train].mean(axis=0), y.mean(axis=0)
    slope = np.linalg.solve(x.T @ x + ridge * np.eye(3), x.T @ (y - center))
    return center + (POINTS[test] - POINTS[train].mean(axis=0)) @ slope


def test_dual_weights_are_those_of_ridge_regression() -> None:
    train, test = np.arange(15), np.arange(15, N)
    inner, outer = kernels(train, test)
    for weights, ridge in zip(dual_weights(inner), RIDGES, strict=True):
        predicted = Y[train].mean(axis=0) + outer @ weights @ Y[train]
        np.testing.assert_allclose(predicted, ridge_regression(train, test, Y[train], ridge), atol=1e-9)


@pytest.mark.parametrize("ridge", RIDGES)
def test_errors_of_patients_left_out_are_those_of_models_that_never_saw_them(ridge: float) -> None:
    everybody = np.arange(N)
    errors = left_out_errors(kernels(everybody, everybody)[0])[RIDGES.index(ridge)] @ Y
    for patient in everybody:
        rest = np.delete(everybody, patient)
        # The penalty is in units of the whole kernel; the rest is centered anew, as leaving out does.
        predicted = ridge_regression(rest, everybody[[patient]], Y[rest], ridge)
        np.testing.assert_allclose(errors[patient], (Y[patient] - predicted[0]), atol=1e-8)


def test_each_fold_takes_for_each_target_the_ridge_of_least_error_among_its_training_patients() -> None:
    fitted = ChosenRidge.of(N, SPLITS, kernels)
    expected, fold = np.zeros_like(Y), 0
    chosen = fitted.chosen(Y)
    for folds in SPLITS:
        for test in folds:
            train = np.setdiff1d(np.arange(N), test)
            inner, _ = kernels(train, test)
            best = ((left_out_errors(inner) @ Y[train]) ** 2).sum(axis=1).argmin(axis=0)
            np.testing.assert_array_equal(chosen[fold], best)
            for target, ridge in enumerate(best):
                y = Y[train][:, [target]]
                predicted = ridge_regression(train, test, y, RIDGES[ridge]) - y.mean()
                expected[test, target] += predicted[:, 0] / len(SPLITS)
            fold += 1
    np.testing.assert_allclose(fitted.predict(Y), expected, atol=1e-5)


def test_what_the_points_do_not_tell_gets_the_larger_ridge() -> None:
    chosen = ChosenRidge.of(N, SPLITS, kernels).chosen(Y)
    assert chosen[:, 3].mean() > chosen[:, :3].mean() + 2


def test_a_patient_has_no_say_in_their_own_prediction_nor_in_the_ridge_it_takes() -> None:
    fitted = ChosenRidge.of(N, SPLITS[:1], kernels)
    changed = Y.copy()
    changed[4] += 10
    np.testing.assert_array_equal(fitted.predict(changed)[4], fitted.predict(Y)[4])


def test_folds_that_leave_a_patient_out_are_refused() -> None:
    with pytest.raises(ValueError, match="cover every patient"):
        ChosenRidge.of(N, [SPLITS[0][:-1]], kernels)


def test_it_comes_back_from_its_arrays() -> None:
    fitted = ChosenRidge.of(N, SPLITS, kernels)
    np.testing.assert_array_equal(ChosenRidge.from_arrays(fitted.to_arrays()).predict(Y), fitted.predict(Y))
