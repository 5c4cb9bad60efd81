"""The rules that the Extensions Index checks before it accepts an extension, those that need no network."""

from __future__ import annotations

import re
import struct

import pytest

from Testing.contract._sources import MODULES
from Testing.contract._sources import ROOT
from Testing.contract._sources import python_files

CMAKE = (ROOT / "CMakeLists.txt").read_text(encoding="utf-8")
TEXT_SUFFIXES = (
    ".py",
    ".md",
    ".txt",
    ".json",
    ".csv",
    ".ui",
    ".toml",
    ".cff",
    ".lock",
    ".html",
    ".j2",
    ".svg",
)


def _png_size(path) -> tuple[int, int]:
    header = path.read_bytes()[:24]
    assert header[:8] == b"\x89PNG\r\n\x1a\n"
    return struct.unpack(">II", header[16:24])


def _tracked_text_files() -> list:
    folders = [ROOT / name for name in (*MODULES, "Resources", "Scripts", "Testing")]
    nested = [path for folder in folders for path in folder.rglob("*")]
    files = [path for path in (*ROOT.iterdir(), *nested) if path.is_file()]
    return [path for path in files if path.suffix in TEXT_SUFFIXES or path.name in ("Makefile", ".gitignore")]


def test_the_project_is_named_after_the_extension_and_not_slicer() -> None:
    name = re.search(r"^project\((\w+)", CMAKE, re.MULTILINE).group(1)
    assert name == "RadioGenomics"
    assert not name.lower().startswith("slicer")


@pytest.mark.parametrize("field", ["HOMEPAGE", "CONTRIBUTORS", "DESCRIPTION", "ICONURL", "SCREENSHOTURLS", "DEPENDS"])
def test_the_metadata_field_is_filled_on_one_line_without_a_trailing_blank(field: str) -> None:
    assert re.search(rf'^set\(EXTENSION_{field} "[^"]+[^"\s]"\)$', CMAKE, re.MULTILINE)


@pytest.mark.parametrize("field", ["ICONURL", "SCREENSHOTURLS"])
def test_the_picture_that_the_metadata_points_to_is_a_png_in_the_repository(field: str) -> None:
    url = re.search(rf'EXTENSION_{field} "([^"]+)"', CMAKE).group(1)
    assert url.startswith("https://raw.githubusercontent.com/")
    path = ROOT / url.split("/main/", 1)[1]
    if field == "SCREENSHOTURLS" and not path.exists():
        pytest.skip(f"{path.relative_to(ROOT)} is not made yet")
    assert path.read_bytes()[:4] == b"\x89PNG"


def test_torch_comes_from_the_pytorch_extension() -> None:
    assert re.search(r'EXTENSION_DEPENDS "[^"]*\bPyTorch\b', CMAKE)


@pytest.mark.parametrize(
    "icon", ["Resources/Icons/RadioGenomics.png", *(f"{m}/Resources/Icons/{m}.png" for m in MODULES)]
)
def test_the_icon_is_128_pixels_square(icon: str) -> None:
    assert _png_size(ROOT / icon) == (128, 128)


def test_the_license_is_in_the_root_and_permissive() -> None:
    assert "Apache License" in (ROOT / "LICENSE.txt").read_text(encoding="utf-8")


def test_the_license_of_the_weights_is_stated_apart() -> None:
    for name in ("NOTICE.txt", "README.md"):
        assert "CC BY-NC-SA 4.0" in (ROOT / name).read_text(encoding="utf-8")


def test_the_readme_says_what_reviewers_look_for() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    for phrase in (
        "Research use only",
        "## How to cite",
        "Resources/Screenshots/",
        "nothing leaves",
        *MODULES,
    ):
        assert phrase in readme
    assert readme.index("## Install") < readme.index("## Use it") < readme.index("## For developers")
    assert len(readme.split()) <= 700


@pytest.mark.parametrize("path", _tracked_text_files(), ids=lambda path: path.relative_to(ROOT).as_posix())
def test_line_endings_are_lf(path) -> None:
    assert b"\r" not in path.read_bytes()


def test_the_repository_stays_small() -> None:
    folders = [ROOT / name for name in (*MODULES, "Resources", "Testing", "Scripts")]
    size = sum(path.stat().st_size for folder in folders for path in folder.rglob("*") if path.is_file())
    assert size < 50e6


def test_no_path_of_a_developers_machine_is_in_the_code() -> None:
    for path in python_files(*MODULES, "Scripts"):
        assert not re.search(r"[\"'](/work/|/root/|/home/|C:\\\\)", path.read_text(encoding="utf-8")), path


def test_the_version_is_the_same_wherever_it_stands() -> None:
    version = re.search(r'__version__ = "([\d.]+)"', (ROOT / "RadioGenomics/RadioGenomicsLib/__init__.py").read_text())
    assert f"\nversion: {version.group(1)}\n" in (ROOT / "CITATION.cff").read_text(encoding="utf-8")
