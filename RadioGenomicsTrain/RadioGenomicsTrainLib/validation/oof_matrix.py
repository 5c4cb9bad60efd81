"""Out-of-fold predictions of a linear head as one matrix: H Y for every gene at once.

Ridge, kernel ridge, principal-component regression and Gaussian processes are linear in Y once the features
and the ridge are fixed. Row i of H then holds the weights of the other patients in the prediction of patient
i; patients in the same fold as i have weight 0.

H gives the deviation from the training-fold mean; the mean itself is a matrix M of its own, and the
prediction is (M + H) Y. r is taken from H alone: where a high patient is held out the training mean falls, so
adding M pulls every pooled r down (to -1 for leave-one-out and a useless head; "distributional bias", arXiv
2406.01652).
"""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Sequence

import numpy as np
from scipy.linalg import cho_factor
from scipy.linalg import cho_solve

Folds = Sequence[np.ndarray]
Weights = Callable[[np.ndarray, np.ndarray], np.ndarray]


def oof_matrix(n: int, repeats: Sequence[Folds], weights: Weights) -> np.ndarray:
    """Return H [n, n], averaged over repeated splits.

    Args:
        n: number of patients.
        repeats: several splits, each a list of test index arrays that cover every patient once.
        weights: ``weights(train, test)`` -> [n_test, n_train], applied to Y minus its training-fold mean.

    Returns:
        H with H Y = the predicted deviation from the training-fold mean, in the units of Y; rows sum to 0.
    """

    def centered(train: np.ndarray, test: np.ndarray) -> np.ndarray:
        w = weights(train, test)
        return w - w.mean(axis=1, keepdims=True)

    return _assemble(n, repeats, centered)


def oof_mean_matrix(n: int, repeats: Sequence[Folds]) -> np.ndarray:
    """Return M [n, n]: M Y is the mean of each patient's training fold, to be beaten; rows sum to 1."""
    return _assemble(n, repeats, lambda train, test: np.full((len(test), len(train)), 1 / len(train)))


def _assemble(n: int, repeats: Sequence[Folds], weights: Weights) -> np.ndarray:
    h = np.zeros((n, n))
    for folds in repeats:
        covered = np.zeros(n, dtype=int)
        for test in folds:
            covered[test] += 1
            train = np.setdiff1d(np.arange(n), test)
            h[np.ix_(test, train)] += weights(train, test)
        if not (covered == 1).all():
            raise ValueError("the folds of one split must cover every patient exactly once")
    return h / len(repeats)


def kernel_ridge_weights(kernel: np.ndarray, ridge: float) -> Weights:
    """Return the weights of kernel ridge regression with an unpenalized intercept.

    Args:
        kernel: similarity of patients [n, n]; it must not have been learned from Y. Its mean diagonal is
            scaled to 1 after centering on each training fold.
        ridge: penalty, in units of that mean diagonal.
    """

    def weights(train: np.ndarray, test: np.ndarray) -> np.ndarray:
        inner, outer = kernel[np.ix_(train, train)], kernel[np.ix_(test, train)]
        columns = inner.mean(axis=0)
        outer = outer - outer.mean(axis=1, keepdims=True) - columns + columns.mean()
        inner = inner - columns - columns[:, None] + columns.mean()
        scale = np.trace(inner) / len(train)
        if scale <= 0:
            return np.zeros_like(outer)
        factor = cho_factor(inner / scale + ridge * np.eye(len(train)))
        return cho_solve(factor, outer.T / scale).T

    return weights
