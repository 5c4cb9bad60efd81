"""A batch goes on after a failure and does not do again what is done."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from RadioGenomicsLib import batch
from RadioGenomicsLib.batch import Patient
from RadioGenomicsLib.batch import read_patients
from RadioGenomicsLib.batch import run_batch
from RadioGenomicsLib.errors import Canceled
from RadioGenomicsLib.errors import GeometryError
from RadioGenomicsLib.errors import InputError
from RadioGenomicsLib.errors import OutputError
from RadioGenomicsLib.headless import Options

FIGURES = {"tumor_ml": 12.5, "distance_percentile": 40.0, "far_from_training": False}


@pytest.fixture
def done(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Names of the patients that were really predicted; patients named after a failure fail with it."""
    names: list[str] = []
    failures = {"sheared": GeometryError("FLAIR", "it is sheared", "Resample it."), "crash": ValueError("boom")}

    def predict(channels: dict, options: Options, output: Path, **_: object) -> None:
        if output.name in failures:
            raise failures[output.name]
        if output.name == "canceled":
            raise Canceled
        names.append(output.name)
        output.mkdir(parents=True)
        (output / "prediction.json").write_text(json.dumps(FIGURES))

    monkeypatch.setattr(batch, "predict_study", predict)
    monkeypatch.setattr(batch, "read_channels", lambda paths: {})
    return names


def _patients(*names: str) -> list[Patient]:
    return [Patient(name, ["FLAIR=a.nii"]) for name in names]


def _summary(output: Path) -> list[dict[str, str]]:
    with (output / "summary.csv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_a_failed_patient_does_not_stop_the_others(done: list[str], tmp_path: Path) -> None:
    rows = run_batch(_patients("one", "sheared", "crash", "two"), Options(), tmp_path)
    assert done == ["one", "two"]
    assert [row["status"] for row in rows] == ["done", "failed", "failed", "done"]


def test_the_summary_says_what_came_out_and_why_not(done: list[str], tmp_path: Path) -> None:
    run_batch(_patients("one", "sheared", "crash"), Options(), tmp_path)
    one, sheared, crash = _summary(tmp_path)
    assert one["tumor_ml"] == "12.5"
    assert one["far_from_training"] == "False"
    assert "it is sheared" in sheared["reason"]
    assert "ValueError: boom" in crash["reason"]


def test_a_rerun_does_only_what_is_missing_and_keeps_the_figures(done: list[str], tmp_path: Path) -> None:
    run_batch(_patients("one"), Options(), tmp_path)
    run_batch(_patients("one", "two"), Options(), tmp_path)
    assert done == ["one", "two"]
    assert [row["tumor_ml"] for row in _summary(tmp_path)] == ["12.5", "12.5"]


def test_canceling_stops_the_batch_and_keeps_what_is_done(done: list[str], tmp_path: Path) -> None:
    with pytest.raises(Canceled):
        run_batch(_patients("one", "canceled", "two"), Options(), tmp_path)
    assert done == ["one"]
    assert [row["patient"] for row in _summary(tmp_path)] == ["one"]


def test_each_subfolder_is_a_patient(tmp_path: Path) -> None:
    for name in ("b", "a"):
        (tmp_path / name).mkdir()
    (tmp_path / "notes.txt").write_text("not a patient")
    assert [patient.name for patient in read_patients(tmp_path)] == ["a", "b"]


def test_a_csv_names_channels_and_region_relative_to_itself(tmp_path: Path) -> None:
    (tmp_path / "cohort.csv").write_text("patient,FLAIR,T1c,roi\np1,x/flair.nii,,x/mask.nii\n")
    (patient,) = read_patients(tmp_path / "cohort.csv")
    assert patient == Patient("p1", [f"FLAIR={tmp_path / 'x/flair.nii'}"], tmp_path / "x/mask.nii")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("patient,FLAIR\np1,a\np1,b\n", "twice"),
        ("patient,FLAIR\n../p1,a\n", "folder's name"),
        ("name,FLAIR\np1,a\n", "no column 'patient'"),
        ("patient,FLAIR\n", "no patient"),
    ],
)
def test_an_unusable_csv_is_refused_before_anything_runs(tmp_path: Path, content: str, message: str) -> None:
    (tmp_path / "cohort.csv").write_text(content)
    with pytest.raises(InputError, match=message):
        read_patients(tmp_path / "cohort.csv")


def test_a_source_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such"):
        read_patients(tmp_path / "missing")


def test_results_and_hidden_folders_below_the_cohort_are_no_patients(tmp_path: Path) -> None:
    for name in ("p1", "p2", ".cache", "results"):
        (tmp_path / name).mkdir()
    assert [patient.name for patient in read_patients(tmp_path, tmp_path / "results")] == ["p1", "p2"]


@pytest.mark.parametrize("content", [b"\xff\xfe\x00bad", b"patient,FLAIR\na,b,c,d\n", b"patient;FLAIR\na;b\n"])
def test_a_table_that_is_no_good_csv_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "patients.csv").write_bytes(content)
    with pytest.raises(InputError):
        read_patients(tmp_path / "patients.csv")


def test_a_place_that_cannot_be_written_is_refused_before_any_work(done: list[str], tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(OutputError):
        run_batch(_patients("one"), Options(), tmp_path / "file")
    assert not done
