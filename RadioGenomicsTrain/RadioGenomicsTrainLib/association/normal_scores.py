"""Columns as rank-based inverse normal scores, on which no single outlier can make a correlation."""

from __future__ import annotations

import numpy as np
from scipy.special import ndtri
from scipy.stats import rankdata


def normal_scores(values: np.ndarray) -> np.ndarray:
    """Return the normal scores of every column: the normal quantile of rank / (n + 1), by van der Waerden (1952).

    They are approximately normal whatever the column was, so that Student's t of a correlation holds (Conover 1999,
    Practical Nonparametric Statistics, section 5.10). Ties share their mean rank: a binary column stays binary, and a
    constant one becomes a constant 0. Covariates are taken out of the scores afterwards ("direct" in McCaw et al.,
    Biometrics 2020;76:1262), so that an association is a linear one of scores.

    Args:
        values: [n, c]; NaN or infinite where missing.

    Returns:
        Scores [n, c], ranked among what is known of the column; NaN where missing.
    """
    values = np.asarray(values, dtype=np.float64)
    known = np.isfinite(values)
    complete = known.all(axis=0)
    scores = np.full(values.shape, np.nan)
    scores[:, complete] = _scores(values[:, complete])
    for column in np.flatnonzero(~complete):
        rows = known[:, column]
        scores[rows, column] = _scores(values[rows, column][:, None])[:, 0]
    return scores


def _scores(values: np.ndarray) -> np.ndarray:
    if not values.size:
        return values
    scores: np.ndarray = ndtri(rankdata(values, axis=0) / (len(values) + 1))
    return scores
