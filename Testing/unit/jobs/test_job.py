"""Jobs in real child processes: every end of them leaves a state, and neither process nor file."""

from __future__ import annotations

import gc
import itertools
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest

from RadioGenomicsLib.errors import Canceled
from RadioGenomicsLib.errors import DependencyError
from RadioGenomicsLib.errors import OutputError
from RadioGenomicsLib.errors import RegionError
from RadioGenomicsLib.errors import WorkError
from RadioGenomicsLib.imaging.volume import Volume
from RadioGenomicsLib.jobs import child_process
from RadioGenomicsLib.jobs.job import Job
from RadioGenomicsLib.jobs.state import JobState
from RadioGenomicsLib.pipeline.request import BrainRequest

if sys.platform == "win32":
    pytest.skip("the fake worker's faults are POSIX ones", allow_module_level=True)

Start = Callable[[str], Job]


def ended(job: Job, seconds: float = 20.0) -> JobState:
    return until(lambda: (state := job.poll()).status != "running" and state, seconds)


def until(condition: Callable[[], object], seconds: float = 20.0) -> object:
    deadline = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < deadline, "it takes too long"
        time.sleep(0.01)
    return found


def alive(pid: int) -> bool:
    """Tell whether a process still works; one that nobody has waited for yet does not."""
    try:
        return "State:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return False


