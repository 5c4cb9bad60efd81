"""One row of figures for one predictor: what a table of baselines and models shows."""

from __future__ import annotations

from dataclasses import asdict
from dataclasses import dataclass

import numpy as np

from RadioGenomicsLib.progress import Progress
from RadioGenomicsLib.progress import silent
from RadioGenomicsLib.progress import within
from RadioGenomicsTrainLib.validation.correlation import parametric_p
from RadioGenomicsTrainLib.validation.correlation import pearson
from RadioGenomicsTrainLib.validation.heads import Head
from RadioGenomicsTrainLib.validation.heads import LinearHead
from RadioGenomicsTrainLib.validation.heads import as_head
from RadioGenomicsTrainLib.validation.joint_null import MaxT
from RadioGenomicsTrainLib.validation.multiple_testing import adjust
from RadioGenomicsTrainLib.validation.multiple_testing import count_below
from RadioGenomicsTrainLib.validation.oof_null import max_t
from RadioGenomicsTrainLib.validation.oof_null import null_correlations
from RadioGenomicsTrainLib.validation.oof_null import null_p

ALPHA = 0.05


@dataclass(frozen=True)
class Summary:
    """The figures of one predictor on one expression matrix; adjusted counts are one-sided at alpha .05.

    None stands where the predictor has no valid null.

    Attributes:
        n: patients.
        genes: genes tested.
        median_r: over genes; a gene without a correlation counts as 0, here and below.
        best_100_mean_r: mean of the 100 largest r.
        share_above_03: share of genes with r > 0.3.
        share_above_03_permuted: the same, mean over permutations of the patients.
        share_r2_above_0: share of genes predicted better than by the training-fold mean.
        parametric_holm_sidak: the count the literature reports; not valid out of fold.
        oof_holm_sidak: the same with the valid out-of-fold null (independent or positively dependent genes).
        oof_benjamini_hochberg: genes with q at or below .05 under that null.
        max_t: genes by step-down max-T, valid under any dependence; None where so few permutations can find none.
        median_r_p: p of the median r against the permutations.
    """

    n: int
    genes: int
    median_r: float
    best_100_mean_r: float
    share_above_03: float
    share_above_03_permuted: float | None
    share_r2_above_0: float
    parametric_holm_sidak: int
    oof_holm_sidak: int | None
    oof_benjamini_hochberg: int | None
    max_t: int | None
    median_r_p: float | None

    def as_row(self) -> dict[str, float | int | None]:
        """Return the figures by name."""
        return asdict(self)


@dataclass(frozen=True)
class HeadValidation:
    """A summary and what it was made from.

    Attributes:
        summary: the row of figures.
        p: one-sided out-of-fold p of each gene [G].
        max_t: joint permutation test; ``max_t.p_adjusted`` is the adjusted p to publish.
    """

    summary: Summary
    p: np.ndarray
    max_t: MaxT


def validate_head(
    y: np.ndarray,
    head: np.ndarray | Head,
    mean_matrix: np.ndarray,
    *,
    fitted_to: np.ndarray | None = None,
    n_permutations: int = 10_000,
    n_draws: int = 2_000_000,
    seed: int = 0,
    progress: Progress = silent,
) -> HeadValidation:
    """Validate a head: a linear one that is fitted to Y itself by its exact null, others by refits.

    Args:
        y: observed values [n, G], complete.
        head: what predicts deviations from the training-fold mean; an out-of-fold matrix [n, n] is a linear head's.
        mean_matrix: out-of-fold matrix [n, n] of that mean, over the same splits.
        fitted_to: values [n, G] that the head is fitted to; y where None. With others, or of a head that is not linear,
            the p-values are those of the permutations, 1 / (n_permutations + 1) at least.
        n_permutations: of the max-T test.
        n_draws: of the out-of-fold null.
        seed: of both.
        progress: told now and then.
    """
    head = as_head(head)
    deviation = head.predict(y if fitted_to is None else fitted_to)
    error_of_mean = y - mean_matrix @ y
    r = pearson(y, deviation)
    p = None
    if isinstance(head, LinearHead) and fitted_to is None:
        p = null_p(r, null_correlations(head.h, n_draws, seed, within(progress, 0.0, 0.5)))
    joint = max_t(y, head, n_permutations, seed, fitted_to=fitted_to, progress=within(progress, 0.5, 1.0))
    better = ((error_of_mean - deviation) ** 2).sum(axis=0) < (error_of_mean**2).sum(axis=0)
    return HeadValidation(summarize(r, len(y), better, p, joint), joint.p if p is None else p, joint)


def summarize(r: np.ndarray, n: int, better: np.ndarray, p: np.ndarray | None, joint: MaxT | None) -> Summary:
    """Return the row of figures of a predictor.

    Args:
        r: out-of-fold correlations [G].
        n: patients.
        better: whether the squared error is below that of the training-fold mean [G].
        p: one-sided p of a null that is valid out of fold [G]; None if there is none.
        joint: permutations of the patients; None if there are none.
    """
    known = np.nan_to_num(r)
    median = float(np.median(known))
    valid = None if p is None else adjust(p)
    return Summary(
        n=n,
        genes=len(r),
        median_r=median,
        best_100_mean_r=float(np.sort(known)[-100:].mean()),
        share_above_03=float((known > 0.3).mean()),
        share_above_03_permuted=None if joint is None else float(joint.null_share_above.mean()),
        share_r2_above_0=float(better.mean()),
        parametric_holm_sidak=count_below(adjust(parametric_p(r, n)).holm_sidak, ALPHA),
        oof_holm_sidak=None if valid is None else count_below(valid.holm_sidak, ALPHA),
        oof_benjamini_hochberg=None if valid is None else count_below(valid.benjamini_hochberg, ALPHA),
        max_t=None if joint is None or not joint.reaches(ALPHA) else count_below(joint.p_adjusted, ALPHA),
        median_r_p=None if joint is None else permutation_p(joint.null_median, median),
    )


def permutation_p(null: np.ndarray, observed: float) -> float:
    """Return how often a figure [B] of permuted patients is at or above the observed one, itself counted."""
    # The figures of permutations are float32: a tie has to stay one.
    return float((1 + (null >= np.float32(observed)).sum()) / (1 + len(null)))
