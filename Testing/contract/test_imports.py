"""What Slicer loads at start-up must load in a fresh Slicer: nothing it does not bundle, at file scope."""

from __future__ import annotations

import ast
import sys
from pathlib import Path

import pytest

from Testing.contract._sources import MODULES
from Testing.contract._sources import ROOT
from Testing.contract._sources import file_scope_imports
from Testing.contract._sources import loaded_with
from Testing.contract._sources import python_files

BUNDLED = {"numpy", "scipy", "SimpleITK", "pydicom", "vtk", "slicer", "qt", "ctk"}
OWN = {"RadioGenomicsLib", "RadioGenomicsTrainLib"}
# Only reached from inside functions, so torch may stand at file scope there.
LAZY = ("RadioGenomics/RadioGenomicsLib/model", "RadioGenomicsTrain/RadioGenomicsTrainLib")


def _relative(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def _foreign(path: Path) -> set[str]:
    return file_scope_imports(path) - BUNDLED - OWN - set(sys.stdlib_module_names)


@pytest.mark.parametrize("module", MODULES)
def test_what_slicer_loads_at_start_up_imports_only_what_slicer_bundles(module: str) -> None:
    loaded = loaded_with(ROOT / module / f"{module}.py")
    assert {_relative(path): _foreign(path) for path in loaded if _foreign(path)} == {}


@pytest.mark.parametrize(
    "path", [path for path in python_files(*MODULES) if not _relative(path).startswith(LAZY)], ids=_relative
)
def test_a_file_outside_the_lazy_rooms_imports_only_what_slicer_bundles(path: Path) -> None:
    assert not _foreign(path)


@pytest.mark.parametrize("path", python_files(*MODULES, "Scripts"), ids=_relative)
def test_torch_is_never_installed_directly(path: Path) -> None:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and ast.unparse(node.func).endswith(("pip_install", "pip_ensure")):
            assert "torch" not in ast.unparse(node).lower(), f"{_relative(path)}:{node.lineno}"


def test_the_pure_files_do_not_know_slicer_or_qt() -> None:
    pure = [f"RadioGenomics/RadioGenomicsLib/{room}" for room in ("imaging", "model", "genes", "report")]
    for path in python_files(*pure, "RadioGenomicsTrain/RadioGenomicsTrainLib"):
        assert not file_scope_imports(path) & {"slicer", "vtk", "qt", "ctk"}, _relative(path)
