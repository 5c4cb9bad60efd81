"""The doors of ``radiogenomics-train`` when something is wrong with the work folder, or a run is killed.

Each ends with what was asked for, or with one line that names the file, the reason and the mend.
"""

from __future__ import annotations

import hashlib
import itertools
import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import safetensors.torch

from RadioGenomicsTrainLib import cli
from Testing.faults import small_training
from Testing.unit.training.small_cohort import write_small_cohort

if sys.platform == "win32":
    pytest.skip("the faults are POSIX ones", allow_module_level=True)

ROOT = Path(__file__).resolve().parents[2]
OPTIONS = {
    "prepare": [],
    "train": ["--epochs", "1", "--device", "cpu"],
    "validate": ["--epochs", "1", "--repeats", "1", "--permutations", "5"],
    "associate": [],
    "bundle": ["--epochs", "1", "--device", "cpu", "--repeats", "1", "--permutations", "5"],
}
Ask = Callable[..., str]


@pytest.fixture(scope="module")
def cohort(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_small_cohort(tmp_path_factory.mktemp("cohort"))


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    small_training.make_small(monkeypatch)


def arguments(door: str, cohort: Path, work: Path) -> list[str]:
    if door == "report":
        return ["report", "--work", str(work)]
    more = ["--output", str(work / "bundle")] if door == "bundle" else []
    place = ["--data", str(cohort.parent), "--work", str(work), "--jobs", "1"]
    return [door, str(cohort), *place, *OPTIONS[door], *more]


@pytest.fixture(scope="module")
def done(cohort: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A work folder that was never disturbed."""
    work = tmp_path_factory.mktemp("done") / "work"
    with pytest.MonkeyPatch.context() as patch:
        small_training.make_small(patch)
        for door in ("train", "validate", "report"):
            assert cli.main(arguments(door, cohort, work)) == 0
    return work


@pytest.fixture
def ask(cohort: Path, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture) -> Ask:
    """Take a door; return what it says where it must fail with a certain exit code, in one line."""

    def ask(door: str, work: Path, code: int = 0) -> str:
        caplog.clear()
        capsys.readouterr()
        assert cli.main(arguments(door, cohort, work)) == code
        told = capsys.readouterr()
        assert "Traceback" not in told.err + told.out + caplog.text
        errors = [line for line in told.err.splitlines() if line.startswith("error: ")]
        assert len(errors) == (code != 0)
        return errors[0] if errors else ""

    return ask


def content(work: Path) -> dict[str, str]:
    """Digests of all files but those with a date or a duration in them, and TensorBoard's."""
    return {
        str(path.relative_to(work)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in work.rglob("*")
        if path.is_file() and path.name not in ("record.json", "report.html") and "tfevents" not in path.name
    }


def hidden(folder: Path) -> list[Path]:
    return list(folder.rglob(".*"))


def killed(door: str, cohort: Path, work: Path, **where: str) -> None:
    """Take a door in a process of its own that kills itself on the way."""
    path = os.pathsep.join([str(ROOT), *sys.path])
    environment = os.environ | {"PYTHONPATH": path, "OMP_NUM_THREADS": "1"} | where
    command = [sys.executable, "-m", small_training.__name__, *arguments(door, cohort, work)]
    run = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert run.returncode == -signal.SIGKILL, run.stderr


def damage(path: Path, how: str) -> None:
    whole = path.read_bytes()
    middle = len(whole) // 2
    broken = {
        "cut off": whole[:middle],
        "empty": b"",
        "another file": b"not what it was\n" * 20,
        "one byte": whole[:middle] + bytes([whole[middle] ^ 0xFF]) + whole[middle + 1 :],
    }
    path.write_bytes(broken[how])


def test_a_run_that_is_killed_at_every_stage_is_completed_by_the_same_commands(
    cohort: Path, done: Path, tmp_path: Path, ask: Ask
) -> None:
    work = tmp_path / "work"
    killed("prepare", cohort, work, KILL_WRITING="TCGA-AA-0004")
    assert hidden(work)
    killed("train", cohort, work, KILL_AT="encoder of fold 1: epoch 1")
    assert list((work / "encoders").glob("*.checkpoint"))
    killed("train", cohort, work, KILL_WRITING=".checkpoint")
    ask("train", work)
    killed("validate", cohort, work, KILL_WRITING="embedding-")
    assert hidden(work)
    for door in ("validate", "report"):
        ask(door, work)
    assert content(work) == content(done)
    assert not hidden(tmp_path)


def test_two_runs_in_one_work_folder_do_no_harm_to_each_other(cohort: Path, done: Path, tmp_path: Path) -> None:
    work = tmp_path / "work"
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([str(ROOT), *sys.path]), "OMP_NUM_THREADS": "1"}
    command = [sys.executable, "-m", small_training.__name__, *arguments("train", cohort, work)]
    runs = [subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True) for _ in range(2)]
    told = [run.communicate()[1] for run in runs]
    assert [run.returncode for run in runs] == [0, 0], told
    made, expected = content(work), content(done)
    same = [name for name in expected if name.startswith(("prepared", "encoders"))]
    assert {name: made[name] for name in same} == {name: expected[name] for name in same}
    assert not hidden(work)


@pytest.mark.parametrize("door", ["prepare", "train", "validate", "associate", "bundle"])
def test_a_work_folder_that_cannot_be_is_named(door: str, tmp_path: Path, ask: Ask) -> None:
    (tmp_path / "file").write_text("")
    for work in (tmp_path / "file", tmp_path / "file" / "below"):
        assert str(tmp_path / "file") in ask(door, work, code=9)
    assert (tmp_path / "file").read_text() == ""


@pytest.mark.skipif(os.geteuid() == 0, reason="nothing is read-only for this user")
@pytest.mark.parametrize("door", ["prepare", "train", "validate", "associate", "report"])
def test_a_read_only_work_folder_is_named(door: str, done: Path, tmp_path: Path, ask: Ask) -> None:
    work = tmp_path / "work"
    work.mkdir()
    if door == "report":
        shutil.copytree(done / "validation", work / "validation")
    work.chmod(0o500)
    try:
        assert str(work) in ask(door, work, code=9)
    finally:
        work.chmod(0o700)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
@pytest.mark.parametrize(
    ("door", "writer", "kept"),
    [
        ("prepare", (np, "savez"), []),
        ("train", (np, "savez"), ["prepared"]),
        ("train", (safetensors.torch, "save_file"), ["prepared"]),
        ("validate", (np, "savez"), ["prepared"]),
        ("associate", (np, "savez"), ["prepared"]),
        ("report", (shutil, "copyfile"), ["validation"]),
    ],
    ids=lambda value: value if isinstance(value, str) else value[-1] if isinstance(value, tuple) else "",
)
def test_a_full_disk_is_told_with_the_file_and_leaves_no_half(
    door: str,
    writer: tuple[object, str],
    kept: list[str],
    done: Path,
    tmp_path: Path,
    ask: Ask,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    work = tmp_path / "work"
    work.mkdir()
    for name in kept:
        shutil.copytree(done / name, work / name)

    def full(*_: object, **__: object) -> None:
        with open("/dev/full", "wb") as stream:
            stream.write(b"no room")

    with monkeypatch.context() as patch:
        patch.setattr(*writer, full)
        if writer[1] == "save_file":
            patch.setattr("RadioGenomicsTrainLib.training.checkpoints.save_file", full)
        told = ask(door, work, code=9)
    assert str(work) in told
    assert "space" in told
    assert not hidden(tmp_path)
    if door != "report":
        assert not list(work.rglob("*.checkpoint"))
    else:
        assert not (work / "report").exists()


def test_damaged_files_of_earlier_runs_are_made_anew(done: Path, tmp_path: Path, ask: Ask) -> None:
    work = tmp_path / "work"
    shutil.copytree(done, work)
    shutil.rmtree(work / "report")
    kinds = itertools.cycle(["cut off", "one byte", "empty", "another file"])
    for path in sorted([*work.glob("prepared/*.npz"), *work.glob("validation-cache/*.npz")]):
        damage(path, next(kinds))
    kinds = itertools.cycle(["cut off", "empty", "another file"])  # safetensors has no checksum
    for path in sorted(work.glob("encoders/*.safetensors")):
        damage(path, next(kinds))
    assert "Delete it, and train again" in ask("validate", work, code=7)
    for door in ("train", "validate", "report"):
        ask(door, work)
    made, expected = content(work), content(done)
    assert made.keys() == expected.keys()
    # A byte that means nothing, such as a date in an archive, is not noticed.
    assert {name for name in made if made[name] != expected[name]} <= {n for n in made if n.startswith("validation-")}
    assert not hidden(work)


def test_a_record_of_another_schema_or_a_damaged_one_is_no_reports(done: Path, tmp_path: Path, ask: Ask) -> None:
    shutil.copytree(done / "validation", tmp_path / "validation")
    card = tmp_path / "validation" / "record.json"
    whole = card.read_text()
    card.write_text(json.dumps(json.loads(whole) | {"schema": 2}))
    told = ask("report", tmp_path, code=3)
    assert f"{card}: its schema is 2, not 1. Validate anew" in told
    for key in json.loads(whole):
        for value in (None, 5, "word", [], {}, [5]):
            if type(value) is not type(json.loads(whole)[key]):
                card.write_text(json.dumps(json.loads(whole) | {key: value}))
                assert cli.main(["report", "--work", str(tmp_path)]) in (0, 3)
                shutil.rmtree(tmp_path / "report", ignore_errors=True)
    for text in ("", "[" * 100_000, "[]", "null", whole[: len(whole) // 2]):
        card.write_text(text)
        assert str(tmp_path / "validation") in ask("report", tmp_path, code=3)
    card.write_text(whole)
    for table in (tmp_path / "validation").glob("*.csv"):
        text = table.read_bytes()
        for bad in (text[: len(text) // 2], b"", b"\x00" * 50, b"\xff\xfe" * 50, text.replace(b",", b";")):
            table.write_bytes(bad)
            assert cli.main(["report", "--work", str(tmp_path)]) in (0, 3), table
            shutil.rmtree(tmp_path / "report", ignore_errors=True)
        table.write_bytes(text)
