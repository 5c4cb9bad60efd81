"""Expression of a whole cohort: its tables read, put into one matrix, and searched for the patients it lacks."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce

import numpy as np

from RadioGenomicsTrainLib.cohort.description import CohortDescription
from RadioGenomicsTrainLib.cohort.dropped import Dropped
from RadioGenomicsTrainLib.cohort.expression import ExpressionMatrix
from RadioGenomicsTrainLib.cohort.expression import join_genes
from RadioGenomicsTrainLib.cohort.expression import read_expression
from RadioGenomicsTrainLib.cohort.gene_ids import load_gene_names


def read_cohort_expression(description: CohortDescription) -> tuple[ExpressionMatrix, list[Dropped]]:
    """Read a cohort's expression tables into one matrix; where a gene is in several, the first one counts.

    Raises:
        InputError: a table cannot be read, or is not in the unit that the cohort file states.
    """
    gene_names = load_gene_names()
    matrices: list[ExpressionMatrix] = []
    dropped: list[Dropped] = []
    for source in description.expression:
        matrix, lost = read_expression(
            source.path, source.unit, gene_names, source.clip, description.patient_ids, source.leave_out, source.log2
        )
        held = {symbol: one.units[0] for one in reversed(matrices) for symbol in one.symbols}
        dropped += lost
        dropped += [
            Dropped("gene", symbol, f"taken in {held[symbol]}, not in {source.unit}")
            for symbol in matrix.symbols
            if symbol in held
        ]
        matrices.append(matrix)
    return reduce(join_genes, matrices), dropped


def without_expression(patients: Sequence[str], expression: ExpressionMatrix, has: str) -> list[Dropped]:
    """Return, for each unit, the patients whose expression it lacks.

    Args:
        patients: by name.
        expression: of the cohort.
        has: what the patients do have: "images", "features".
    """
    rows = np.isfinite(expression.for_patients(patients).values)
    units = np.array(expression.units)
    return [
        Dropped("expression", patient, f"has {has}, but no expression in {unit}")
        for unit in dict.fromkeys(expression.units)
        for patient, known in zip(patients, rows[:, units == unit].any(axis=1), strict=True)
        if not known
    ]
