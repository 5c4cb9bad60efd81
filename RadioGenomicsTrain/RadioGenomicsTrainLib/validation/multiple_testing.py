"""Adjusting p-values for the number of genes tested, and counting what remains."""

from __future__ import annotations

import numpy as np


def holm_sidak(p: np.ndarray) -> np.ndarray:
    """Return Holm-Sidak adjusted p [G]: family-wise error, for independent or positively dependent tests.

    Args:
        p: p-values [G]; NaN counts as 1.
    """
    return _adjusted(p, "holm-sidak")[0]


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
    return _adjusted(p, "fdr_bh")[0]


def holm_sidak_and_benjamini_hochberg(p: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return what :func:`holm_sidak` and :func:`benjamini_hochberg` return, but sort p [G] only once."""
    family, discovery = _adjusted(p, "holm-sidak", "fdr_bh")
    return family, discovery


def count_below(adjusted: np.ndarray, alpha: float = 0.05) -> int:
    """Return how many adjusted p-values are at or below alpha."""
    return int(np.count_nonzero(np.asarray(adjusted) <= alpha))


def _adjusted(p: np.ndarray, *methods: str) -> list[np.ndarray]:
    from statsmodels.stats.multitest import multipletests

    p = np.nan_to_num(np.asarray(p, dtype=np.float64), nan=1.0)
    if p.size == 0:
        return [p for _method in methods]
    order = np.argsort(p)
    rising = p[order]
    found = [np.empty_like(p) for _method in methods]
    for adjusted, method in zip(found, methods, strict=True):
        # p = 1 is log(0) on the way to an adjusted 1. Level 0: to list who is below it takes long, and is not asked.
        with np.errstate(divide="ignore"):
            adjusted[order] = multipletests(rising, alpha=0.0, method=method, is_sorted=True)[1]
    return found
