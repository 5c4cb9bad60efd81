from __future__ import annotations

import errno
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
