"""Columns with the covariates taken out, centered and of length 1: their products are partial correlations."""

from __future__ import annotations

import numpy as np

# A residual this small beside its column is rounding error: the column is constant, or made of the covariates.
_NOTHING_LEFT = 1e-10


def covariate_basis(covariates: np.ndarray) -> np.ndarray:
    """Return an orthonormal basis [n, 1 + k] of the intercept and the k covariates.

    Args:
        covariates: [n, k], complete; k may be 0.

    Raises:
        ValueError: a covariate is missing, constant, or a combination of the others.
    """
    if not np.isfinite(covariates).all():
        raise ValueError("a covariate is missing")
    centered = covariates - covariates.mean(axis=0)
    size = np.linalg.norm(centered, axis=0)
    if (size <= _NOTHING_LEFT * np.linalg.norm(covariates, axis=0)).any():
        raise ValueError("a covariate is constant")
    design = np.column_stack([np.full(len(covariates), len(covariates) ** -0.5), centered / size])
    basis, triangle = np.linalg.qr(design)
    if (np.abs(np.diag(triangle)) <= _NOTHING_LEFT).any():
        raise ValueError("a covariate is a combination of the others")
    return basis


def unit_residuals(values: np.ndarray, basis: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Take the covariates out of every column and scale what is left to length 1.

    By Frisch and Waugh (1933) and Lovell (1963) the product of two such columns is their partial correlation.

    Args:
        values: [n, c]; NaN where missing.
        basis: of the covariates, from :func:`covariate_basis`.

    Returns:
        Columns [n, usable], and which of the c columns they are [c]: those that are complete and vary beyond the
        covariates.
    """
    complete = np.isfinite(values).all(axis=0)
    taken = np.asarray(values if complete.all() else values[:, complete], dtype=np.float64)
    left = basis @ (basis.T @ taken)
    np.subtract(taken, left, out=left)
    size = np.sqrt(np.einsum("nc,nc->c", left, left))
    varies = size > _NOTHING_LEFT * np.sqrt(np.einsum("nc,nc->c", taken, taken))
    usable = complete.copy()
    usable[complete] = varies
    left /= np.where(varies, size, np.inf)
    return left if varies.all() else left[:, varies], usable
