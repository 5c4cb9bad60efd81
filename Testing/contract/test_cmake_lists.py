"""A file that CMake does not list is silently absent from the package."""

from __future__ import annotations

import re

import pytest

from Testing.contract._sources import MODULES
from Testing.contract._sources import ROOT
from Testing.contract._sources import cmake_list


@pytest.mark.parametrize("module", MODULES)
def test_every_python_file_of_a_module_is_listed_and_every_listed_file_exists(module: str) -> None:
    folder = ROOT / module
    listed = cmake_list((folder / "CMakeLists.txt").read_text(encoding="utf-8"), "MODULE_PYTHON_SCRIPTS")
    present = {path.relative_to(folder).as_posix() for path in folder.rglob("*.py")}
    assert len(listed) == len(set(listed))
    assert set(listed) == present


@pytest.mark.parametrize("module", MODULES)
def test_every_resource_of_a_module_is_listed_and_every_listed_resource_exists(module: str) -> None:
    folder = ROOT / module
    listed = cmake_list((folder / "CMakeLists.txt").read_text(encoding="utf-8"), "MODULE_PYTHON_RESOURCES")
    files = [path.relative_to(folder) for path in folder.rglob("*") if path.is_file()]
    present = {
        path.as_posix()
        for path in files
        if path.suffix not in (".py", ".pyc")
        and path.name != "CMakeLists.txt"
        and not any(part.startswith(".") for part in path.parts)
    }
    assert set(listed) == present


@pytest.mark.parametrize("command", ["file(COPY Resources/", "install(DIRECTORY Resources/"])
def test_the_shipped_data_go_into_the_package_in_the_build_and_in_the_installation(command: str) -> None:
    text = (ROOT / "CMakeLists.txt").read_text(encoding="utf-8")
    block = text[text.index(command) :].split(")", 1)[0]
    assert "/RadioGenomicsLib/Resources" in block
    assert re.findall(r"PATTERN (\w+) EXCLUDE", block) == ["Icons", "Screenshots"]


def test_the_root_adds_both_modules() -> None:
    text = (ROOT / "CMakeLists.txt").read_text(encoding="utf-8")
    for module in MODULES:
        assert f"add_subdirectory({module})" in text
