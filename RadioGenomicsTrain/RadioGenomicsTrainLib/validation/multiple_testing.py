"""Adjusting p-values for the number of genes tested, and counting what remains."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np


class Adjusted(NamedTuple):
    """The p-values of G genes, adjusted for their number.

    Attributes:
        holm_sidak: Holm-Sidak p [G]: family-wise error, for independent or positively dependent tests.
        benjamini_hochberg: q [G]: the expected share of false genes among those called.
    """

    holm_sidak: np.ndarray
    benjamini_hochberg: np.ndarray


def adjust(p: np.ndarray) -> Adjusted:
    """Return both adjusted values of every gene; the p are sorted once.

    Args:
        p: p-values [G]; NaN counts as 1.
    """
    from statsmodels.stats.multitest import multipletests

    p = np.nan_to_num(np.asarray(p, dtype=np.float64), nan=1.0)
    if p.size == 0:
        return Adjusted(p, p)
    order = np.argsort(p)
    found = Adjusted(np.empty_like(p), np.empty_like(p))
    for adjusted, method in zip(found, ("holm-sidak", "fdr_bh"), strict=True):
        # p = 1 is log(0) on the way to an adjusted 1. Level 0: to list who is below it takes long, and is not asked.
        with np.errstate(divide="ignore"):
            adjusted[order] = multipletests(p[order], alpha=0.0, method=method, is_sorted=True)[1]
    return found


def holm_sidak_levels(tests: int, alpha: float = 0.05) -> np.ndarray:
    """Return the largest p [tests] that the smallest, second smallest ... p may have under Holm-Sidak step-down.

    The genes called are those before the first p above its level; the first level is that of Sidak's
    single-step test.
    """
    return -np.expm1(np.log1p(-alpha) / np.arange(tests, 0, -1))


def count_below(adjusted: np.ndarray, alpha: float = 0.05) -> int:
    """Return how many adjusted p-values are at or below alpha."""
    return int(np.count_nonzero(np.asarray(adjusted) <= alpha))
