"""Expression as the gene head sees it: blocks of genes measured in the same patients, standardized."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from RadioGenomicsTrainLib.cohort.dropped import Dropped
from RadioGenomicsTrainLib.cohort.expression import ExpressionMatrix
from RadioGenomicsTrainLib.training.gene_filter import kept_everywhere
from RadioGenomicsTrainLib.training.other_patients import OtherPatients
from RadioGenomicsTrainLib.training.other_patients import Taught
from RadioGenomicsTrainLib.validation.oof_matrix import Folds

# A measured level counts at most this many standard deviations: single outliers must not make a correlation.
_CLIP = 3.0


@dataclass(frozen=True, eq=False)
class GeneBlock:
    """Genes measured in the same patients.

    Attributes:
        expression: the block's matrix, complete.
        rows: ``[n]`` its patients among the cohort's.
        z: ``[n, G]`` standardized and clipped values.
        fitted_to: ``[n, G]`` what a head is fitted to: ``z``, or ``z`` drawn toward the means of subtypes.
        programmes: ``[programmes, G]`` the axes that a head predicts; None where it predicts the genes themselves.
        subtype_levels: ``[n, G]`` ``z`` drawn all the way to the means of subtypes; None where there are none.
        mean, sd: ``[G]`` what ``z`` was standardized with, in the unit of the expression.
        unit: of the expression.
    """

    expression: ExpressionMatrix
    rows: np.ndarray
    z: np.ndarray
    fitted_to: np.ndarray
    programmes: np.ndarray | None
    mean: np.ndarray
    sd: np.ndarray
    unit: str
    subtype_levels: np.ndarray | None = None


def gene_blocks(
    expression: ExpressionMatrix,
    splits: Callable[[int], Sequence[Folds]] | None = None,
    others: OtherPatients | None = None,
) -> tuple[list[GeneBlock], list[Dropped]]:
    """Split expression into blocks, and leave out genes that do not vary or are not expressed.

    Standardizing and clipping look at no feature and change no correlation; what is fitted is fitted in the folds.

    Args:
        expression: rows are the cohort's patients with images; NaN where not measured.
        splits: from a number of patients to the splits of its validation, on each training fold of which the filter
            has to keep a gene, too.
        others: patients without images, who teach a head; None to fit the levels of these patients alone.
    """
    blocks, dropped = [], []
    for rows, columns in expression.complete_blocks():
        matrix = expression.for_genes(columns)
        values = matrix.values[rows]
        units = np.array(matrix.units)
        kept = kept_everywhere(values, matrix.units, splits(len(rows)) if splits else [])
        reason = f"hardly varies, or is not expressed, in the {len(rows)} patients with images or in a training fold"
        dropped += [Dropped("gene", matrix.symbols[i], reason) for i in np.flatnonzero(~kept)]
        for unit in np.unique(units[kept]):
            chosen = kept & (units == unit)
            mean, sd = values[:, chosen].mean(axis=0), values[:, chosen].std(axis=0)
            z = _standardized(values[:, chosen], mean, sd)
            taught = Taught(z, None)
            if others is not None:
                outside = _standardized(others.expression.values[:, columns[chosen]], mean, sd)
                taught = others.teach([matrix.patients[row] for row in rows], z, outside)
            block = GeneBlock(
                matrix.for_genes(chosen),
                rows,
                z,
                taught.fitted_to,
                taught.programmes,
                mean,
                sd,
                str(unit),
                taught.subtype_levels,
            )
            blocks.append(block)
    return blocks, dropped


def _standardized(values: np.ndarray, mean: np.ndarray, sd: np.ndarray) -> np.ndarray:
    return np.clip((values - mean) / sd, -_CLIP, _CLIP)
