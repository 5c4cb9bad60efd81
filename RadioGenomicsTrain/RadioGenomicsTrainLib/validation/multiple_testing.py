"""Adjusting p-values for the number of genes tested, and counting what remains."""

from __future__ import annotations

import numpy as np


def holm_sidak(p: np.ndarray) -> np.ndarray:
    """Return Holm-Sidak adjusted p [G]: family-wise error, for independent or positively dependent tests.

    Args:
        p: p-values [G]; NaN counts as 1.
    """
    return _adjusted(p, "holm-sidak")


def holm_sidak_levels(tests: int, alpha: float = 0.05) -> np.ndarray:
    """Return the largest p [tests] that the smallest, second smallest ... p may have under Holm-Sidak step-down.

    The genes called are those before the first p above its level; the first level is that of Sidak's
    single-step test.
    """
    return -np.expm1(np.log1p(-alpha) / np.arange(tests, 0, -1))


def benjamini_hochberg(p: np.ndarray) -> np.ndarray:
    """Return Benjamini-Hochberg q-values [G]: the expected share of false genes among those called.

    Args:
        p: p-values [G]; NaN counts as 1.
    """
    return _adjusted(p, "fdr_bh")


def count_below(adjusted: np.ndarray, alpha: float = 0.05) -> int:
    """Return how many adjusted p-values are at or below alpha."""
    return int(np.count_nonzero(np.asarray(adjusted) <= alpha))


def _adjusted(p: np.ndarray, method: str) -> np.ndarray:
    from statsmodels.stats.multitest import multipletests

    p = np.nan_to_num(np.asarray(p, dtype=np.float64), nan=1.0)
    if p.size == 0:
        return p
    # p = 1 is log(0) on statsmodels' way to an adjusted 1.
    with np.errstate(divide="ignore"):
        return multipletests(p, method=method)[1]
