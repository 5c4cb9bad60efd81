"""What joint permutations of the patients say of all genes: adjusted p-values, and the null of every headline figure.

Shared by heads that are linear in Y (:mod:`.oof_null`), heads that must be refitted (:mod:`.refit_null`) and
scores within subtypes (:mod:`.within_strata`): they differ in how one permutation's correlations come about,
not in what is made of them.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from RadioGenomicsTrainLib.validation.correlation import critical_r
from RadioGenomicsTrainLib.validation.multiple_testing import holm_sidak_levels

# Two correlations that are equal but for float32 rounding are a tie, and a tie counts against the gene.
_ROUNDING = 1e-6


@dataclass(frozen=True)
class MaxT:
    """What joint permutation of the patients says of G genes, from B permutations.

    In the null figures a gene without a correlation counts as 0, as it does in the observed ones.

    Attributes:
        r: observed out-of-fold correlations [G].
        p: one-sided permutation p of each gene alone [G].
        p_adjusted: step-down adjusted p [G] (family-wise error under any dependence of the genes).
        null_max: largest r of each permutation [B].
        null_median: median r of each permutation [B].
        null_mean_r: mean r of each permutation [B].
        null_share_above: share of genes with r above ``threshold`` in each permutation [B].
        null_best: mean of the ``n_best`` largest r of each permutation [B].
        null_counts: genes whose textbook Holm-Sidak p is at or below .05 in each permutation [B]: what the
            published count is when there is nothing to find.
        threshold: of ``null_share_above``.
        n_best: of ``null_best``.
    """

    r: np.ndarray
    p: np.ndarray
    p_adjusted: np.ndarray
    null_max: np.ndarray
    null_median: np.ndarray
    null_mean_r: np.ndarray
    null_share_above: np.ndarray
    null_best: np.ndarray
    null_counts: np.ndarray
    threshold: float
    n_best: int

    def reaches(self, alpha: float) -> bool:
        """Tell whether there are permutations enough for a p as low as alpha."""
        return alpha * (1 + len(self.null_max)) >= 1

    def count_p(self, count: int) -> float:
        """Return the permutation p of a textbook Holm-Sidak count: how often chance finds as many genes."""
        return float((1 + (self.null_counts >= count).sum()) / (1 + len(self.null_counts)))


class JointNull:
    """A running tally over permutations; memory does not grow with genes times permutations.

    Args:
        r: observed correlations [G]; NaN where undefined.
        n: independent pairs behind each r, for the textbook p-value.
        n_permutations: number of permutations B that will be added.
        threshold: r above which genes are counted.
        n_best: number of the best genes whose mean r is kept.
        alpha: level of the textbook count.

    Attributes:
        order: genes by falling observed r [G]: the order in which :meth:`add` takes a permutation.
    """

    def __init__(
        self, r: np.ndarray, n: int, n_permutations: int, threshold: float, n_best: int, alpha: float = 0.05
    ) -> None:
        # A gene without a correlation (a constant column) can neither win nor be counted.
        ranked = np.where(np.isfinite(r), r, -np.inf)
        self.order = np.argsort(-ranked, kind="stable")
        self._r = r
        self._bar = ranked[self.order] - _ROUNDING
        self._critical = critical_r(holm_sidak_levels(len(r), alpha), n)
        self._exceeded = np.zeros(len(r), dtype=np.int32)
        self._exceeded_stepdown = np.zeros(len(r), dtype=np.int32)
        self._figures = np.empty((5, n_permutations), dtype=np.float32)
        self._counts = np.zeros(n_permutations, dtype=np.int32)
        self._threshold, self._n_best = threshold, min(n_best, len(r))
        self._added = 0

    def add(self, null: np.ndarray) -> None:
        """Take the correlations of one permutation [G], in the order of :attr:`order`."""
        defined = np.isfinite(null)
        known = null
        if not defined.all():
            known, null = np.where(defined, null, 0), np.where(defined, null, -np.inf)
        self._exceeded += null >= self._bar
        highest_from_here = np.maximum.accumulate(null[::-1])[::-1]
        self._exceeded_stepdown += highest_from_here >= self._bar
        rising = np.sort(known)
        size = len(rising)
        self._figures[:, self._added] = (
            highest_from_here[0],
            (rising[(size - 1) // 2] + rising[size // 2]) / 2,
            known.mean(),
            (size - np.searchsorted(rising, self._threshold, side="right")) / size,
            rising[size - self._n_best :].mean(),
        )
        self._counts[self._added] = self._step_down_count(rising[::-1])
        self._added += 1

    def result(self) -> MaxT:
        """Return the tally of what was added."""
        exceeded = (1 + self._exceeded) / (1 + self._added)
        stepdown = np.maximum.accumulate((1 + self._exceeded_stepdown) / (1 + self._added))
        p, p_adjusted = np.ones(len(self._r)), np.ones(len(self._r))
        p[self.order], p_adjusted[self.order] = exceeded, stepdown
        figures = self._figures[:, : self._added]
        counts = self._counts[: self._added]
        return MaxT(self._r, p, p_adjusted, *figures, counts, self._threshold, self._n_best)  # type: ignore[call-arg]

    def _step_down_count(self, falling: np.ndarray) -> int:
        """Return how many of the largest r clear the bar of their rank before the first that does not."""
        if falling[0] < self._critical[0]:
            return 0
        failed = falling < self._critical
        return int(failed.argmax()) if failed.any() else len(failed)


def permuted_rows(rng: np.random.Generator, n: int, blocks: np.ndarray | None) -> np.ndarray:
    """Draw a permutation of n patients who change places only within their label in ``blocks`` [n]."""
    if blocks is None:
        return rng.permutation(n)
    shuffle = np.arange(n)
    for label in np.unique(blocks):
        members = np.flatnonzero(np.asarray(blocks) == label)
        shuffle[members] = rng.permutation(members)
    return shuffle
