"""Expression as the gene head sees it: blocks of genes measured in the same patients, standardized."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from RadioGenomicsTrainLib.cohort.dropped import Dropped
from RadioGenomicsTrainLib.cohort.expression import ExpressionMatrix

# A measured level counts at most this many standard deviations: single outliers must not make a correlation.
_CLIP = 3.0
# A gene of unit "z" whose clipped values spread less than this hardly varies in these patients.
_LEAST_SPREAD_OF_Z = 0.3


@dataclass(frozen=True, eq=False)
class GeneBlock:
    """Genes measured in the same patients.

    Attributes:
        expression: the block's matrix, complete.
        rows: ``[n]`` its patients among the cohort's.
        z: ``[n, G]`` standardized and clipped values.
        mean, sd: ``[G]`` what ``z`` was standardized with, in the unit of the expression.
        unit: of the expression.
    """

    expression: ExpressionMatrix
    rows: np.ndarray
    z: np.ndarray
    mean: np.ndarray
    sd: np.ndarray
    unit: str


def gene_blocks(expression: ExpressionMatrix) -> tuple[list[GeneBlock], list[Dropped]]:
    """Split expression into blocks, and leave out genes that do not vary.

    Args:
        expression: rows are the cohort's patients with images; NaN where not measured.
    """
    blocks, dropped = [], []
    for rows, columns in expression.complete_blocks():
        matrix = expression.for_genes(columns)
        values = matrix.values[rows]
        units = np.array(matrix.units)
        spread = values.std(axis=0)
        varies = spread > np.where(units == "z", _LEAST_SPREAD_OF_Z, 0.0)
        reason = f"hardly varies in the {len(rows)} patients with images"
        dropped += [Dropped("gene", matrix.symbols[i], reason) for i in np.flatnonzero(~varies)]
        for unit in np.unique(units[varies]):
            chosen = varies & (units == unit)
            mean, sd = values[:, chosen].mean(axis=0), spread[chosen]
            z = np.clip((values[:, chosen] - mean) / sd, -_CLIP, _CLIP)
            blocks.append(GeneBlock(matrix.for_genes(chosen), rows, z, mean, sd, str(unit)))
    return blocks, dropped
