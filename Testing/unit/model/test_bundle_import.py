"""Bundles from elsewhere: taken in whole and checked, or not at all."""

from __future__ import annotations

import json
import stat
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from RadioGenomicsLib.errors import BundleError
from RadioGenomicsLib.model import bundle_import
from RadioGenomicsLib.model.bundle import load_bundle
from RadioGenomicsLib.model.bundle_import import add_bundle
from RadioGenomicsLib.model.user_models import bundle_folders


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("RADIOGENOMICS_MODELS", str(tmp_path / "own"))
    return tmp_path / "own"


@pytest.fixture
def hollow(tmp_path: Path) -> Path:
    """A folder that looks like a bundle, for what is refused before it is loaded."""
    folder = tmp_path / "hollow"
    folder.mkdir()
    (folder / "model.json").write_text('{"id": "hollow"}')
    for name in ("weights.safetensors", "genes.csv"):
        (folder / name).write_text(name)
    return folder


def zipped(folder: Path, target: Path, inside: str = "", compression: int = zipfile.ZIP_STORED) -> Path:
    with zipfile.ZipFile(target, "w", compression) as archive:
        for file in sorted(folder.iterdir()):
            archive.write(file, inside + file.name)
    return target


def assert_nothing_came_in(own: Path) -> None:
    assert not own.exists() or list(own.iterdir()) == []


def test_a_folder_is_copied_under_its_id(bundle_copy: Path, own: Path) -> None:
    (bundle_copy / "notes.exe").write_bytes(b"not of a bundle")
    assert add_bundle(bundle_copy) == "tiny"
    assert bundle_folders()["tiny"] == own / "tiny"
    assert sorted(path.name for path in (own / "tiny").iterdir()) == ["genes.csv", "model.json", "weights.safetensors"]
    assert load_bundle("tiny").sha256 == load_bundle(bundle_copy).sha256


@pytest.mark.parametrize("inside", ["", "some folder/"])
def test_a_zip_file_is_unpacked(bundle_copy: Path, own: Path, tmp_path: Path, inside: str) -> None:
    archive = zipped(bundle_copy, tmp_path / "bundle.zip", inside)
    with zipfile.ZipFile(archive, "a") as more:
        more.writestr("__MACOSX/model.json", "{}")
        more.writestr(f"{inside}README.txt", "read me")
    assert add_bundle(archive) == "tiny"
    assert load_bundle(own / "tiny").id == "tiny"
    assert [path.name for path in own.iterdir()] == ["tiny"]


def test_nothing_is_overwritten(bundle_copy: Path, own: Path) -> None:
    add_bundle(bundle_copy)
    with pytest.raises(BundleError, match="added before"):
        add_bundle(bundle_copy)
    assert [path.name for path in own.iterdir()] == ["tiny"]


@pytest.mark.parametrize("file", ["genes.csv", "weights.safetensors", "model.json"])
def test_a_bundle_that_was_altered_or_cut_off_does_not_come_in(bundle_copy: Path, own: Path, file: str) -> None:
    (bundle_copy / file).write_bytes((bundle_copy / file).read_bytes()[:-20])
    with pytest.raises(BundleError):
        add_bundle(bundle_copy)
    assert_nothing_came_in(own)


@pytest.mark.parametrize("name", ["../evil.txt", "/etc/evil", "a/../../evil", "C:/evil", "a\\..\\evil"])
def test_paths_that_lead_out_are_refused(hollow: Path, own: Path, tmp_path: Path, name: str) -> None:
    archive = zipped(hollow, tmp_path / "bundle.zip")
    with zipfile.ZipFile(archive, "a") as more:
        more.writestr(name, "evil")
    with pytest.raises(BundleError, match="leads out"):
        add_bundle(archive)
    assert_nothing_came_in(own)


