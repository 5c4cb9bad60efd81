"""What a gene's correlation can be expected to be in new patients: less than what was measured where that is large.

The genes' cross-validated r differ because some are told better than others, and because each is measured in a few
patients. How much of the spread is chance is seen in patients whose expression was permuted: there all of it is. What
is beyond is taken for real, and every gene is drawn toward the mean of all by the share that is not (empirical Bayes:
Efron and Morris, JASA 1975;70:311), on Fisher's z.

Genes are correlated, and so are their errors. What all genes err by together (a sample of patients that happens to be
easy) moves their mean, and does not shrink however many genes there are. It makes no spread between genes and so is no
part of the shrinkage, but it is a part of the interval, taken from a bootstrap over patients.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import ndtri

# Pairs that are predicted out of fold have about twice the null variance of r (methods: :mod:`.oof_null`).
_OUT_OF_FOLD = 2.0
_MOST = 1 - 1e-9


@dataclass(frozen=True)
class ExpectedR:
    """Expected correlations in new patients.

    Attributes:
        r: ``[G]``; NaN where none was measured.
        low, high: ends of the 95 % interval ``[G]``.
        kept: share of a gene's distance from the mean that is kept, 0 to 1.
    """

    r: np.ndarray
    low: np.ndarray
    high: np.ndarray
    kept: float


def chance_spread(null_r: np.ndarray) -> float:
    """Return the variance of Fisher's z between the genes of one permutation, the mean over permutations ``[B, G]``."""
    return float(np.var(fisher_z(null_r), axis=1, ddof=1).mean())


def expected_r(
    r: np.ndarray, n: int, spread_by_chance: float | None, mean_error: float, level: float = 0.95
) -> ExpectedR:
    """Draw every gene's r toward the mean of all genes.

    Args:
        r: cross-validated correlations ``[G]``, of a procedure that chose nothing on the patients scored.
        n: patients.
        spread_by_chance: :func:`chance_spread` of permuted patients; None takes twice that of independent genes.
        mean_error: standard error of the genes' mean z, from patients drawn anew.
        level: of the interval.
    """
    z = fisher_z(r)
    known = np.isfinite(z)
    if known.sum() < 2:
        return ExpectedR(r.copy(), np.full(r.shape, np.nan), np.full(r.shape, np.nan), 1.0)
    chance = _OUT_OF_FOLD / max(n - 3, 1) if spread_by_chance is None else spread_by_chance
    seen, mean = float(np.var(z[known], ddof=1)), float(z[known].mean())
    kept = max(0.0, 1 - chance / seen) if seen > 0 else 0.0
    expected = mean + kept * (z - mean)
    half = ndtri(0.5 + level / 2) * np.sqrt(kept * chance + mean_error**2)
    return ExpectedR(np.tanh(expected), np.tanh(expected - half), np.tanh(expected + half), kept)


def fisher_z(r: np.ndarray) -> np.ndarray:
    """Return Fisher's z; NaN stays."""
    return np.asarray(np.arctanh(np.clip(r, -_MOST, _MOST)))