def test_a_clock_that_jumps_does_not_disturb_a_job(
    start: Start, scan: Volume, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    jumps, now = itertools.cycle([3e8, -3e8]), time.time
    monkeypatch.setattr(time, "time", lambda: now() + next(jumps))
    job = start("quick")
    for path in place.rglob("*"):
        with suppress(OSError):
            os.utime(path, (0, 0))
    assert ended(job).status == "done"
    np.testing.assert_array_equal(job.result().mask.array, scan.array > 100)
    assert not list(place.iterdir())


@pytest.fixture
def told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The file that a child writes its own and its child's process ids to."""
    monkeypatch.setenv("TOLD_TO", str(tmp_path / "pids"))
    return tmp_path / "pids"


def pids(told: Path) -> list[int]:
    text = until(lambda: told.is_file() and told.read_text())
    return [int(pid) for pid in text.split()]


def test_a_job_runs_to_its_result_and_removes_its_files(start: Start, scan: Volume, place: Path) -> None:
    job = start("quick")
    assert ended(job) == JobState("done", 1.0, "Done")
    region = job.result()
    assert (region.kind, region.found_by) == ("brain", "a fake")
    np.testing.assert_array_equal(region.mask.array, scan.array > 100)
    np.testing.assert_array_equal(region.mask.affine, scan.affine)
    assert not list(place.iterdir())
    assert job.result() is region


@pytest.mark.parametrize(
    ("behavior", "kind", "words"),
    [
        ("fail as expected", RegionError, "škan: there is no brain in it. Choose another."),
        ("fail as nobody expects", WorkError, "ZeroDivisionError: a bug"),
        ("run out of memory", DependencyError, "memory"),
        ("write no more", OutputError, "cannot be written"),
        ("be killed", WorkError, "killed from outside"),
    ],
)
def test_a_failure_arrives_as_its_own_kind_and_leaves_nothing(
    start: Start, place: Path, behavior: str, kind: type[Exception], words: str
) -> None:
    job = start(behavior)
    state = ended(job)
    assert state.status == "failed"
    assert type(state.error) is kind
    assert words in str(state.error)
    assert not list(place.iterdir())
    with pytest.raises(kind):
        job.result()


def test_canceling_ends_the_child_and_its_children_and_removes_their_files(
    start: Start, place: Path, told: Path
) -> None:
    job = start("wait with a child and a temporary file")
    running = pids(told)
    job.cancel()
    assert not list(place.iterdir())
    until(lambda: not any(map(alive, running)))
    state = job.poll()
    assert (state.status, type(state.error)) == ("canceled", Canceled)
    assert state.step.startswith("Doing wait")
    with pytest.raises(Canceled):
        job.result()


@pytest.mark.parametrize("seconds", [0.0, 0.1, 0.3])
def test_a_job_can_be_canceled_at_any_time(start: Start, place: Path, seconds: float) -> None:
    job = start("wait")
    time.sleep(seconds)
    job.cancel()
    assert job.poll().status == "canceled"
    assert not list(place.iterdir())


def test_canceling_after_the_end_changes_nothing(start: Start) -> None:
    job = start("quick")
    ended(job)
    job.cancel()
    assert job.poll().status == "done"
    assert job.result().kind == "brain"


def test_a_child_that_was_left_behind_ends_with_the_job(start: Start, told: Path) -> None:
    assert ended(start("leave a child")).status == "done"
    until(lambda: not any(map(alive, pids(told))))


def test_a_job_that_is_dropped_ends(scan: Volume, place: Path, told: Path) -> None:
    request = BrainRequest(scan, "wait with a child and a temporary file")
    job = Job.start(request, place, worker="Testing.unit.jobs.fake_worker")
    running = pids(told)
    del job
    gc.collect()
    assert not list(place.iterdir())
    until(lambda: not any(map(alive, running)))


def test_looking_never_waits(start: Start) -> None:
    job = start("wait")
    started = time.monotonic()
    for _ in range(100):
        assert job.poll().status == "running"
    assert time.monotonic() - started < 0.5


def test_what_libraries_print_is_log_in_any_encoding(start: Start) -> None:
    job = start("chatter")
    assert ended(job).status == "done"
    for words in ("a library's own words", "a tool's own words", "not UTF-8: \ufffd\ufffd"):
        assert words in job.log


def test_the_log_is_bounded_and_keeps_its_end(start: Start) -> None:
    job = start("flood")
    assert ended(job).status == "done"
    assert "last words" in job.log
    assert len(job.log) <= 256 * 1024


# A program that starts a job in the folder of its first argument, and waits.
_PARENT = """
import sys, time, numpy
from pathlib import Path
from RadioGenomicsLib.imaging.volume import Volume
from RadioGenomicsLib.jobs.job import Job
from RadioGenomicsLib.pipeline.request import BrainRequest
request = BrainRequest(Volume(numpy.ones((3, 4, 5)), numpy.eye(4), "T1"), "wait with a child and a temporary file")
job = Job.start(request, Path(sys.argv[1]), worker="Testing.unit.jobs.fake_worker")
time.sleep(60)
"""


def parent_of_a_job(place: Path) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-c", _PARENT, str(place)])


@pytest.mark.parametrize("word", [signal.SIGTERM, signal.SIGKILL])
def test_a_parent_that_is_killed_takes_the_child_and_its_files_along(
    place: Path, told: Path, word: signal.Signals
) -> None:
    parent = parent_of_a_job(place)
    running = pids(told)
    parent.send_signal(word)
    parent.wait()
    until(lambda: not any(map(alive, running)) and not list(place.iterdir()))


def test_what_a_parent_and_a_child_killed_together_leave_is_removed_by_the_next_job(
    start: Start, place: Path, told: Path
) -> None:
    parent = parent_of_a_job(place)
    running = pids(told)
    os.killpg(running[0], signal.SIGSTOP)  # so that the child cannot notice
    until(lambda: "State:\tT" in Path(f"/proc/{running[0]}/status").read_text())
    parent.kill()
    parent.wait()
    os.killpg(running[0], signal.SIGKILL)
    until(lambda: not any(map(alive, running)))
    (left,) = (path for path in place.iterdir() if path.is_dir())
    assert (left / "request").is_dir()
    assert ended(start("quick")).status == "done"
    assert not left.exists()
    assert len(list(place.iterdir())) == 2  # of the new job, whose result was not asked for


def test_a_job_leaves_those_of_living_programs_alone(start: Start, place: Path, told: Path) -> None:
    parent = parent_of_a_job(place)
    running = pids(told)
    theirs = {path for path in place.rglob("*") if path.is_file()}
    try:
        start("quick").cancel()
        assert parent.poll() is None
        assert all(map(alive, running))
        assert {path for path in place.rglob("*") if path.is_file()} >= theirs
    finally:
        parent.kill()
        parent.wait()
    until(lambda: not list(place.iterdir()))


def test_no_name_is_in_the_arguments_or_the_paths(start: Start, told: Path, place: Path) -> None:
    start("wait with a child and a temporary file")
    child, _ = pids(told)
    arguments = Path(f"/proc/{child}/cmdline").read_bytes().decode().split("\0")
    own = next(path for path in place.iterdir() if path.is_dir())
    assert arguments[1:] == ["-m", "Testing.unit.jobs.fake_worker", f"{own}/request", f"{own}/result", ""]
    assert own.stat().st_mode & 0o777 == 0o700


def test_a_place_that_cannot_be_written_is_refused(scan: Volume, tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="temporary files cannot be written"):
        Job.start(BrainRequest(scan), tmp_path / "nowhere")


def test_a_python_that_cannot_be_started_is_refused_and_leaves_nothing(
    scan: Volume, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(child_process.sys, "executable", str(place / "no-python"))
    monkeypatch.delenv("SLICER_HOME", raising=False)
    with pytest.raises(DependencyError, match="cannot be started"):
        Job.start(BrainRequest(scan), place)
    assert not list(place.iterdir())


def test_inside_slicer_its_own_python_is_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "bin").mkdir()
    program = tmp_path / "bin" / "PythonSlicer"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    monkeypatch.setenv("SLICER_HOME", str(tmp_path))
    assert child_process.python_executable() == str(program)
    monkeypatch.delenv("SLICER_HOME")
    assert child_process.python_executable() == sys.executable


def test_a_package_in_the_current_folder_does_not_stand_in_for_another(
    start: Start, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "numpy.py").write_text("raise SystemExit('not this one')")
    monkeypatch.chdir(tmp_path)
    assert ended(start("quick")).status == "done"
    assert os.getcwd() == str(tmp_path)
