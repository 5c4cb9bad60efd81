"""Cohorts of published features: a small synthetic one, and the three real ones."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from RadioGenomicsLib.errors import InputError
from RadioGenomicsTrainLib.cohort.feature_cohort import load_feature_cohort
from RadioGenomicsTrainLib.cohort.manifest import load_cohort

COHORT = """
id = "few"
title = "Three synthetic patients"
licence = "CC0"
citation = ["none"]
[features]
file = "features.csv"
patient = "id"
[[expression]]
file = "log2.tsv"
unit = "log2 TPM"
[[expression]]
file = "z.tsv"
unit = "z"
[[clinical]]
file = "features.csv"
patient = "id"
columns = { age = "volume" }
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "features.csv").write_text("id,volume\nTCGA-BB-0003,3\nTCGA-AA-0001,1\nTCGA-AA-0002,2\n")
    (tmp_path / "log2.tsv").write_text("gene\tTCGA-AA-0001-01\tTCGA-BB-0003-01\nTP53\t5\t6\n")
    (tmp_path / "z.tsv").write_text("gene\tTCGA-AA-0001\tTCGA-CC-0009\nIDH1\t1\t-1\n")
    (tmp_path / "few.toml").write_text(COHORT)
    return tmp_path


def test_patients_with_features_and_expression_are_joined(folder: Path) -> None:
    cohort = load_feature_cohort(folder / "few.toml", folder)
    assert [patient.id for patient in cohort.patients] == ["TCGA-BB-0003", "TCGA-AA-0001"]
    assert cohort.sites.tolist() == ["BB", "AA"]
    assert cohort.features.tolist() == [[3], [1]]
    assert [patient.traits.age for patient in cohort.patients] == [3, 1]
    assert cohort.expression.values == pytest.approx(np.array([[6, np.nan], [5, 1]]), nan_ok=True)
    reasons = {(one.kind, one.subject): one.reason for one in cohort.dropped}
    assert reasons == {
        ("patient", "TCGA-AA-0002"): "has features, but no expression",
        ("expression", "TCGA-BB-0003"): "has features, but no expression in z",
    }


def test_nobody_in_common_is_refused(folder: Path) -> None:
    (folder / "features.csv").write_text("id,volume\nTCGA-DD-0001,3\nTCGA-DD-0002,4\n")
    with pytest.raises(InputError, match="nobody has both"):
        load_feature_cohort(folder / "few.toml", folder)


def test_images_and_features_are_not_taken_for_each_other(folder: Path) -> None:
    with pytest.raises(InputError, match="no images"):
        load_cohort(folder / "few.toml", folder)
    with pytest.raises(InputError, match="no table of features"):
        load_feature_cohort("tcga-lgg", folder)


@pytest.mark.parametrize(
    ("name", "patients", "features", "genes"),
    [("tcga-gbm", 52, 704, 840), ("tcga-brca", 88, 36, 1558), ("nsclc-r01", 60, 1764, 140)],
)
def test_a_real_cohort_has_its_patients_features_and_genes(
    data_root: Path, name: str, patients: int, features: int, genes: int
) -> None:
    cohort = load_feature_cohort(name, data_root)
    assert cohort.features.shape == (patients, features)
    assert cohort.expression.values.shape == (patients, genes)
    assert np.isfinite(cohort.expression.values).all()
    assert np.isfinite(cohort.features).any(axis=0).all()


def test_no_outcome_is_a_feature_or_a_gene(data_root: Path) -> None:
    brca = load_feature_cohort("tcga-brca", data_root)
    left_out = {one.subject for one in brca.dropped if one.kind == "feature"}
    assert {"Recurrencia", "DFI TIME", "Age", "ER_status", "HER2_status", "pathologic_T"} < left_out
    assert len(left_out) == 13
    assert "Recurrence" not in load_feature_cohort("nsclc-r01", data_root).expression.symbols
    assert Counter(patient.traits.subtype for patient in brca.patients)["LumA"] == 61
