"""The door of the association on a cohort of published features: what is done by default, and what is refused."""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from RadioGenomicsLib.errors import Canceled
from RadioGenomicsLib.errors import InputError
from RadioGenomicsLib.errors import OutputError
from RadioGenomicsTrainLib import cli
from RadioGenomicsTrainLib.association import files
from RadioGenomicsTrainLib.association import permutation_default
from RadioGenomicsTrainLib.doors.associate import associate_cohort
from RadioGenomicsTrainLib.doors.request import CohortRequest

COHORT = """
id = "few"
title = "Synthetic patients"
licence = "CC0"
citation = ["none"]
[features]
file = "features.csv"
patient = "id"
[[expression]]
file = "z.tsv"
unit = "z"
"""
PATIENTS = [f"TCGA-AA-{number:04d}" for number in range(40)]
GENES = ("TP53", "IDH1", "EGFR")


def _write(folder: Path, values: np.ndarray, genes: np.ndarray, patients: list[str] = PATIENTS) -> None:
    header = ["id", *(f"feature {number}" for number in range(values.shape[1]))]
    rows = [[name, *map(str, row)] for name, row in zip(PATIENTS, values, strict=True)]
    (folder / "features.csv").write_text("\n".join(",".join(row) for row in [header, *rows]) + "\n")
    rows = [[gene, *map(str, column)] for gene, column in zip(GENES, genes.T, strict=True)]
    lines = [["gene", *patients], *rows]
    (folder / "z.tsv").write_text("\n".join("\t".join(row) for row in lines) + "\n")
    (folder / "few.toml").write_text(COHORT)


def _values() -> tuple[np.ndarray, np.ndarray]:
    """Feature 0 goes with TP53; feature 1 and IDH1 have nothing in common but one patient far off; 2 has a gap."""
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(len(PATIENTS), 3)), np.clip(rng.normal(size=(len(PATIENTS), 3)), -2, 2)
    y[:, 0] = np.clip(x[:, 0] + 0.3 * y[:, 0], -2.5, 2.5)
    x[7, 1], y[7, 1], x[3, 2] = 300.0, 9.0, np.nan
    return x, y


@pytest.fixture
def asked(tmp_path: Path) -> CohortRequest:
    _write(tmp_path, *_values())
    return CohortRequest(str(tmp_path / "few.toml"), tmp_path / "work", tmp_path)


def _pairs(table: Path) -> set[tuple[str, str]]:
    return {(row["feature"], row["gene"]) for row in csv.DictReader(table.read_text().splitlines()[1:])}


def _card(table: Path) -> dict:
    return json.loads((table.parent / "summary.json").read_text())["tables"][0]


def test_one_patient_far_off_makes_a_pair_of_plain_values_and_none_of_normal_scores(asked: CohortRequest) -> None:
    table, _ = associate_cohort(replace(asked, permutations=0), plain=True)
    assert ("feature 1", "IDH1") in _pairs(table)
    assert _card(table)["values"].startswith("features as they are")
    table, _ = associate_cohort(replace(asked, permutations=0))
    assert _pairs(table) == {("feature 0", "TP53")}
    assert _card(table)["values"].startswith("rank-based inverse normal scores")


