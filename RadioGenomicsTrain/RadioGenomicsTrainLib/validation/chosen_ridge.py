"""Kernel ridge regression with a penalty for every target, of the least leave-one-out error in the training fold.

The leave-one-out errors of a ridge are linear in the targets (Allen's PRESS, Technometrics 1974;16:125), so a refit on
permuted patients is two matrix products and a minimum.
"""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Mapping
from collections.abc import Sequence
from dataclasses import asdict
from dataclasses import dataclass

import numpy as np

from RadioGenomicsTrainLib.validation.oof_matrix import Folds

# Penalties in units of the kernel's mean diagonal; at the last one next to nothing is left of a prediction.
RIDGES = (0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0)

# Of training and test patients: their kernels [train, train] and [test, train], centered, of mean diagonal 1.
Kernels = Callable[[np.ndarray, np.ndarray], tuple[np.ndarray, np.ndarray]]


@dataclass(frozen=True, eq=False)
class ChosenRidge:
    """What every outer fold needs to choose its ridges and to predict, none of it made from Y.

    Attributes:
        errors: ``[outer folds of all repeats, ridges, n, n]``; times the targets, what each training patient's
            prediction errs by when the patient is left out; rows of test patients are 0.
        weights: ``[repeats, ridges, n, n]``; times the targets, the predicted deviations from the training-fold means.
        fold_of: ``[repeats, n]`` the outer fold that holds a patient out.
    """

    errors: np.ndarray
    weights: np.ndarray
    fold_of: np.ndarray

    @classmethod
    def of(cls, n: int, repeats: Sequence[Folds], kernels: Kernels) -> ChosenRidge:
        """Prepare the folds.

        Args:
            n: number of patients.
            repeats: several splits, each a list of test index arrays that cover every patient once.
            kernels: of training and test patients.
        """
        errors: list[np.ndarray] = []
        fold_of = np.full((len(repeats), n), -1)
        weights = np.zeros((len(repeats), len(RIDGES), n, n), np.float32)
        for number, folds in enumerate(repeats):
            for test in folds:
                train = np.setdiff1d(np.arange(n), test)
                inner, outer = kernels(train, test)
                own = np.zeros((len(RIDGES), n, n), np.float32)
                own[:, train[:, None], train] = left_out_errors(inner)
                fold_of[number, test] = len(errors)
                errors.append(own)
                weights[number][:, test[:, None], train] = outer @ dual_weights(inner)
        if (fold_of < 0).any():
            raise ValueError("the folds of one split must cover every patient")
        return cls(np.stack(errors), weights, fold_of)

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, np.ndarray]) -> ChosenRidge:
        """Return what :meth:`to_arrays` has taken apart."""
        return cls(**arrays)

    def to_arrays(self) -> dict[str, np.ndarray]:
        """Return all of it, to be kept in a file."""
        return asdict(self)

    def chosen(self, targets: np.ndarray) -> np.ndarray:
        """Return the index in :data:`RIDGES` that each outer fold takes for each target ``[outer folds, T]``."""
        folds, ridges, n, _ = self.errors.shape
        errors = (self.errors.reshape(-1, n) @ targets.astype(np.float32)).reshape(folds, ridges, n, -1)
        return least_errors(errors)

    def predict(self, targets: np.ndarray) -> np.ndarray:
        """Return the out-of-fold deviations ``[n, T]`` from the training-fold means of targets ``[n, T]``."""
        repeats, ridges, n, _ = self.weights.shape
        by_ridge = (self.weights.reshape(-1, n) @ targets.astype(np.float32)).reshape(repeats, ridges, n, -1)
        own = self.chosen(targets)[self.fold_of]
        return np.asarray(np.take_along_axis(by_ridge, own[:, None], axis=1)[:, 0].mean(axis=0))


def least_errors(errors: np.ndarray) -> np.ndarray:
    """Return the index of the ridge whose squared errors are least ``[..., T]``, of errors ``[..., ridges, n, T]``."""
    return np.asarray(np.einsum("...nt,...nt->...t", errors, errors).argmin(axis=-2))


def left_out_errors(kernel: np.ndarray) -> np.ndarray:
    """Return ``[ridges, n, n]``: times targets, the errors of predicting each patient from the others.

    Args:
        kernel: ``[n, n]``, centered, of mean diagonal 1.
    """
    n = len(kernel)
    smoothers = kernel @ dual_weights(kernel)
    # The intercept has a part of 1 / n in a patient's own prediction.
    own = np.diagonal(smoothers, axis1=1, axis2=2) + 1 / n
    return np.asarray((np.eye(n) - 1 / n - smoothers) / (1 - own)[:, :, None])


def dual_weights(kernel: np.ndarray) -> np.ndarray:
    """Return ``[ridges, n, n]``: times targets, the dual coefficients of their deviations from the mean.

    Args:
        kernel: ``[n, n]``, centered, of mean diagonal 1.
    """
    size, axes = np.linalg.eigh(kernel)
    inverse = np.stack([(axes / (size + ridge)) @ axes.T for ridge in RIDGES])
    return inverse - inverse.mean(axis=2, keepdims=True)
