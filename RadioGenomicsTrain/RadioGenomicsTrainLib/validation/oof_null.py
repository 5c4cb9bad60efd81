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

import numpy as np

from RadioGenomicsLib.progress import Progress
from RadioGenomicsLib.progress import silent
from RadioGenomicsTrainLib.validation.correlation import unit_columns
from RadioGenomicsTrainLib.validation.device_refit import DeviceRefit
from RadioGenomicsTrainLib.validation.device_refit import refit_on
from RadioGenomicsTrainLib.validation.heads import Head
from RadioGenomicsTrainLib.validation.heads import as_head
from RadioGenomicsTrainLib.validation.joint_null import JointNull
from RadioGenomicsTrainLib.validation.joint_null import MaxT
from RadioGenomicsTrainLib.validation.joint_null import permuted_rows
from RadioGenomicsTrainLib.validation.linear_refit import LinearRefit

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
    left = h.astype(np.float32)
    drawn = []
    for start in range(0, n_draws, _CHUNK):
        y = rng.standard_normal((n, min(_CHUNK, n_draws - start)), dtype=np.float32)
        y -= y.mean(axis=0)
        y /= np.linalg.norm(y, axis=0)
        drawn.append(_correlations(LinearRefit(y), left))
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


def max_t(
    y: np.ndarray,
    head: np.ndarray | Head,
    n_permutations: int = 10_000,
    seed: int = 0,
    *,
    fitted_to: np.ndarray | None = None,
    blocks: np.ndarray | None = None,
    threshold: float = 0.3,
    n_best: int = 100,
    device: str = "cpu",
    progress: Progress = silent,
) -> MaxT:
    """Test every gene by refitting the head on permuted patients (Westfall and Young 1993, step-down max-T).

    The rows of Y are permuted together, and with them those of what the head is fitted to, so the correlation of
    the genes, and of genes and subtypes, stays: what is tested is whether the images tell either. Permuting Y is the
    same as giving each patient the images of another, so that Y keeps its place: of a linear head both sides of H are
    permuted, and one matrix product per permutation refits all genes.

    Args:
        y: observed values [n, G], complete.
        head: out-of-fold matrix [n, n] of a linear head, or a head that is refitted otherwise.
        n_permutations: number of permutations B; the smallest p is 1 / (B + 1).
        seed: of the permutations.
        fitted_to: values [n, G] that the head is fitted to, row by row made of the patient's own y and of what no image
            tells; y itself where None.
        blocks: label [n]; patients change places only within a label (a site or subtype that must be kept).
        threshold: r above which genes are counted in each permutation.
        n_best: number of the best genes whose mean r is kept for each permutation.
        device: where the products are done: "cpu", "cuda" or "mps".
        progress: told now and then.

    Raises:
        ValueError: Y has missing values.
    """
    y = np.asarray(y, dtype=np.float64)
    if not np.isfinite(y).all():
        raise ValueError("max_t needs complete values: run each matrix on its own patients")
    rng = np.random.default_rng(seed)
    z = unit_columns(y)
    left, right = as_head(head).factors(y if fitted_to is None else fitted_to)
    r = _correlations(refit_on(device, z, right=right), left(np.arange(len(y))))
    tally = JointNull(r, len(y), n_permutations, threshold, n_best)
    refit = refit_on(device, z[:, tally.order], right=right[:, tally.order])
    for index in range(n_permutations):
        tally.add(_correlations(refit, left(permuted_rows(rng, len(y), blocks))))
        if index % 100 == 0:
            progress(index / n_permutations, "permutations")
    return tally.result()


def _correlations(refit: LinearRefit | DeviceRefit, left: np.ndarray) -> np.ndarray:
    """Return r [G] of unit columns z and predictions with this left factor; NaN where either is constant."""
    dot, square = refit(left - left.mean(axis=0))
    with np.errstate(divide="ignore", invalid="ignore"):
        return dot[0] / np.sqrt(square[0])
