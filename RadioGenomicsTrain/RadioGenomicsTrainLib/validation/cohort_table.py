"""One table for all cohorts: what each one's images tell of its genes, beside what the seed paper published.

The seed paper is Farooq, Mishra, Chaudhury, "Translating Imaging to Genomics: Leveraging Transformers for
Predictive Modeling" (2024).
"""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from dataclasses import fields
from pathlib import Path

import numpy as np

from RadioGenomicsLib.errors import OutputError
from RadioGenomicsLib.whole_outputs import file_written_whole
from RadioGenomicsTrainLib.validation.summary import ALPHA

SEED_CAVEAT = (
    "The seed paper counts genes among 31,793 by Holm-Sidak; it states 550 patients over its four cohorts, but neither "
    "the patients of each, nor folds, nor how p was taken. Its patients, genes and images are not the ones here."
)
# With fewer genes than this the best 100 would be most of them.
_FEW_GENES = 200


@dataclass(frozen=True)
class SeedCount:
    """What the seed paper states.

    Attributes:
        cohort: its cohort.
        genes: its count.
        quote: its words.
    """

    cohort: str
    genes: int
    quote: str


_LUAD = SeedCount("TCGA-LUAD", 656, "For TCGA-LUAD, we saw 656 genes have significant associations")
SEED_COUNTS = {
    "tcga-gbm": SeedCount(
        "TCGA-GBM", 1731, "For TCGA-GBM, we found 1731 genes with significant associations using our model"
    ),
    "tcga-lgg": SeedCount("TCGA-LGG", 1632, "For TCGA-LGG, we found 1632 genes with significant associations"),
    "tcga-brca": SeedCount(
        "TCGA-BRCA",
        838,
        "TCGA-BRCA 838 genes are predicted for the MRI with a statistically significant correlation",
    ),
    "tcga-luad": _LUAD,
    "nsclc-r01": _LUAD,
}


@dataclass(frozen=True)
class CohortRow:
    """One cohort in one unit of expression; counts are one-sided at alpha .05.

    None stands where a figure is not known or the predictor has no valid null.

    Attributes:
        cohort: its id.
        predictor: what the genes were predicted from.
        unit: of the expression.
        n: patients.
        features: numbers per patient.
        genes: genes tested.
        median_r: over genes; a gene without a correlation counts as 0, here and below.
        best: which genes ``best_mean_r`` is of: "best 100", or "best 10 % (14)" where fewer than 200 are tested.
        best_mean_r: their mean r.
        share_above_03: share of genes with r > 0.3.
        share_above_03_permuted: the same, mean over permutations of the patients.
        share_above_03_p: how often permuted patients reach that share.
        parametric_holm_sidak: the count the literature reports; not valid out of fold.
        oof_holm_sidak, oof_benjamini_hochberg: counts with the valid out-of-fold null.
        max_t: count by step-down max-T.
        seed_paper: cohort and count of the seed paper (:data:`SEED_COUNTS`, :data:`SEED_CAVEAT`); empty without one.
        verdict: in words.
    """

    cohort: str
    predictor: str
    unit: str
    n: int
    features: int | None
    genes: int
    median_r: float
    best: str
    best_mean_r: float
    share_above_03: float
    share_above_03_permuted: float | None
    share_above_03_p: float | None
    parametric_holm_sidak: int
    oof_holm_sidak: int | None
    oof_benjamini_hochberg: int | None
    max_t: int | None
    seed_paper: str
    verdict: str


def best_genes(r: np.ndarray) -> tuple[str, float]:
    """Return which genes count as the best ones, in words, and their mean r.

    Args:
        r: correlations [G]; NaN counts as 0.
    """
    r = np.sort(np.nan_to_num(r))
    if len(r) >= _FEW_GENES:
        return "best 100", float(r[-100:].mean())
    count = max(1, round(len(r) / 10))
    return f"best 10 % ({count})", float(r[-count:].mean())


def seed_paper(cohort: str) -> str:
    """Return the seed paper's cohort and count, "TCGA-GBM: 1731"; empty where it has none."""
    stated = SEED_COUNTS.get(cohort)
    return f"{stated.cohort}: {stated.genes}" if stated else ""


def verdict(max_t: int | None, share_p: float | None) -> str:
    """Say what a row shows.

    A cohort counts as above chance if single genes hold by max-T or, as the one test over all genes, if the share
    above 0.3 does.
    """
    if max_t is None or share_p is None:
        return "no valid null: nothing can be said of chance"
    if max_t:
        return f"{max_t} {'gene holds' if max_t == 1 else 'genes hold'} against chance by max-T"
    if share_p > ALPHA:
        return "nothing above chance"
    return "more genes above 0.3 than by chance; no gene holds by max-T"


def write_cohort_table(rows: Sequence[CohortRow], path: Path) -> None:
    """Write the table as CSV, one row per cohort and unit; an empty cell is not applicable.

    Raises:
        OutputError: it cannot be written.
    """
    names = [field.name for field in fields(CohortRow)]
    try:
        with file_written_whole(path) as aside, open(aside, "w", encoding="utf-8", newline="") as stream:
            writer = csv.writer(stream)
            writer.writerow(names)
            writer.writerows([_cell(getattr(row, name)) for name in names] for row in rows)
    except OSError as error:
        raise OutputError(path, f"the table cannot be written ({error})", "Check the folder and its space.") from error


def _cell(value: str | float | None) -> str | int:
    if value is None:
        return ""
    return f"{value:.4g}" if isinstance(value, float) else value
