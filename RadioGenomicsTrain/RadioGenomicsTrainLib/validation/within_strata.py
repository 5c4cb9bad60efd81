"""What is predicted within a subtype, once the subtype itself is taken out.

A head that tells IDH-mutant from wild type "predicts" thousands of genes. Within a stratum that knowledge is
constant, and only what goes beyond it remains.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from RadioGenomicsLib.progress import Progress
from RadioGenomicsLib.progress import silent
from RadioGenomicsTrainLib.validation.correlation import unit_columns
from RadioGenomicsTrainLib.validation.device_refit import refit_on
from RadioGenomicsTrainLib.validation.heads import Head
from RadioGenomicsTrainLib.validation.heads import as_head
from RadioGenomicsTrainLib.validation.joint_null import JointNull
from RadioGenomicsTrainLib.validation.joint_null import MaxT
from RadioGenomicsTrainLib.validation.multiple_testing import count_below

POOLED = "pooled"
# The r of fewer patients than this says nothing about a gene; they still count in the pooled r.
_LEAST_PATIENTS = 10


@dataclass(frozen=True)
class StratumScores:
    """The correlations within one stratum, or pooled over all, and their permutations inside strata.

    Attributes:
        n: patients.
        max_t: joint permutation test; ``max_t.r`` holds the correlations [G].
    """

    n: int
    max_t: MaxT

    @property
    def median_r(self) -> float:
        """Over genes; a gene without a correlation counts as 0, here and below."""
        return float(np.median(np.nan_to_num(self.max_t.r)))

    @property
    def best_mean_r(self) -> float:
        """Mean of the ``max_t.n_best`` largest r."""
        return float(np.sort(np.nan_to_num(self.max_t.r))[-self.max_t.n_best :].mean())

    @property
    def share_above(self) -> float:
        """Share of genes with r above ``max_t.threshold``."""
        return float((np.nan_to_num(self.max_t.r) > self.max_t.threshold).mean())

    @property
    def share_above_permuted(self) -> float:
        """The same, mean over permutations."""
        return float(self.max_t.null_share_above.mean())

    @property
    def significant(self) -> int:
        """Genes with a step-down max-T p at or below .05."""
        return count_below(self.max_t.p_adjusted)


def within_strata(
    y: np.ndarray,
    head: np.ndarray | Head,
    strata: Sequence[str | None],
    *,
    fitted_to: np.ndarray | None = None,
    n_permutations: int = 1000,
    seed: int = 0,
    threshold: float = 0.3,
    n_best: int = 100,
    device: str = "cpu",
    progress: Progress = silent,
) -> dict[str, StratumScores]:
    """Score and test a head inside each stratum.

    The head is the one fitted on all patients. Its null permutes patients inside their strata only and refits:
    the strata keep all that they differ by, so only what is predicted beyond them can be significant.

    Args:
        y: observed values [n, G], complete.
        head: out-of-fold matrix [n, n] of a linear head, or a head that is refitted otherwise.
        strata: label [n], such as the IDH/1p19q subtype; None or "" where unknown. Those patients keep their
            places and are not scored.
        fitted_to: values [n, G] that the head is fitted to; y itself where None.
        n_permutations: number of permutations B.
        seed: of the permutations.
        threshold: r above which genes are counted.
        n_best: number of the best genes whose mean r is kept.
        device: where the products are done: "cpu", "cuda" or "mps".
        progress: told now and then.

    Returns:
        Scores by label, for strata of 10 patients or more, and under :data:`POOLED` those of all strata
        together: observed and predicted values centered on their own stratum's means, then correlated once.

    Raises:
        ValueError: Y has missing values, or no stratum has two patients.
    """
    y = np.asarray(y, dtype=np.float64)
    if not np.isfinite(y).all():
        raise ValueError("within_strata needs complete values: run each matrix on its own patients")
    label = np.array([one or "" for one in strata], dtype=str)
    if len(label) != len(y):
        raise ValueError(f"{len(label)} labels for {len(y)} patients")
    names = [str(name) for name in np.unique(label) if name and (label == name).sum() >= 2]
    if not names:
        raise ValueError("no stratum has two patients")
    sizes = [int((label == name).sum()) for name in names]
    bounds = np.cumsum([0, *sizes])
    known = np.concatenate([np.flatnonzero(label == name) for name in names])
    rows = np.concatenate([known, np.setdiff1d(np.arange(len(y)), known)])
    groups = [slice(start, stop) for start, stop in pairwise(bounds)]
    left, right = as_head(head).factors(y if fitted_to is None else fitted_to)
    z = unit_columns(y)[rows]
    own_square = np.array([_square_about_mean(z[group]) for group in groups])
    refit = refit_on(device, z, bounds.tolist(), right)
    scored = [index for index, size in enumerate(sizes) if size >= _LEAST_PATIENTS]

    def correlations(places: np.ndarray) -> list[np.ndarray]:
        factor = left(places)[rows]
        for group in groups:
            factor[group] -= factor[group].mean(axis=0)
        dot, square = refit(factor)
        each = [_ratio(dot[index], square[index], own_square[index]) for index in scored]
        return [*each, _ratio(dot.sum(axis=0), square.sum(axis=0), own_square.sum(axis=0))]

    # Each stratum's mean that is taken out costs the pooled r one patient's worth of freedom.
    freedom = [*(sizes[index] for index in scored), len(known) - len(names) + 1]
    tallies = [
        JointNull(r, n, n_permutations, threshold, n_best)
        for r, n in zip(correlations(np.arange(len(y))), freedom, strict=True)
    ]
    rng = np.random.default_rng(seed)
    places = np.arange(len(y))
    for index in range(n_permutations):
        for group in groups:
            places[rows[group]] = rng.permutation(places[rows[group]])
        for tally, null in zip(tallies, correlations(places), strict=True):
            tally.add(null[tally.order])
        if index % 100 == 0:
            progress(index / n_permutations, "permutations within strata")
    counts = [*(sizes[index] for index in scored), len(known)]
    keys = [*(names[index] for index in scored), POOLED]
    return {key: StratumScores(n, tally.result()) for key, n, tally in zip(keys, counts, tallies, strict=True)}


def _square_about_mean(z: np.ndarray) -> np.ndarray:
    """Return the sum of squares about the mean [G]; 0 where the stratum's values are one up to rounding."""
    square = ((z - z.mean(axis=0)) ** 2).sum(axis=0)
    return np.where(square <= 1e-10 * (z**2).sum(axis=0), 0.0, square)


def _ratio(dot: np.ndarray, square: np.ndarray, own_square: np.ndarray) -> np.ndarray:
    """Return r [G]; NaN where either side is constant."""
    product = square * own_square
    return np.divide(dot, np.sqrt(product), out=np.full(dot.shape, np.nan, dtype=np.float32), where=product > 0)
