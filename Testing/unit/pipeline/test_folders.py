from __future__ import annotations

import errno
import subprocess
import sys
from pathlib import Path

import pytest

from RadioGenomicsLib.errors import OutputError
from RadioGenomicsLib.pipeline.folders import refuse_used_folder
from RadioGenomicsLib.pipeline.folders import written_whole


def test_a_folder_appears_when_it_is_whole(tmp_path: Path) -> None:
    with written_whole(tmp_path / "deep" / "out") as aside:
        (aside / "file").write_text("all")
        assert not (tmp_path / "deep" / "out").exists()
    assert [path.name for path in (tmp_path / "deep").iterdir()] == ["out"]
    assert (tmp_path / "deep" / "out" / "file").read_text() == "all"


@pytest.mark.parametrize("fault", [OSError(errno.ENOSPC, "No space left"), KeyboardInterrupt(), ValueError()])
def test_nothing_is_left_of_a_failure(tmp_path: Path, fault: BaseException) -> None:
    with (
        pytest.raises((OutputError, KeyboardInterrupt, ValueError)) as caught,
        written_whole(tmp_path / "out") as aside,
    ):
        (aside / "file").write_text("half")
        raise fault
    assert isinstance(caught.value, OutputError) == isinstance(fault, OSError)
    assert not list(tmp_path.iterdir())


def test_of_two_runs_on_one_folder_the_first_to_end_stays_whole(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="not empty"), written_whole(tmp_path / "out") as slow:
        (slow / "file").write_text("slow")
        with written_whole(tmp_path / "out") as quick:
            (quick / "file").write_text("quick")
    assert (tmp_path / "out" / "file").read_text() == "quick"
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_a_place_that_cannot_be_written_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError, match="cannot be written"), written_whole(tmp_path / "file" / "out"):
        pass


def test_used_folders_and_files_are_refused(tmp_path: Path) -> None:
    (tmp_path / "used").mkdir()
    (tmp_path / "used" / "mine").write_text("keep")
    for place in (tmp_path / "used", tmp_path / "used" / "mine"):
        with pytest.raises(OutputError):
            refuse_used_folder(place)


_WRITER = """
import sys
from pathlib import Path
from RadioGenomicsLib.pipeline.folders import written_whole
with written_whole(Path(sys.argv[1])) as aside:
    (aside / "half").write_text("half")
    print(aside, flush=True)
    sys.stdin.read()
"""


def _writer(out: Path) -> tuple[subprocess.Popen[str], Path]:
    """Start a process that is writing into a folder until its stdin ends; return it and where it writes."""
    process = subprocess.Popen(
        [sys.executable, "-c", _WRITER, str(out)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    return process, Path(process.stdout.readline().strip())


def test_a_rerun_removes_what_a_killed_process_left_and_nothing_of_a_living_one(tmp_path: Path) -> None:
    dead, of_dead = _writer(tmp_path / "out")
    other, of_other = _writer(tmp_path / "other")
    living, of_living = _writer(tmp_path / "out")
    try:
        for process in (dead, other):
            process.kill()
            process.wait()
        # The second writer came while the first one lived.
        assert of_dead.is_dir()
        with pytest.raises(ZeroDivisionError), written_whole(tmp_path / "out"):
            assert not of_dead.exists()
            assert (of_living / "half").read_text() == "half"
            raise ZeroDivisionError
        # Each folder cleans up after itself only.
        left = {path.name for one in (of_other, of_living) for path in (one, one.with_name(f"{one.name}.lock"))}
        assert {path.name for path in tmp_path.iterdir()} == left
    finally:
        living.communicate("")
    assert living.returncode == 0
    assert (tmp_path / "out" / "half").read_text() == "half"


def test_a_folder_without_a_lock_beside_it_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / ".out.0123abcd.part").mkdir()
    with written_whole(tmp_path / "out"):
        pass
    assert sorted(path.name for path in tmp_path.iterdir()) == [".out.0123abcd.part", "out"]
