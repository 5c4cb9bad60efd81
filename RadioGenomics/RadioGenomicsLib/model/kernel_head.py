"""The gene head: kernel ridge regression from a patient's embedding to every gene at once.

An embedding is made of groups of columns that say different things (where the tumor is, what it looks like, what
the brain around it looks like). Each group has a Gaussian kernel of its own, and the head takes their mean: a group
counts the same however many columns it has. The weights are not learned, and so cannot be overfitted.

With a fixed kernel and ridge the prediction is linear in the expression matrix, so its out-of-fold null is exact
(see ``RadioGenomicsTrainLib.validation.oof_null``).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

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
        groups: number of columns of each group, in their order.
        scale: ``[groups]`` median mean-squared difference between two training patients.
    """

    mean: np.ndarray
    sd: np.ndarray
    points: np.ndarray
    groups: tuple[int, ...]
    scale: np.ndarray

    @classmethod
    def fit(cls, embedding: np.ndarray, groups: tuple[int, ...] | None = None) -> EmbeddingSpace:
        """Fit on training embeddings.

        Args:
            embedding: ``[n, d]``; NaN marks an absent value.
            groups: number of columns of each group; one group of all columns where None.

        Raises:
            ValueError: the groups do not add up to d.
        """
        groups = groups or (embedding.shape[1],)
        if sum(groups) != embedding.shape[1]:
            raise ValueError(f"groups of {sum(groups)} columns for an embedding of {embedding.shape[1]}")
        known = np.isfinite(embedding)
        count = np.maximum(known.sum(axis=0), 1)
        mean = np.where(known, embedding, 0.0).sum(axis=0) / count
        sd = np.sqrt(np.where(known, (embedding - mean) ** 2, 0.0).sum(axis=0) / count)
        points = _standardize(embedding, mean, sd)
        scale = [_median_square(part) for part in _parts(points, groups)]
        # A group without spread puts all patients at one place: any scale will do.
        return cls(mean, sd, points, groups, np.array([one if one > 0 else 1.0 for one in scale]))

    def place(self, embedding: np.ndarray) -> np.ndarray:
        """Return embeddings ``[m, d]`` as points of this space; an absent value takes the training mean."""
        return _standardize(embedding, self.mean, self.sd)

    def kernel(self, points: np.ndarray) -> np.ndarray:
        """Return the similarity ``[m, n]`` of points to the training patients, the mean over the groups."""
        return np.mean([np.exp(-d / s) for d, s in zip(self._squared(points), self.scale, strict=True)], axis=0)

    @cached_property
    def mean_similarity(self) -> np.ndarray:
        """The mean similarity ``[n]`` of each training patient to all of them."""
        return self.kernel(self.points).mean(axis=0)

    def distance(self, embedding: np.ndarray) -> np.ndarray:
        """Return ``[m]`` the root mean square distance to the five nearest training patients, in SD."""
        return _nearest(np.mean(self._squared(self.place(embedding)), axis=0))

    def training_distances(self) -> np.ndarray:
        """Return ``[n]`` the same for every training patient, itself left out."""
        squared = np.mean(self._squared(self.points), axis=0)
        np.fill_diagonal(squared, np.inf)
        return _nearest(squared)

    def _squared(self, points: np.ndarray) -> list[np.ndarray]:
        """Return, per group, the mean squared difference ``[m, n]`` of points to the training patients."""
        pairs = zip(_parts(points, self.groups), _parts(self.points, self.groups), strict=True)
        return [cdist(first, second, "sqeuclidean") / first.shape[1] for first, second in pairs]


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
    def fit(
        cls, embedding: np.ndarray, y: np.ndarray, ridge: float, groups: tuple[int, ...] | None = None
    ) -> KernelHead:
        """Fit a head.

        Args:
            embedding: ``[n, d]``.
            y: values ``[n, G]``.
            ridge: penalty, in units of the mean diagonal of the centered kernel.
            groups: as :meth:`EmbeddingSpace.fit` takes them.
        """
        space = EmbeddingSpace.fit(embedding, groups)
        intercept = y.mean(axis=0)
        kernel = centered_kernel(space, space.points)
        return cls(space, _solve(kernel, ridge, y - intercept), intercept)

    def __call__(self, embedding: np.ndarray) -> np.ndarray:
        """Predict ``[m, G]`` from embeddings ``[m, d]``."""
        kernel = centered_kernel(self.space, self.space.place(embedding))
        return self.intercept + kernel @ self.coefficients


def centered_kernel(space: EmbeddingSpace, points: np.ndarray) -> np.ndarray:
    """Return the similarity ``[m, n]`` of points to the training patients, centered on these in feature space.

    Centered, it leaves the intercept of a regression unpenalized.
    """
    kernel, columns = space.kernel(points), space.mean_similarity
    return np.asarray(kernel - kernel.mean(axis=1, keepdims=True) - columns + columns.mean())


def head_weights(
    train: np.ndarray, test: np.ndarray, ridge: float, groups: tuple[int, ...] | None = None
) -> np.ndarray:
    """Return what the head makes of a training fold: ``[n_test, n_train]`` weights on Y minus its training mean."""
    return KernelHead.fit(train, np.eye(len(train)), ridge, groups)(test) - 1.0 / len(train)


def _standardize(embedding: np.ndarray, mean: np.ndarray, sd: np.ndarray) -> np.ndarray:
    usable = sd > 1e-9
    z = np.where(usable, (embedding - mean) / np.where(usable, sd, 1.0), 0.0)
    return np.clip(np.nan_to_num(z), -_CLIP, _CLIP)


def _median_square(part: np.ndarray) -> float:
    """Return the median mean-squared difference of two of the points ``[n, d]``; 0 for a single one."""
    return float(np.median(pdist(part, "sqeuclidean")) / part.shape[1]) if len(part) > 1 else 0.0


def _parts(points: np.ndarray, groups: tuple[int, ...]) -> list[np.ndarray]:
    return np.split(points, np.cumsum(groups)[:-1], axis=1)


def _nearest(squared: np.ndarray) -> np.ndarray:
    count = min(_NEIGHBORS, squared.shape[1] - 1)
    return np.sqrt(np.partition(squared, count, axis=1)[:, :count].mean(axis=1))


def _solve(kernel: np.ndarray, ridge: float, y: np.ndarray) -> np.ndarray:
    scale = np.trace(kernel) / len(kernel)
    if scale < 1e-12:  # patients who are all alike tell nothing
        return np.zeros((len(kernel), y.shape[1]))
    return cho_solve(cho_factor(kernel + ridge * scale * np.eye(len(kernel))), y)
