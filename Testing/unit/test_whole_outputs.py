"""Files that appear whole or not at all; folders are tested with the pipeline's and the importer's."""

from __future__ import annotations

import errno
import os
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
