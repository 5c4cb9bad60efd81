"""Score predictions that are a product of two factors, gene by gene: multiplied and scored while still in the cache."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

# Genes per step: 105 patients x 2,048 genes in float32 is 0.9 MB, so z, H z and their products stay in the
# level-2 cache; whole arrays (13 MB at 31,793 genes) would travel to memory three times.
_GENES_PER_STEP = 2048


class LinearRefit:
    """Scores predictions A B against z for many left factors A and the same genes; for a linear head H z, A is H.

    Args:
        z: values [n, G].
        bounds: row numbers that part the patients into groups to score apart, rising from 0; by default all
            patients are one group. Rows from the last bound on are predicted from but not scored.
        right: the right factor B [k, G]; z itself where None.
    """

    def __init__(self, z: np.ndarray, bounds: Sequence[int] | None = None, right: np.ndarray | None = None) -> None:
        bounds = (0, len(z)) if bounds is None else tuple(bounds)
        self._groups = [slice(start, stop) for start, stop in pairwise(bounds)]
        self._scored = bounds[-1]
        starts = range(0, z.shape[1], _GENES_PER_STEP)
        self._steps = [np.ascontiguousarray(z[:, s : s + _GENES_PER_STEP], dtype=np.float32) for s in starts]
        self._given = self._steps
        # Two copies of the same values would not stay in the cache.
        if right is not None and not np.array_equal(right, z):
            self._given = [np.ascontiguousarray(right[:, s : s + _GENES_PER_STEP], dtype=np.float32) for s in starts]
        self._shape = (len(self._groups), z.shape[1])

    def __call__(self, left: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return what the correlations are made of.

        Args:
            left: [n, k] whose columns sum to 0 over each group, so that predictions are centered there.

        Returns:
            The sum over each group's patients of z times the prediction, and of the square of the prediction; both
            [groups, G] float32.
        """
        left = np.ascontiguousarray(left[: self._scored], dtype=np.float32)
        dot, square = np.empty(self._shape, np.float32), np.empty(self._shape, np.float32)
        buffer = np.empty((self._scored, _GENES_PER_STEP), np.float32)
        for number, (z, given) in enumerate(zip(self._steps, self._given, strict=True)):
            start, stop = number * _GENES_PER_STEP, number * _GENES_PER_STEP + z.shape[1]
            whole = z.shape[1] == _GENES_PER_STEP
            predicted = np.matmul(left, given, out=buffer if whole else None)
            for index, rows in enumerate(self._groups):
                np.einsum("ng,ng->g", z[rows], predicted[rows], out=dot[index, start:stop])
                np.einsum("ng,ng->g", predicted[rows], predicted[rows], out=square[index, start:stop])
        return dot, square