def test_small_tables_are_permuted_and_large_ones_are_not_and_say_so(
    asked: CohortRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    table, results = associate_cohort(asked)
    assert len(results[0].found.null_max) == _card(table)["permutations"] == 999
    assert _pairs(table) == {("feature 0", "TP53")}
    assert _card(table)["features_left_out"] == {"feature 2": "is missing in 1 of 40 patients"}
    monkeypatch.setattr(permutation_default, "_WORK_OF_A_MINUTE", 1.0)
    table, results = associate_cohort(asked)
    assert len(results[0].found.null_max) == 0
    assert "more than about a minute" in _card(table)["family_wise_p"]


def test_progress_moves_within_a_table_and_a_cancel_leaves_the_older_files(asked: CohortRequest) -> None:
    table, _ = associate_cohort(asked)
    before = {path: path.read_bytes() for path in table.parent.iterdir()}
    told: list[tuple[float, str]] = []

    def cancel(fraction: float, step: str) -> None:
        told.append((fraction, step))
        if len(told) == 50:
            raise Canceled(step)

    with pytest.raises(Canceled):
        associate_cohort(replace(asked, permutations=200), plain=True, progress=cancel)
    assert [fraction for fraction, _ in told] == sorted({fraction for fraction, _ in told})
    assert {step for _, step in told} == {"permutations"}
    assert {path: path.read_bytes() for path in table.parent.iterdir()} == before


def test_a_failed_write_leaves_the_older_files_and_no_half(
    asked: CohortRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    table, _ = associate_cohort(asked)
    before = {path: path.read_bytes() for path in table.parent.iterdir()}

    def full(_results: object) -> str:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(files, "_table", full)
    with pytest.raises(OutputError, match=r"cannot be written \(No space left on device\)"):
        associate_cohort(asked, plain=True)
    assert {path: path.read_bytes() for path in table.parent.iterdir()} == before


def test_another_run_replaces_its_files_and_leaves_those_of_others(asked: CohortRequest) -> None:
    table, _ = associate_cohort(asked)
    (table.parent / "notes.txt").write_text("mine")
    associate_cohort(asked, plain=True)
    assert _card(table)["values"].startswith("features as they are")
    assert {path.name for path in table.parent.iterdir()} == {"associations.csv", "summary.json", "notes.txt"}


def test_a_work_folder_that_is_a_file_ends_with_9(asked: CohortRequest, capsys: pytest.CaptureFixture[str]) -> None:
    asked.work.write_text("")
    arguments = ["associate", asked.cohort, "--data", str(asked.data), "--work", str(asked.work)]
    assert cli.main(arguments) == OutputError.exit_code
    assert str(asked.work / "association") in capsys.readouterr().err


def test_a_place_that_cannot_be_written_is_refused_before_the_tables_are_read(
    asked: CohortRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Of a folder without the right to write: the superuser has it everywhere, so the system's answer stands in.
    def refuse(**_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(files.tempfile, "TemporaryFile", refuse)
    (asked.data / "z.tsv").unlink()
    with pytest.raises(OutputError, match="Permission denied"):
        associate_cohort(asked)


def test_a_folder_in_the_tables_place_is_refused(asked: CohortRequest) -> None:
    (asked.work / "association" / files.TABLE).mkdir(parents=True)
    with pytest.raises(OutputError, match=r"associations\.csv: it is a folder"):
        associate_cohort(asked)


def _nobody_shared(folder: Path) -> None:
    _write(folder, *_values(), patients=[name.replace("-AA-", "-BB-") for name in PATIENTS])


def _no_column_of_patients(folder: Path) -> None:
    (folder / "few.toml").write_text(COHORT.replace('patient = "id"', 'patient = "case"'))


def _three_patients(folder: Path) -> None:
    lines = (folder / "features.csv").read_text().splitlines()
    (folder / "features.csv").write_text("\n".join(lines[:4]) + "\n")


def _gaps_in_all_features(folder: Path) -> None:
    x, y = _values()
    x[5] = np.nan
    x[5, 0], x[6, 0] = 1.0, np.nan
    _write(folder, x, y)


@pytest.mark.parametrize(
    ("spoil", "options", "reason"),
    [
        (_nobody_shared, (), "nobody has both"),
        (_no_column_of_patients, (), "'case'"),
        (_three_patients, (), "too few"),
        (_gaps_in_all_features, (), "no feature can be tested with z: feature 0 is missing in 1 of 40 patients"),
        (None, ("--covariates", "age"), "the age of no patient is known"),
        (None, ("--covariates", "height"), "there is no 'height'"),
        (None, ("--permutations", "18"), "Give at least 19"),
    ],
)
def test_what_cannot_be_tested_ends_with_3_and_its_reason(
    asked: CohortRequest, capsys: pytest.CaptureFixture[str], spoil, options: tuple[str, ...], reason: str
) -> None:
    if spoil:
        spoil(asked.data)
    arguments = ["associate", asked.cohort, "--data", str(asked.data), "--work", str(asked.work), *options]
    assert cli.main(arguments) == InputError.exit_code
    error = capsys.readouterr().err.splitlines()[-1]
    assert error.startswith("error: ")
    assert reason in error
    assert not (asked.work / "association" / files.TABLE).exists()
