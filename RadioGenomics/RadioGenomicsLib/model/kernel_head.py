"""The gene head: kernel ridge regression from a patient's embedding to every gene at once.

With a fixed kernel and ridge the prediction is linear in the expression matrix, so its out-of-fold null is exact
(see ``RadioGenomicsTrainLib.validation.oof_null``).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.linalg import cho_factor
from scipy.linalg import cho_solve
from scipy.spatial.distance import cdist
from scipy.spatial.distance import pdist

# Standardized values are clipped here: one wild value must not decide who a patient's neighbors are.
_CLIP = 3.0
_NEIGHBORS = 5


@dataclass(frozen=True)
class EmbeddingSpace:
    """Training patients as points whose distances compare tumors.

    Attributes:
        mean, sd: ``[d]`` of the training embeddings, absent values left out.
        points: ``[n, d]`` the training embeddings, standardized and clipped.
        scale: median mean-squared difference between two training patients.
    """

    mean: np.ndarray
    sd: np.ndarray
    points: np.ndarray
    scale: float

    @classmethod
    def fit(cls, embedding: np.ndarray) -> EmbeddingSpace:
        """Fit on training embeddings ``[n, d]``; NaN marks an absent value."""
        known = np.isfinite(embedding)
        count = np.maximum(known.sum(axis=0), 1)
        mean = np.where(known, embedding, 0.0).sum(axis=0) / count
        sd = np.sqrt(np.where(known, (embedding - mean) ** 2, 0.0).sum(axis=0) / count)
        points = _standardize(embedding, mean, sd)
        return cls(mean, sd, points, float(np.median(pdist(points, "sqeuclidean"))) / points.shape[1])

    def place(self, embedding: np.ndarray) -> np.ndarray:
        """Return embeddings ``[m, d]`` as points of this space; an absent value takes the training mean."""
        return _standardize(embedding, self.mean, self.sd)

    def kernel(self, points: np.ndarray) -> np.ndarray:
        """Return the Gaussian similarity ``[m, n]`` of points to the training patients."""
        return np.exp(-_squared(points, self.points) / self.scale)

    def distance(self, embedding: np.ndarray) -> np.ndarray:
        """Return ``[m]`` the root mean square distance to the five nearest training patients, in SD."""
        return _nearest(_squared(self.place(embedding), self.points))

    def training_distances(self) -> np.ndarray:
        """Return ``[n]`` the same for every training patient, itself left out."""
        squared = _squared(self.points, self.points)
        np.fill_diagonal(squared, np.inf)
        return _nearest(squared)


@dataclass(frozen=True)
class KernelHead:
    """A fitted head.

    Attributes:
        space: training patients.
        coefficients: ``[n, G]`` dual coefficients on the centered kernel.
        intercept: ``[G]`` training mean.
    """

    space: EmbeddingSpace
    coefficients: np.ndarray
    intercept: np.ndarray

    @classmethod
    def fit(cls, embedding: np.ndarray, y: np.ndarray, ridge: float) -> KernelHead:
        """Fit a head.

        Args:
            embedding: ``[n, d]``.
            y: values ``[n, G]``.
            ridge: penalty, in units of the mean diagonal of the centered kernel.
        """
        space = EmbeddingSpace.fit(embedding)
        intercept = y.mean(axis=0)
        kernel = _center(space.kernel(space.points), space)
        return cls(space, _solve(kernel, ridge, y - intercept), intercept)

    def __call__(self, embedding: np.ndarray) -> np.ndarray:
        """Predict ``[m, G]`` from embeddings ``[m, d]``."""
        kernel = _center(self.space.kernel(self.space.place(embedding)), self.space)
        return self.intercept + kernel @ self.coefficients


def head_weights(train: np.ndarray, test: np.ndarray, ridge: float) -> np.ndarray:
    """Return what the head makes of a training fold: ``[n_test, n_train]`` weights on Y minus its training mean."""
    return KernelHead.fit(train, np.eye(len(train)), ridge)(test) - 1.0 / len(train)


def _standardize(embedding: np.ndarray, mean: np.ndarray, sd: np.ndarray) -> np.ndarray:
    usable = sd > 1e-9
    z = np.where(usable, (embedding - mean) / np.where(usable, sd, 1.0), 0.0)
    return np.clip(np.nan_to_num(z), -_CLIP, _CLIP)


def _squared(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Return ``[m, n]`` the mean squared difference of two sets of points."""
    return cdist(first, second, "sqeuclidean") / first.shape[1]


def _nearest(squared: np.ndarray) -> np.ndarray:
    count = min(_NEIGHBORS, squared.shape[1] - 1)
    return np.sqrt(np.partition(squared, count, axis=1)[:, :count].mean(axis=1))


def _center(kernel: np.ndarray, space: EmbeddingSpace) -> np.ndarray:
    """Center in feature space on the training mean, which leaves the intercept unpenalized."""
    training = space.kernel(space.points)
    columns = training.mean(axis=0)
    return kernel - kernel.mean(axis=1, keepdims=True) - columns + columns.mean()


def _solve(kernel: np.ndarray, ridge: float, y: np.ndarray) -> np.ndarray:
    scale = np.trace(kernel) / len(kernel)
    return cho_solve(cho_factor(kernel + ridge * scale * np.eye(len(kernel))), y)
