"""Pearson correlation of every gene at once, with its textbook p-value and confidence interval."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.polynomial import Chebyshev
from scipy.special import betainc
from scipy.special import betaincc
from scipy.special import betaincinv
from scipy.special import ndtri

# Genes at a time: their values are still in the processor's cache for the second to fifth sum.
_BLOCK = 2048
# Standard errors of Fisher's z up to which log p is interpolated, and the polynomial's degree; few genes are beyond.
_INTERPOLATED, _DEGREE = 10.0, 30


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
    r = np.empty(y.shape[1])
    for start in range(0, len(r), _BLOCK):
        block = slice(start, start + _BLOCK)
        r[block] = _from_moments(y[:, block], p[:, block])
    careful = np.flatnonzero(np.isnan(r))
    if len(careful):
        r[careful] = _centered(y[:, careful], p[:, careful])
    return r


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
    both = np.ones(r.shape)
    for patients in np.unique(n[n >= 3]):
        genes = np.isfinite(r) & (n == patients)
        both[genes] = _two_sided_p(np.minimum(np.abs(r[genes]), 1.0), float(patients))
    if not one_sided:
        return both
    return np.where(np.isfinite(r) & (n >= 3), np.where(r > 0, both / 2, 1 - both / 2), 1.0)


def critical_r(p: float | np.ndarray, n: int | np.ndarray) -> np.ndarray:
    """Return the r whose one-sided :func:`parametric_p` is p.

    Args:
        p: one-sided p-values between 0 and 1.
        n: number of patients, at least 3.
    """
    p = np.asarray(p, dtype=np.float64)
    size = np.sqrt(1 - betaincinv(np.asarray(n) / 2 - 1, 0.5, 2 * np.minimum(p, 1 - p)))
    return np.where(p <= 0.5, size, -size)


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


def unit_columns(y: np.ndarray) -> np.ndarray:
    """Center the columns of y [n, G] and scale them to length 1, as float32; a constant column becomes 0."""
    z = y - y.mean(axis=0)
    norm = np.linalg.norm(z, axis=0)
    constant = norm <= 1e-12 * np.linalg.norm(y, axis=0)
    z /= np.where(constant, np.inf, norm)
    return z.astype(np.float32)


def _two_sided_p(size: np.ndarray, n: float) -> np.ndarray:
    """Return the p-values [G] of |r| [G] in n patients, off by less than 1e-11 of p."""
    z = np.arctanh(np.minimum(size, np.nextafter(1.0, 0.0)))
    log_p = _log_p(n)
    p = np.minimum(np.exp(log_p(np.minimum(z, log_p.domain[1]))), 1.0)
    far = z > log_p.domain[1]
    # (1 - r)(1 + r) keeps the digits that 1 - r**2 loses near |r| = 1.
    p[far] = betainc(n / 2 - 1, 0.5, (1 - size[far]) * (1 + size[far]))
    return p


@lru_cache(maxsize=256)
def _log_p(n: float) -> Chebyshev:
    """Return log p by Fisher's z, so smooth that a polynomial has its digits in a fifth of the beta function's time."""
    domain = [0.0, _INTERPOLATED / np.sqrt(n)]
    return Chebyshev.interpolate(lambda z: np.log(betaincc(0.5, n / 2 - 1, np.tanh(z) ** 2)), _DEGREE, domain)


def _matrix(values: np.ndarray) -> np.ndarray:
    values = np.asarray(values, dtype=np.float64)
    return values[:, None] if values.ndim == 1 else values


def _from_moments(y: np.ndarray, p: np.ndarray) -> np.ndarray:
    """Return r from five sums, each one pass over the values without a copy; NaN where that would lose digits.

    That is where values are missing, and where a mean is above 20 SD: the square about the mean is then a small
    difference of large sums. Elsewhere r agrees with :func:`_centered` to 1e-11.
    """
    n = len(y)
    with np.errstate(all="ignore"):
        y_mean, p_mean = y.sum(axis=0) / n, p.sum(axis=0) / n
        y_size, p_size = np.einsum("ng,ng->g", y, y), np.einsum("ng,ng->g", p, p)
        y_square, p_square = y_size - n * y_mean**2, p_size - n * p_mean**2
        r = (np.einsum("ng,ng->g", y, p) - n * y_mean * p_mean) / np.sqrt(y_square * p_square)
        exact = (y_square > 2.5e-3 * y_size) & (p_square > 2.5e-3 * p_size) & (n >= 3)
    return np.where(exact, np.clip(r, -1.0, 1.0), np.nan)


def _centered(y: np.ndarray, p: np.ndarray) -> np.ndarray:
    """Return r by centering first; a spread within rounding error of the column's own size counts as constant."""
    known = np.isfinite(y) & np.isfinite(p)
    count = known.sum(axis=0)
    if known.all():
        y_centered, p_centered = y - y.mean(axis=0), p - p.mean(axis=0)
    else:
        y, p = np.where(known, y, 0.0), np.where(known, p, 0.0)
        size = np.maximum(count, 1)
        y_centered = np.where(known, y - y.sum(axis=0) / size, 0.0)
        p_centered = np.where(known, p - p.sum(axis=0) / size, 0.0)
    y_square = np.einsum("ng,ng->g", y_centered, y_centered)
    p_square = np.einsum("ng,ng->g", p_centered, p_centered)
    undefined = (count < 3) | _is_constant(y_square, y) | _is_constant(p_square, p)
    with np.errstate(divide="ignore", invalid="ignore"):
        r = np.einsum("ng,ng->g", y_centered, p_centered) / np.sqrt(y_square * p_square)
    return np.where(undefined, np.nan, np.clip(r, -1.0, 1.0))


def _is_constant(square: np.ndarray, values: np.ndarray) -> np.ndarray:
    return square <= 1e-24 * np.einsum("ng,ng->g", values, values)
