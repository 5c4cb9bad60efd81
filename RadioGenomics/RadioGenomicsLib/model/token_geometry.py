"""Which tokens of the encoder lie in a tumor."""

from __future__ import annotations

import numpy as np


def coverage(tokens: np.ndarray, tumor: np.ndarray) -> np.ndarray:
    """Return how much of each token's patch is tumor: ``[slice, row / p, column / p]``, 0 to 1.

    Args:
        tokens: ``[slice, embedding, row / p, column / p]``.
        tumor: mask ``[slice, row, column]``.
    """
    slices, _, rows, columns = tokens.shape
    patch = tumor.shape[1] // rows, tumor.shape[2] // columns
    return tumor.reshape(slices, rows, patch[0], columns, patch[1]).mean(axis=(2, 4))


def mean_token(tokens: np.ndarray, tumor: np.ndarray) -> np.ndarray:
    """Return the mean token ``[embedding]`` of a tumor, each weighted by how much tumor its patch holds."""
    share = coverage(tokens, tumor)
    return np.einsum("serc,src->e", tokens, share, dtype=np.float64) / share.sum()
