"""What tables lose reaches log, console, the summary of an association, and the report of a validation."""

from __future__ import annotations

import csv
import json
import logging
from pathlib import Path

import numpy as np
import pytest

from RadioGenomicsTrainLib import cli
from RadioGenomicsTrainLib.doors.report import report
from RadioGenomicsTrainLib.doors.request import CohortRequest
from RadioGenomicsTrainLib.doors.validate import validate
from RadioGenomicsTrainLib.validation import record

COHORT = """
id = "few"
title = "Synthetic patients"
licence = "CC0"
citation = ["none"]
[features]
file = "features.tsv"
patient = "id"
leave_out = ["recurrence"]
[[expression]]
file = "log2.tsv"
unit = "log2 TPM"
[[clinical]]
file = "clinical.tsv"
patient = "id"
columns = { age = "age", sex = "sex" }
"""
PATIENTS = [f"TCGA-AA-{number:04d}" for number in range(40)]
GENES = ("7157", "3417", "1956", "5728")
# Kind, subject and part of the reason.
LOSSES = {
    ("reading", "features.tsv", "its commas are decimal"),
    ("reading", "log2.tsv", "read as Entrez IDs"),
    ("value", "TCGA-AA-0003 volume", "-999"),
    ("feature", "side", "'left' in 40 of 40"),
    ("feature", "recurrence", "leaves it out"),
    ("sample", "TCGA-AA-0000-01", "TCGA-AA-0000 comes first"),
    ("clinical", "TCGA-AA-0001 age", "contradict each other: 31, 36"),
    ("clinical", "TCGA-AA-0002 sex", "'X' is no sex"),
    ("gene", "N_unmapped", "counts reads"),
}


@pytest.fixture
def asked(tmp_path: Path) -> CohortRequest:
    rng = np.random.default_rng(0)
    lines = ["id\tvolume\tdepth\tside\trecurrence"]
    for number, name in enumerate([*PATIENTS, "TCGA-AA-0000-01"]):
        volume, depth = (f"{value:.4f}".replace(".", ",") for value in rng.uniform(1, 9, 2))
        lines.append(f"{name}\t{'-999' if number == 3 else volume}\t{depth}\tleft\t0")
    (tmp_path / "features.tsv").write_text("\n".join(lines) + "\n")
    lines = ["\t".join(["gene", *PATIENTS])]
    for gene in (*GENES, "N_unmapped"):
        lines.append("\t".join([gene, *(f"{value:.3f}" for value in rng.uniform(2, 9, len(PATIENTS)))]))
    (tmp_path / "log2.tsv").write_text("\n".join(lines) + "\n")
    lines = ["#Patient\tAge\tSex", "#STRING\tNUMBER\tSTRING", "id\tage\tsex"]
    lines += [f"{name}\t{30 + n}\t{'X' if n == 2 else ('M', 'Female')[n % 2]}" for n, name in enumerate(PATIENTS)]
    (tmp_path / "clinical.tsv").write_text("\n".join([*lines, f"{PATIENTS[1]}\t36\t'--", ""]))
    (tmp_path / "few.toml").write_text(COHORT)
    return CohortRequest(str(tmp_path / "few.toml"), tmp_path / "work", tmp_path, repeats=1, permutations=20)


def check_listed(listed: set[tuple[str, str, str]]) -> None:
    for kind, subject, part in LOSSES:
        assert any(part in reason for one, name, reason in listed if (one, name) == (kind, subject)), (kind, subject)


def test_an_association_tells_all_losses(
    asked: CohortRequest, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    arguments = ["associate", asked.cohort, "--data", str(asked.data), "--work", str(asked.work)]
    with caplog.at_level(logging.WARNING):
        assert cli.main([*arguments, "--covariates", "age,sex", "--permutations", "0"]) == 0
    summary = json.loads((asked.work / "association" / "summary.json").read_text())
    check_listed({(one["kind"], name, one["reason"]) for one in summary["left_out"] for name in one["names"]})
    assert summary["tables"][0]["covariates_unknown"] == {"age": 1, "sex": 1}
    out = capsys.readouterr().out
    assert "log2 TPM, 38 patients" in out
    assert "2 more patients are left out: unknown is age of 1, sex of 1" in out
    told = [record.message for record in caplog.records]
    assert len(told) == len(set(told))
    assert any("its commas are decimal" in line for line in told)
    assert any("clinical value is not used" in line and "and 1 more" in line for line in told)


def test_a_validation_lists_all_losses_once_and_its_report_shows_them(
    asked: CohortRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(record, "_POWER_SIZES", ())
    monkeypatch.setattr(record, "_POWER_TESTS", ())
    folder = validate(asked)
    rows = list(csv.DictReader((folder / "dropped.csv").read_text().splitlines()))
    listed = [(row["kind"], row["name"], row["reason"]) for row in rows]
    check_listed(set(listed))
    assert len(listed) == len(set(listed))
    page = report(asked.work).read_text()
    assert "its commas are decimal" in page
    assert "contradict each other: 31, 36" in page
