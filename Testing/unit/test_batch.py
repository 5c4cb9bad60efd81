"""A batch goes on after a failure, does not do again what is done, and takes nothing for its own that is not."""

from __future__ import annotations

import csv
import itertools
import json
import os
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest
from filelock import FileLock

from RadioGenomicsLib.batch import run
from RadioGenomicsLib.batch.asked import AskedOfAll
from RadioGenomicsLib.batch.patients import Patient
from RadioGenomicsLib.batch.patients import read_patients
from RadioGenomicsLib.batch.run import run_batch
from RadioGenomicsLib.batch.summary import lock_file
from RadioGenomicsLib.errors import Canceled
from RadioGenomicsLib.errors import GeometryError
from RadioGenomicsLib.errors import InputError
from RadioGenomicsLib.errors import OutputError
from RadioGenomicsLib.fan_out import Workers
from RadioGenomicsLib.headless import Options
from Testing.unit.stand_in_prediction import FIGURES


@pytest.fixture
def done(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Names of the patients that were really predicted; patients named after a failure fail with it."""
    names: list[str] = []
    failures = {"sheared": GeometryError("FLAIR", "it is sheared", "Resample it."), "crash": ValueError("boom")}
    failures["canceled"] = Canceled()

    def predict(channels: dict, options: Options, output: Path, **_: object) -> SimpleNamespace:
        name = output.name.split(".")[1]
        if name in failures:
            raise failures[name]
        time.sleep(0.02)
        names.append(name)
        (output / "prediction.json").write_text(json.dumps(FIGURES))
        return SimpleNamespace(bundle=SimpleNamespace(sha256=options.model))

    monkeypatch.setattr(run, "predict_study", predict)
    monkeypatch.setattr(run, "read_channels", lambda *_: {})
    monkeypatch.setattr(
        run, "asked_of_all", lambda o: AskedOfAll("1", o.model, o.model, o.brain, o.panel, o.orientation)
    )
    return names


def _patients(*names: str, scan: str = "a.nii") -> list[Patient]:
    return [Patient(name, [f"FLAIR={scan}"]) for name in names]


def _summary(output: Path) -> list[dict[str, str]]:
    with (output / "summary.csv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def _folders(output: Path) -> list[str]:
    return sorted(path.name for path in output.iterdir() if path.is_dir() and path.name != ".locks")


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


@pytest.mark.parametrize(
    ("other", "words"),
    [
        ({"model": "another"}, "another model"),
        ({"brain": "none"}, "another brain extraction"),
        ({"panel": "pam50"}, "another marker panel"),
        ({"orientation": "RAS"}, "another orientation"),
    ],
)
def test_results_of_other_options_are_refused_before_anything_is_done(
    done: list[str], tmp_path: Path, other: dict[str, str], words: str
) -> None:
    run_batch(_patients("one"), Options(), tmp_path)
    with pytest.raises(OutputError, match=f"one: it holds a result with {words}. Give another output folder"):
        run_batch(_patients("two", "one"), replace(Options(), **other), tmp_path)
    assert done == ["one"]
    assert [row["patient"] for row in _summary(tmp_path)] == ["one"]


def test_another_device_is_no_other_request(done: list[str], tmp_path: Path) -> None:
    run_batch(_patients("one"), Options(), tmp_path)
    assert run_batch(_patients("one"), Options(device="cpu"), tmp_path)[0]["status"] == "done"


def test_a_folder_that_no_batch_made_is_refused(done: list[str], tmp_path: Path) -> None:
    (tmp_path / "one").mkdir()
    (tmp_path / "one" / "prediction.json").write_text(json.dumps(FIGURES))
    with pytest.raises(OutputError, match="not the result of a batch"):
        run_batch(_patients("one"), Options(), tmp_path)


def test_a_patient_whose_scan_has_changed_fails_and_the_others_go_on(done: list[str], tmp_path: Path) -> None:
    scan, output = tmp_path / "a.nii", tmp_path / "out"
    scan.write_text("scan")
    run_batch(_patients("one", scan=str(scan)), Options(), output)
    assert run_batch(_patients("one", scan=str(scan)), Options(), output)[0]["status"] == "done"
    scan.write_text("another scan")
    one, two = run_batch(_patients("one", "two", scan=str(scan)), Options(), output)
    assert "another scans, tumor mask or pseudonym" in str(one["reason"])
    assert two["status"] == "done"


def test_a_worker_with_another_bundle_of_the_same_name_fails_its_patient(
    done: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run, "asked_of_all", lambda o: AskedOfAll("1", o.model, "asked", o.brain, o.panel))
    (row,) = run_batch(_patients("one"), Options(), tmp_path)
    assert "another bundle of this name" in str(row["reason"])
    assert _folders(tmp_path) == []


def test_two_batches_share_a_folder_and_do_every_patient_once(done: list[str], tmp_path: Path) -> None:
    first, second = _patients("a", "b", "c", "d"), _patients("d", "c", "b", "a", "e")
    with ThreadPoolExecutor(2) as pool:
        runs = [pool.submit(run_batch, patients, Options(), tmp_path) for patients in (first, second)]
    assert sorted(done) == ["a", "b", "c", "d", "e"]
    for rows, patients in zip((one.result() for one in runs), (first, second), strict=True):
        assert [row["patient"] for row in rows] == [patient.name for patient in patients]
        assert {row["status"] for row in rows} == {"done"}
    assert sorted(row["patient"] for row in _summary(tmp_path)) == ["a", "b", "c", "d", "e"]
    assert all(float(row["seconds"]) >= 0 for row in _summary(tmp_path))


def test_a_patient_that_another_batch_is_at_comes_last_and_waiting_for_it_can_be_canceled(
    done: list[str], tmp_path: Path
) -> None:
    held, steps = FileLock(lock_file(tmp_path, "one")), []

    def cancel_while_waiting(_fraction: float, step: str) -> None:
        steps.append(step)
        if "waiting for another batch" in step:
            raise Canceled

    with held, pytest.raises(Canceled):
        # A lock is the thread's own: another batch is another thread or process.
        in_thread(lambda: run_batch(_patients("one", "two"), Options(), tmp_path, cancel_while_waiting))
    assert done == ["two"]
    assert steps[-1] == "one: waiting for another batch"


def in_thread(function: Callable[[], object]) -> object:
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(function).result()


def test_what_a_killed_batch_left_is_removed_and_only_that(done: list[str], tmp_path: Path) -> None:
    for name in (".one.0123abcd.part", "..one.0123abcd.part.4567cdef.part", ".none.0123abcd.part", ".one.notes"):
        (tmp_path / name).mkdir()
        (tmp_path / f"{name}.lock").touch()
    run_batch(_patients("one"), Options(), tmp_path)
    assert _folders(tmp_path) == [".none.0123abcd.part", ".one.notes", "one"]


def test_a_clock_that_jumps_changes_nothing(done: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    scan = tmp_path / "a.nii"
    scan.write_text("scan")
    # Ten years ahead and back again, at every look.
    jumps = itertools.cycle([3e8, -3e8])
    now = time.time
    monkeypatch.setattr(time, "time", lambda: now() + next(jumps))
    run_batch(_patients("one", scan=str(scan)), Options(), tmp_path / "out")
    first = (tmp_path / "out" / "one" / "prediction.json").read_bytes()
    for moment in (0, 4e9):
        for path in (tmp_path / "out").rglob("*"):
            os.utime(path, (moment, moment))
        rows = run_batch(_patients("one", "two", scan=str(scan)), Options(), tmp_path / "out")
        assert [row["status"] for row in rows] == ["done", "done"]
        assert all(0 <= float(str(row["seconds"])) < 60 for row in rows)
    assert done == ["one", "two"]
    assert (tmp_path / "out" / "one" / "prediction.json").read_bytes() == first


def test_a_pseudonym_of_the_table_goes_to_the_prediction_and_another_one_is_another_request(
    done: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    table, called = tmp_path / "p.csv", []
    predict = run.predict_study
    monkeypatch.setattr(run, "predict_study", lambda *a, study, **k: (called.append(study), predict(*a, **k))[1])
    table.write_text("patient,FLAIR,pseudonym\none,a.nii,Case 7\ntwo,a.nii,\n")
    run_batch(read_patients(table), Options(), tmp_path / "out")
    assert called == ["Case 7", ""]
    table.write_text("patient,FLAIR,pseudonym\none,a.nii,Case 8\ntwo,a.nii,\n")
    one, two = run_batch(read_patients(table), Options(), tmp_path / "out")
    assert "pseudonym" in str(one["reason"])
    assert two["status"] == "done"


@pytest.mark.parametrize("pseudonym", ["x" * 101, "a\x07b"])
def test_a_pseudonym_that_cannot_be_printed_is_refused(tmp_path: Path, pseudonym: str) -> None:
    (tmp_path / "p.csv").write_text(f"patient,FLAIR,pseudonym\none,a.nii,{pseudonym}\n")
    with pytest.raises(InputError, match="pseudonym"):
        read_patients(tmp_path / "p.csv")


def test_several_processes_predict_into_one_folder(done: list[str], tmp_path: Path) -> None:
    import dask
    import distributed  # noqa: F401 (its defaults come first)

    told: list[str] = []
    patients = _patients("d", "a", "sheared", "c", "b")
    with dask.config.set({"distributed.worker.preload": ["Testing.unit.stand_in_prediction"]}):
        rows = run_batch(patients, Options(), tmp_path, lambda _, step: told.append(step), Workers(jobs=2))
    assert done == []
    assert {int((tmp_path / name / "process").read_text()) for name in "abcd"}.isdisjoint({os.getpid()})
    assert [(row["patient"], row["status"]) for row in rows] == [
        ("d", "done"),
        ("a", "done"),
        ("sheared", "failed"),
        ("c", "done"),
        ("b", "done"),
    ]
    assert "it is sheared" in str(rows[2]["reason"])
    assert [row["patient"] for row in _summary(tmp_path)] == ["d", "a", "sheared", "c", "b"]
    # What one process did, another one takes as done.
    assert [row["status"] for row in run_batch(_patients("a", "e"), Options(), tmp_path)] == ["done", "done"]
    assert done == ["e"]


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


@pytest.mark.parametrize("content", [b"\xff\xfe\x00bad", b"patient,FLAIR\na,b,c,d\n", b"patient|FLAIR\na|b\n"])
def test_a_table_that_is_no_good_csv_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "patients.csv").write_bytes(content)
    with pytest.raises(InputError):
        read_patients(tmp_path / "patients.csv")


def test_a_place_that_cannot_be_written_is_refused_before_any_work(done: list[str], tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(OutputError):
        run_batch(_patients("one"), Options(), tmp_path / "file")
    assert not done


def test_what_a_patients_mask_was_drawn_on_is_part_of_what_is_asked(
    done: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    predict = run.predict_study
    monkeypatch.setattr(run, "predict_study", lambda *a, **k: asked.append(k["drawn_on"]) or predict(*a, **k))
    table = tmp_path / "patients.csv"
    table.write_text("patient,FLAIR,drawn_on\none,a.nii,t1ce\ntwo,a.nii,\nthree,a.nii,DWI\n")
    rows = run_batch(read_patients(table), Options(), tmp_path / "out")
    assert asked == ["T1c", ""]
    assert "DWI: the column drawn_on names no channel role" in rows[2]["reason"]
    table.write_text("patient,FLAIR,drawn_on\none,a.nii,FLAIR\n")
    again = run_batch(read_patients(table), Options(), tmp_path / "out")
    assert "another scans, tumor mask" in again[0]["reason"]


@pytest.mark.parametrize(
    "text",
    [
        "patient,FLAIR\nP1,f1.nii.gz\n,\n,\n",
        "patient, FLAIR\nP1, f1.nii.gz \n",
        "\ufeffpatient;FLAIR;\r\nP1;f1.nii.gz;\r\n;;\r\n",
        "patient\tFLAIR\nP1\tf1.nii.gz\n",
        '\n"patient","FLAIR"\n"P1","f1.nii.gz"\n',
    ],
    ids=["empty rows of Excel", "blanks after commas", "semicolons and a mark", "tabs", "quotes and an empty line"],
)
def test_a_table_of_patients_is_read_as_people_write_it(text: str, tmp_path: Path) -> None:
    table = tmp_path / "patients.csv"
    table.write_bytes(text.encode())
    [patient] = read_patients(table)
    assert (patient.name, patient.volumes) == ("P1", [f"FLAIR={tmp_path / 'f1.nii.gz'}"])


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("patient,FLAIR,FLAIR\nP1,a.nii,b.nii\n", "column 'FLAIR' is there twice"),
        ("patient,FLAIR\nP1,a.nii\n,b.nii\n", "row 3 names no patient"),
        ("patient,FLAIR\nP1,a.nii,b.nii\n", "row 2 has more cells than columns .'b.nii'"),
        ("patient,FLAIR,\nP1,a.nii,b.nii\n", "row 2 has more cells than columns .'b.nii'"),
    ],
)
def test_a_table_of_patients_loses_no_cell_in_silence(text: str, reason: str, tmp_path: Path) -> None:
    table = tmp_path / "patients.csv"
    table.write_text(text)
    with pytest.raises(InputError, match=reason):
        read_patients(table)


def test_the_orientation_reaches_the_readers_of_a_batch(
    done: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[str] = []
    monkeypatch.setattr(run, "read_channels", lambda paths, orientation: read.append(orientation) or {})
    monkeypatch.setattr(run, "read_mask", lambda path, orientation: read.append(orientation))
    run_batch([Patient("one", ["FLAIR=a.nii"], Path("roi.nii"))], Options(orientation="LAS"), tmp_path)
    assert read == ["LAS", "LAS"]
