"""Valid p-values for out-of-fold predictions of a head that is linear in Y.

Patient i helps to predict patient j and j to predict i, so under the null the pooled out-of-fold r varies
about twice as much as that of independent pairs; the textbook p-value is then far too small (measured:
family-wise error 1.0 on noise). For predictions H Y with fixed H (:mod:`.oof_matrix`) both nulls here keep
that dependence exactly.

Y may be in any units: H holds the fold-wise centering and r does not change with a gene's scale, so z-scoring
a gene beforehand, by whichever mean and SD, leaves its r as it is. Y must be complete; genes measured in
other patients are a matrix of their own, with an H of their own.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from RadioGenomicsLib.progress import Progress
from RadioGenomicsLib.progress import silent

_CHUNK = 20_000


def null_correlations(
    h: np.ndarray, n_draws: int = 2_000_000, seed: int = 0, progress: Progress = silent
) -> np.ndarray:
    """Draw the null of r(y, H y) for Gaussian y; one table serves every gene.

    Args:
        h: out-of-fold matrix [n, n].
        n_draws: number of draws; the smallest p-value is 1 / (n_draws + 1).
        seed: of the draws.
        progress: told after each chunk.

    Returns:
        Null correlations [n_draws], float32, ascending; NaN (a constant prediction) is left out.
    """
    rng = np.random.default_rng(seed)
    n = len(h)
    centered = (h - h.mean(axis=0)).astype(np.float32)
    drawn = []
    for start in range(0, n_draws, _CHUNK):
        y = rng.standard_normal((n, min(_CHUNK, n_draws - start)), dtype=np.float32)
        y -= y.mean(axis=0)
        drawn.append(_correlate(centered, y))
        progress(min(1.0, (start + _CHUNK) / n_draws), "null distribution")
    null = np.concatenate(drawn)
    null = null[np.isfinite(null)]
    null.sort()
    return null


def null_p(r: np.ndarray, null: np.ndarray) -> np.ndarray:
    """Return one-sided Monte-Carlo p-values, (1 + draws at or above r) / (1 + draws), so never 0.

    Args:
        r: observed correlations [G].
        null: ascending null correlations from :func:`null_correlations` of the same H.

    Returns:
        p [G]; 1 where r is NaN.
    """
    r = np.asarray(r, dtype=np.float64)
    above = len(null) - np.searchsorted(null, r, side="left")
    return np.where(np.isfinite(r), (1 + above) / (1 + len(null)), 1.0)


@dataclass(frozen=True)
class MaxT:
    """What joint permutation of the patients says of G genes, from B permutations.

    Attributes:
        r: observed out-of-fold correlations [G].
        p: one-sided permutation p of each gene alone [G].
        p_adjusted: step-down adjusted p [G] (family-wise error under any dependence of the genes).
        null_max: largest r of each permutation [B].
        null_median: median r of each permutation [B].
        null_share_above: share of genes with r above ``threshold`` in each permutation [B].
        null_best: mean of the ``n_best`` largest r of each permutation [B].
        threshold: of ``null_share_above``.
        n_best: of ``null_best``.
    """

    r: np.ndarray
    p: np.ndarray
    p_adjusted: np.ndarray
    null_max: np.ndarray
    null_median: np.ndarray
    null_share_above: np.ndarray
    null_best: np.ndarray
    threshold: float
    n_best: int


def max_t(
    y: np.ndarray,
    h: np.ndarray,
    n_permutations: int = 10_000,
    seed: int = 0,
    *,
    blocks: np.ndarray | None = None,
    threshold: float = 0.3,
    n_best: int = 100,
    progress: Progress = silent,
) -> MaxT:
    """Test every gene by refitting the head on permuted patients (Westfall and Young 1993, step-down max-T).

    The rows of Y are permuted together, so the correlation of the genes stays. Permuting Y is the same as
    permuting both sides of H the other way: one matrix product per permutation refits all genes.

    Args:
        y: observed values [n, G], complete.
        h: out-of-fold matrix [n, n] of the head.
        n_permutations: number of permutations B; the smallest p is 1 / (B + 1).
        seed: of the permutations.
        blocks: label [n]; patients change places only within a label (a site or subtype that must be kept).
        threshold: r above which genes are counted in each permutation.
        n_best: number of the best genes whose mean r is kept for each permutation.
        progress: told now and then.

    Raises:
        ValueError: Y has missing values.
    """
    y = np.asarray(y, dtype=np.float64)
    if not np.isfinite(y).all():
        raise ValueError("max_t needs complete values: run each matrix on its own patients")
    rng = np.random.default_rng(seed)
    n, n_genes = y.shape
    n_best = min(n_best, n_genes)
    z = y - y.mean(axis=0)
    norm = np.linalg.norm(z, axis=0)
    constant = norm <= 1e-12 * np.linalg.norm(y, axis=0)
    z = (z / np.where(constant, 1.0, norm)).astype(np.float32)
    centered = (h - h.mean(axis=0)).astype(np.float32)
    r = np.where(constant, np.nan, _correlate(centered, z))
    # A gene without a correlation (a constant column) can neither win nor be counted.
    ranked = np.where(np.isfinite(r), r, -np.inf)
    order = np.argsort(-ranked, kind="stable")
    z_order, r_order = z[:, order], ranked[order]
    exceeded, exceeded_stepdown = np.zeros(n_genes, dtype=int), np.zeros(n_genes, dtype=int)
    figures = np.empty((4, n_permutations), dtype=np.float32)
    for index in range(n_permutations):
        shuffle = _permutation(rng, n, blocks)
        null = _correlate(centered[np.ix_(shuffle, shuffle)], z_order)
        null = np.where(np.isfinite(null), null, -np.inf)
        exceeded += null >= r_order
        highest_from_here = np.maximum.accumulate(null[::-1])[::-1]
        exceeded_stepdown += highest_from_here >= r_order
        best = np.partition(null, n_genes - n_best)[n_genes - n_best :]
        figures[:, index] = highest_from_here[0], np.median(null), (null > threshold).mean(), best.mean()
        if index % 100 == 0:
            progress(index / n_permutations, "permutations")
    p, p_adjusted = np.ones(n_genes), np.ones(n_genes)
    p[order] = (1 + exceeded) / (1 + n_permutations)
    p_adjusted[order] = np.maximum.accumulate((1 + exceeded_stepdown) / (1 + n_permutations))
    return MaxT(r, p, p_adjusted, *figures, threshold, n_best)


def _correlate(centered_h: np.ndarray, z: np.ndarray) -> np.ndarray:
    """Return r [G] of z and H z; the columns of H and of z sum to 0, so H z is centered too."""
    predicted = centered_h @ z
    dot = np.einsum("ng,ng->g", z, predicted)
    square = np.einsum("ng,ng->g", predicted, predicted) * np.einsum("ng,ng->g", z, z)
    with np.errstate(divide="ignore", invalid="ignore"):
        return dot / np.sqrt(square)


def _permutation(rng: np.random.Generator, n: int, blocks: np.ndarray | None) -> np.ndarray:
    if blocks is None:
        return rng.permutation(n)
    shuffle = np.arange(n)
    for label in np.unique(blocks):
        members = np.flatnonzero(np.asarray(blocks) == label)
        shuffle[members] = rng.permutation(members)
    return shuffle
