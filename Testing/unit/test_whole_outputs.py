"""Files that appear whole or not at all; folders are tested with the pipeline's and the importer's."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from pathlib import Path

import pytest

from RadioGenomicsLib.whole_outputs import file_written_whole


def test_a_file_takes_its_name_when_it_is_whole(tmp_path: Path) -> None:
    with file_written_whole(tmp_path / "out.npz") as aside:
        aside.write_text("all")
        assert aside.suffix == ".npz"
        assert not (tmp_path / "out.npz").exists()
    assert [path.name for path in tmp_path.iterdir()] == ["out.npz"]
    assert (tmp_path / "out.npz").read_text() == "all"


@pytest.mark.parametrize("fault", [OSError(errno.ENOSPC, "No space left"), KeyboardInterrupt(), ValueError()])
def test_a_failure_leaves_the_file_as_it_was_and_no_half(tmp_path: Path, fault: BaseException) -> None:
    (tmp_path / "out.json").write_text("before")
    with pytest.raises(type(fault)), file_written_whole(tmp_path / "out.json") as aside:
        aside.write_text("half")
        raise fault
    assert [path.name for path in tmp_path.iterdir()] == ["out.json"]
    assert (tmp_path / "out.json").read_text() == "before"


def test_two_writers_of_one_file_do_not_mix(tmp_path: Path) -> None:
    with file_written_whole(tmp_path / "out") as slow:
        slow.write_text("slow")
        with file_written_whole(tmp_path / "out") as quick:
            quick.write_text("quick")
        assert (tmp_path / "out").read_text() == "quick"
    assert (tmp_path / "out").read_text() == "slow"
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
def test_a_full_disk_is_an_error_that_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="No space left"), file_written_whole(tmp_path / "out") as aside:
        os.symlink("/dev/full", aside)
        aside.write_text("no room")
    assert not list(tmp_path.iterdir())


# What a file system without locks answers: filelock then goes by a file that names the process.
_NO_LOCKS = """
import errno, fcntl, sys
from pathlib import Path
def flock(*_):
    raise OSError(errno.ENOSYS, "no locks here")
fcntl.flock = flock
from RadioGenomicsLib.whole_outputs import folder_aside, remove_remains
out = Path(sys.argv[1])
if sys.argv[2] == "write":
    with folder_aside(out) as aside:
        (aside / "half").write_text("half")
        print(aside, flush=True)
        sys.stdin.read()
remove_remains(out)
"""


def _without_locks(out: Path, what: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-W", "ignore", "-c", _NO_LOCKS, str(out), what]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


@pytest.mark.skipif(sys.platform == "win32", reason="there locks are of another kind")
def test_without_system_locks_too_the_dead_are_told_from_the_living(tmp_path: Path) -> None:
    dead, living = _without_locks(tmp_path / "out", "write"), _without_locks(tmp_path / "out", "write")
    try:
        of_dead, of_living = (Path(one.stdout.readline().strip()) for one in (dead, living))
        # Written by filelock's stand-in only: this is what is tested here.
        assert str(living.pid) in of_living.with_name(f"{of_living.name}.lock").read_text()
        dead.kill()
        dead.communicate()
        assert of_dead.is_dir()
        again = _without_locks(tmp_path / "out", "remove")
        again.communicate(timeout=60)
        assert again.returncode == 0
        assert not of_dead.exists()
        assert (of_living / "half").is_file()
    finally:
        living.communicate("")
    assert not list(tmp_path.iterdir())
