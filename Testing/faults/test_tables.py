"""Bad tables at the doors that read them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from RadioGenomicsLib.batch.patients import read_patients
from RadioGenomicsTrainLib.cohort.clinical import ClinicalSource
from RadioGenomicsTrainLib.cohort.clinical import read_clinical
from RadioGenomicsTrainLib.cohort.description import read_description
from RadioGenomicsTrainLib.cohort.expression import read_expression
from RadioGenomicsTrainLib.cohort.features import read_features
from RadioGenomicsTrainLib.cohort.gene_ids import load_gene_names
from RadioGenomicsTrainLib.cohort.idc import read_plan
from RadioGenomicsTrainLib.cohort.sources import FeatureSource
from Testing.faults.bad_expression import EXPRESSION
from Testing.faults.bad_expression import levels
from Testing.faults.bad_tables import CLINICAL
from Testing.faults.bad_tables import COHORTS
from Testing.faults.bad_tables import FEATURES
from Testing.faults.bad_tables import PATIENTS
from Testing.faults.bad_tables import PLANS
from Testing.faults.bad_tables import TableCase
from Testing.faults.reading_bench import files_in
from Testing.faults.reading_bench import told

DOORS: dict[str, tuple[dict[str, TableCase], Callable[[Path], object]]] = {
    "clinical": (
        CLINICAL,
        lambda path: read_clinical([ClinicalSource(path, "patient", {"age": "age", "sex": "sex"}, {})]),
    ),
    "features": (FEATURES, lambda path: read_features(FeatureSource(path, "patient"))[0]),
    "plan": (PLANS, read_plan),
    "patients": (PATIENTS, read_patients),
    "cohort": (COHORTS, lambda path: read_description(path, path.parent)),
}


@pytest.mark.parametrize("case", EXPRESSION.values(), ids=EXPRESSION.keys())
def test_an_expression_table_is_read_rightly_or_refused_in_words(case: TableCase, tmp_path: Path) -> None:
    path = case.write(tmp_path)
    if case.error is not None:
        error = told(lambda: read_expression(path, case.unit, load_gene_names()), case.error, case.reason)
        assert error.subject == str(path)
        return
    matrix, dropped = read_expression(path, case.unit, load_gene_names())
    assert matrix.symbols == case.genes
    assert np.isfinite(matrix.values).all()
    # What is not there was listed.
    assert len(matrix.symbols) + sum(one.kind == "gene" for one in dropped) == 3
    if case.genes == EXPRESSION["whole"].genes and "Entrez" not in path.read_text("latin-1"):
        assert np.allclose(matrix.values, levels().T, atol=1e-4)


@pytest.mark.parametrize(
    ("door", "name"), [(door, name) for door, (cases, _) in DOORS.items() for name in cases], ids=lambda part: part
)
def test_a_table_is_read_or_refused_in_words(door: str, name: str, tmp_path: Path) -> None:
    cases, read = DOORS[door]
    case = cases[name]
    path = case.write(tmp_path)
    before = files_in(tmp_path)
    if case.error is None:
        assert read(path)
    else:
        assert told(lambda: read(path), case.error, case.reason).subject == str(path)
    assert files_in(tmp_path) == before
