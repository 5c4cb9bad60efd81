"""Pearson correlation of every gene at once, with its textbook p-value and confidence interval."""

from __future__ import annotations

import numpy as np
from scipy.special import betainc
from scipy.special import ndtri


def pearson(y: np.ndarray, p: np.ndarray) -> np.ndarray:
    """Correlate observed and predicted values gene by gene, over the patients where both are known.

    Args:
        y: observed values [n, G]; NaN where missing.
        p: predicted values [n, G]; NaN where missing.

    Returns:
        r [G]; NaN where either column is constant or fewer than three patients are known.
    """
    y, p = _matrix(y), _matrix(p)
    if y.shape != p.shape:
        raise ValueError(f"observed {y.shape} and predicted {p.shape} differ in shape")
    known = np.isfinite(y) & np.isfinite(p)
    if known.all():
        return _standardized_product(y - y.mean(axis=0), p - p.mean(axis=0), y, p)
    count = known.sum(axis=0)
    y, p = np.where(known, y, 0.0), np.where(known, p, 0.0)
    size = np.maximum(count, 1)
    y_centered = np.where(known, y - y.sum(axis=0) / size, 0.0)
    p_centered = np.where(known, p - p.sum(axis=0) / size, 0.0)
    r = _standardized_product(y_centered, p_centered, y, p)
    return np.where(count < 3, np.nan, r)


def patients_per_gene(y: np.ndarray, p: np.ndarray) -> np.ndarray:
    """Return how many patients [G] have both an observed and a predicted value."""
    return (np.isfinite(_matrix(y)) & np.isfinite(_matrix(p))).sum(axis=0)


def parametric_p(r: np.ndarray, n: int | np.ndarray, one_sided: bool = True) -> np.ndarray:
    """Return the p-value of Student's t for a correlation of n independent pairs.

    Exact for one untouched test set. Not valid for cross-validated predictions pooled over folds: their null
    variance is about twice 1/n (see :mod:`.oof_null`).

    Args:
        r: correlations [G].
        n: number of patients, one number or [G].
        one_sided: test for r > 0 only; pooled out-of-fold r is biased downward, so two-sided tests mislead.

    Returns:
        p [G]; 1 where r is NaN or n < 3.
    """
    r = np.asarray(r, dtype=np.float64)
    n = np.broadcast_to(np.asarray(n, dtype=np.float64), r.shape)
    usable = np.isfinite(r) & (n >= 3)
    safe = np.where(usable, np.clip(r, -1.0, 1.0), 0.0)
    # (1 - r)(1 + r) keeps the digits that 1 - r**2 loses near |r| = 1.
    both = betainc(np.maximum(n, 3) / 2 - 1, 0.5, (1 - safe) * (1 + safe))
    p = np.where(safe > 0, both / 2, 1 - both / 2) if one_sided else both
    return np.where(usable, p, 1.0)


def fisher_interval(r: np.ndarray, n: int | np.ndarray, level: float = 0.95) -> tuple[np.ndarray, np.ndarray]:
    """Return the confidence interval of a correlation by Fisher's z.

    It treats the pairs as independent. Out-of-fold pairs are weakly dependent, so near r = 0 it is too narrow
    by up to a factor of about 1.4; decide significance by :mod:`.oof_null` instead.

    Args:
        r: correlations [G].
        n: number of patients, one number or [G].
        level: confidence level.

    Returns:
        Lower and upper bound [G]; NaN where r is NaN or n < 4.
    """
    r = np.asarray(r, dtype=np.float64)
    n = np.broadcast_to(np.asarray(n, dtype=np.float64), r.shape)
    half = ndtri(0.5 + level / 2) / np.sqrt(np.where(n > 3, n - 3, np.nan))
    z = np.arctanh(np.clip(r, -1 + 1e-15, 1 - 1e-15))
    return np.tanh(z - half), np.tanh(z + half)


def _matrix(values: np.ndarray) -> np.ndarray:
    values = np.asarray(values, dtype=np.float64)
    return values[:, None] if values.ndim == 1 else values


def _standardized_product(y_centered: np.ndarray, p_centered: np.ndarray, y: np.ndarray, p: np.ndarray) -> np.ndarray:
    """Return r; a spread within rounding error of the column's own size counts as constant."""
    dot = np.einsum("ng,ng->g", y_centered, p_centered)
    y_square = np.einsum("ng,ng->g", y_centered, y_centered)
    p_square = np.einsum("ng,ng->g", p_centered, p_centered)
    constant = _is_constant(y_square, y) | _is_constant(p_square, p)
    with np.errstate(divide="ignore", invalid="ignore"):
        r = dot / np.sqrt(y_square * p_square)
    return np.where(constant, np.nan, np.clip(r, -1.0, 1.0))


def _is_constant(square: np.ndarray, values: np.ndarray) -> np.ndarray:
    size = np.einsum("ng,ng->g", values, values)
    return square <= 1e-24 * size
