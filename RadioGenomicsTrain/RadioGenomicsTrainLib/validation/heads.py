"""Gene heads over fixed splits: what they predict, and how they are refitted when patients change places."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from RadioGenomicsTrainLib.validation.chosen_ridge import ChosenRidge
from RadioGenomicsTrainLib.validation.correlation import unit_columns

# From the places that n patients take to the left factor [n, k] of their predictions, in the patients' own order.
LeftFactor = Callable[[np.ndarray], np.ndarray]


class Head(Protocol):
    """What validation needs of a head."""

    def predict(self, given: np.ndarray) -> np.ndarray:
        """Return out-of-fold predictions ``[n, T]`` of the head fitted to values ``[n, T]``."""
        ...

    def factors(self, given: np.ndarray) -> tuple[LeftFactor, np.ndarray]:
        """Return the two factors of predictions when patients change places.

        Args:
            given: values ``[n, T]`` the head is fitted to.

        Returns:
            A function of the places ``[n]``, and the right factor ``[k, T]``; their product is what the head predicts
            for each patient when patient i is given the images of patient ``places[i]``, but for a scale per target.
        """
        ...

    def parts(self) -> list[np.ndarray]:
        """Return all that decides what it predicts."""
        ...


@dataclass(frozen=True, eq=False)
class LinearHead:
    """A head that is linear in Y.

    Attributes:
        h: out-of-fold matrix ``[n, n]``.
    """

    h: np.ndarray

    def predict(self, given: np.ndarray) -> np.ndarray:
        """Return H Y."""
        return np.asarray(self.h @ given)

    def factors(self, given: np.ndarray) -> tuple[LeftFactor, np.ndarray]:
        """Return H with both sides permuted, and Y."""
        h = self.h.astype(np.float32)
        return lambda places: h[np.ix_(places, places)], unit_columns(given)

    def parts(self) -> list[np.ndarray]:
        """Return H."""
        return [self.h]


@dataclass(frozen=True, eq=False)
class ProgrammeHead:
    """A head that predicts programmes of genes, each with a ridge of its own, and the genes from them.

    Attributes:
        ridges: over fixed splits.
        axes: ``[programmes, T]``, orthonormal, not made from any patient of the folds.
        mean: out-of-fold matrix ``[n, n]`` of the training mean, where it belongs to what is predicted.
    """

    ridges: ChosenRidge
    axes: np.ndarray
    mean: np.ndarray | None = None

    def predict(self, given: np.ndarray) -> np.ndarray:
        """Return the genes' predicted values."""
        deviation = self.ridges.predict(given @ self.axes.T) @ self.axes
        return np.asarray(deviation if self.mean is None else self.mean @ given + deviation)

    def factors(self, given: np.ndarray) -> tuple[LeftFactor, np.ndarray]:
        """Return the programmes, refitted on patients at other places, and their axes."""
        programmes, mean = given @ self.axes.T, self.mean

        def left(places: np.ndarray) -> np.ndarray:
            moved = np.empty_like(programmes)
            moved[places] = programmes
            predicted = self.ridges.predict(moved)[places]
            return predicted if mean is None else np.hstack([predicted, mean[np.ix_(places, places)]])

        return left, self.axes if mean is None else np.vstack([self.axes, given])

    def parts(self) -> list[np.ndarray]:
        """Return its folds, axes and mean."""
        return [*self.ridges.to_arrays().values(), self.axes, *([] if self.mean is None else [self.mean])]


def as_head(head: np.ndarray | Head) -> Head:
    """Return a head; a matrix ``[n, n]`` is that of a linear one."""
    return LinearHead(head) if isinstance(head, np.ndarray) else head