def test_links_are_refused(hollow: Path, own: Path, tmp_path: Path) -> None:
    archive = zipped(hollow, tmp_path / "bundle.zip")
    link = zipfile.ZipInfo("link")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(archive, "a") as more:
        more.writestr(link, "/etc/passwd")
    with pytest.raises(BundleError, match="link"):
        add_bundle(archive)
    target = tmp_path / "elsewhere.csv"
    target.write_bytes((hollow / "genes.csv").read_bytes())
    (hollow / "genes.csv").unlink()
    (hollow / "genes.csv").symlink_to(target)
    with pytest.raises(BundleError, match="link"):
        add_bundle(hollow)
    assert_nothing_came_in(own)


def test_a_zip_bomb_is_refused_before_it_goes_off(hollow: Path, own: Path, tmp_path: Path) -> None:
    (hollow / "weights.safetensors").write_bytes(bytes(50_000_000))
    archive = zipped(hollow, tmp_path / "bundle.zip", compression=zipfile.ZIP_DEFLATED)
    assert archive.stat().st_size < 1_000_000
    with pytest.raises(BundleError, match="suspicious size"):
        add_bundle(archive)
    assert_nothing_came_in(own)


def test_what_really_comes_is_counted(hollow: Path, own: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bundle_import, "MOST_BYTES", 10)
    for source in (hollow, zipped(hollow, tmp_path / "bundle.zip")):
        with pytest.raises(BundleError, match="larger"):
            add_bundle(source)
    assert_nothing_came_in(own)


def test_other_zip_files_are_refused_in_plain_words(hollow: Path, own: Path, tmp_path: Path) -> None:
    (tmp_path / "no.zip").write_bytes(b"PK nothing")
    with zipfile.ZipFile(tmp_path / "empty.zip", "w") as archive:
        archive.writestr("readme.txt", "nothing here")
    with zipfile.ZipFile(tmp_path / "other.zip", "w") as archive:
        for name in ("model.json", "weights.safetensors", "genes.csv"):
            archive.writestr(name, json.dumps({"some": "thing"}))
    two = zipped(hollow, tmp_path / "two.zip", "a/")
    with zipfile.ZipFile(two, "a") as more:
        more.writestr("b/model.json", "{}")
    for name, told in (
        ("no.zip", "no zip file"),
        ("empty.zip", "no model.json"),
        ("other.zip", "not the card"),
        ("two.zip", "2 bundles"),
    ):
        with pytest.raises(BundleError, match=told):
            add_bundle(tmp_path / name)
    assert_nothing_came_in(own)


def test_a_damaged_zip_file_is_refused(hollow: Path, own: Path, tmp_path: Path) -> None:
    archive = zipped(hollow, tmp_path / "bundle.zip")
    content = bytearray(archive.read_bytes())
    content[len(content) // 2] ^= 0xFF
    archive.write_bytes(content)
    with pytest.raises(BundleError):
        add_bundle(archive)
    assert_nothing_came_in(own)


_IMPORTER = """
import sys
from pathlib import Path
from RadioGenomicsLib.model import bundle_import
def hang(folder):
    print(folder, flush=True)
    sys.stdin.read()
bundle_import.load_bundle = hang
bundle_import.add_bundle(Path(sys.argv[1]))
"""


def _importer(source: Path) -> tuple[subprocess.Popen[str], Path]:
    """Start a process that stops within an import until its stdin ends; return it and where it copies to."""
    process = subprocess.Popen(
        [sys.executable, "-c", _IMPORTER, str(source)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    return process, Path(process.stdout.readline().strip())


def test_an_import_removes_what_a_killed_one_left_and_nothing_of_a_living_one(bundle_copy: Path, own: Path) -> None:
    dead, of_dead = _importer(bundle_copy)
    living, of_living = _importer(bundle_copy)
    try:
        dead.kill()
        dead.wait()
        assert (of_dead / "weights.safetensors").is_file()
        assert add_bundle(bundle_copy) == "tiny"
        assert (of_living / "weights.safetensors").is_file()
        left = {"tiny", of_living.name, f"{of_living.name}.lock"}
        assert {path.name for path in own.iterdir()} == left
    finally:
        living.kill()
        living.communicate()
