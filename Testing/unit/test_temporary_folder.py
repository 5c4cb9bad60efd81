"""Folders for temporary files: what a living process has stays, what a killed one left goes with the next start."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from RadioGenomicsLib.errors import OutputError
from RadioGenomicsLib.locked_folders import remove_of_dead_parent
from RadioGenomicsLib.temporary_folder import temporary_folder

# Makes a folder with a file in it, in the folder of its first argument, and waits for the end of stdin.
_OTHER = """
import sys
from pathlib import Path
from RadioGenomicsLib.temporary_folder import temporary_folder
folder = temporary_folder(Path(sys.argv[1]))
(folder.path / "file").write_text("kept")
print(folder.path, flush=True)
sys.stdin.read()
"""


def _other(place: Path) -> tuple[subprocess.Popen[str], Path]:
    process = subprocess.Popen(
        [sys.executable, "-c", _OTHER, str(place)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    return process, Path(process.stdout.readline().strip())


def _kill(process: subprocess.Popen[str]) -> None:
    process.kill()
    process.communicate()


def test_it_is_private_and_goes_with_its_lock(tmp_path: Path) -> None:
    folder = temporary_folder(tmp_path)
    assert sys.platform == "win32" or folder.path.stat().st_mode & 0o777 == 0o700
    (folder.path / "file").write_text("text")
    assert folder.remove()
    assert not list(tmp_path.iterdir())
    assert folder.remove()


def test_it_goes_when_its_process_ends_in_order(tmp_path: Path) -> None:
    process, folder = _other(tmp_path)
    assert folder.is_dir()
    process.communicate("")
    assert process.returncode == 0
    assert not list(tmp_path.iterdir())


def test_the_next_one_removes_what_killed_processes_left_and_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "RadioGenomics-results").mkdir()
    (tmp_path / "RadioGenomics-results.lock").touch()
    dead, of_dead = _other(tmp_path)
    living, of_living = _other(tmp_path)
    _kill(dead)
    assert (of_dead / "file").is_file()
    mine = temporary_folder(tmp_path)
    try:
        assert not of_dead.exists()
        assert (of_living / "file").read_text() == "kept"
    finally:
        living.communicate("")
    mine.remove()
    assert {path.name for path in tmp_path.iterdir()} == {"RadioGenomics-results", "RadioGenomics-results.lock"}


def test_what_a_child_was_removing_when_it_was_killed_is_removed_too(tmp_path: Path) -> None:
    dead, of_dead = _other(tmp_path)
    _kill(dead)
    of_dead.rename(of_dead.with_name(f"{of_dead.name}.gone"))
    temporary_folder(tmp_path).remove()
    assert not list(tmp_path.iterdir())


def test_a_child_that_outlives_its_parent_removes_the_folder_and_the_lock(tmp_path: Path) -> None:
    dead, of_dead = _other(tmp_path)
    _kill(dead)
    remove_of_dead_parent(of_dead)
    assert not list(tmp_path.iterdir())


def test_a_lock_stays_where_its_folder_cannot_be_removed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    dead, of_dead = _other(tmp_path)
    _kill(dead)
    with monkeypatch.context() as patch:
        patch.setattr("RadioGenomicsLib.locked_folders.shutil.rmtree", lambda *_, **__: None)
        mine = temporary_folder(tmp_path)
    mine.remove()
    assert of_dead.with_name(f"{of_dead.name}.lock").is_file()
    temporary_folder(tmp_path).remove()
    assert not list(tmp_path.iterdir())


def test_a_place_that_cannot_be_written_is_refused_by_its_name(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="temporary files cannot be written there") as caught:
        temporary_folder(tmp_path / "missing")
    assert str(tmp_path / "missing") in str(caught.value)
