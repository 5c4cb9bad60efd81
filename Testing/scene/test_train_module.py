"""The hidden training module: its logic makes Slicer ready and takes the doors of the command line."""

from __future__ import annotations

import importlib.util
import multiprocessing
import re
import sys
import tomllib
from importlib import metadata
from pathlib import Path
from types import ModuleType
from types import SimpleNamespace

import pytest

from RadioGenomicsLib.errors import DependencyError
from RadioGenomicsLib.resources import resource_path
from RadioGenomicsLib.scene import dependencies
from RadioGenomicsLib.scene.processes import useRealPython

ROOT = Path(__file__).resolve().parents[2]
COHORT = ("prepare", "train", "validate")


@pytest.fixture
def module(monkeypatch) -> ModuleType:
    """The module file as Slicer loads it, on stand-ins for what only the application has."""
    base = ModuleType("slicer.ScriptedLoadableModule")
    base.ScriptedLoadableModule = type("ScriptedLoadableModule", (), {"__init__": _keepParent})
    base.ScriptedLoadableModuleLogic = type("ScriptedLoadableModuleLogic", (), {})
    base.ScriptedLoadableModuleTest = type("ScriptedLoadableModuleTest", (), {"delayDisplay": lambda *_: None})
    i18n = ModuleType("slicer.i18n")
    i18n.tr = lambda text: text
    i18n.translate = lambda _context, text: text
    for one in (base, i18n):
        monkeypatch.setitem(sys.modules, one.__name__, one)
    spec = importlib.util.spec_from_file_location("TrainModule", ROOT / "RadioGenomicsTrain" / "RadioGenomicsTrain.py")
    loaded = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(loaded)
    return loaded


def _keepParent(self, parent: object) -> None:
    self.parent = parent


@pytest.fixture
def calls(monkeypatch) -> list[tuple]:
    """What was called, in order: first that packages come in, then the door."""
    asked: list[tuple] = []
    monkeypatch.setattr(dependencies, "ensureDependencies", lambda *_, training: asked.append(("ready", training)))
    for door in ("plan", "download", *COHORT, "report", "bundle"):
        place = importlib.import_module(f"RadioGenomicsTrainLib.doors.{'plan' if door == 'download' else door}")
        monkeypatch.setattr(place, door, lambda *given, door=door: asked.append((door, *given)) or door)
    place = importlib.import_module("RadioGenomicsTrainLib.doors.associate")
    monkeypatch.setattr(
        place, "associate_cohort", lambda *given, plain: asked.append(("associate", *given, plain)) or "associate"
    )
    return asked


def test_the_module_is_hidden_and_says_what_it_is_for(module):
    parent = SimpleNamespace()
    module.RadioGenomicsTrain(parent)
    assert parent.hidden is True
    assert parent.dependencies == ["RadioGenomics"]
    assert "Research use only" in parent.helpText


def test_the_modules_own_test_runs_every_test_of_its(module, monkeypatch):
    own = module.RadioGenomicsTrainTest()
    shown: list[str] = []
    monkeypatch.setattr(own, "delayDisplay", shown.append, raising=False)
    own.runTest()
    tests = [name.replace("_", " ") for name in dir(own) if name.startswith("test_")]
    assert [text for text in shown if not text.startswith("skipped")] == tests
    monkeypatch.setattr(own, "test_it", lambda: pytest.fail("it failed"), raising=False)
    with pytest.raises(pytest.fail.Exception, match="it failed"):
        own.runTest()


def test_every_door_is_taken_after_the_packages_are_there(module, calls):
    logic = module.RadioGenomicsTrainLogic()
    request = module.CohortRequest("tcga-lgg", Path("work"))
    assert logic.plan("tcga-luad", Path("work"), rule="chest-ct") == "plan"
    assert logic.download("tcga-luad", Path("work"), Path("data"), progress=print) == "download"
    for door in COHORT:
        assert getattr(logic, door)(request, progress=print) == door
    assert logic.associate(request, covariates=["age"], plain=True, progress=print) == "associate"
    assert logic.report(Path("work")) == "report"
    assert logic.bundle(request, Path("out"), progress=print) == "bundle"
    assert calls[0::2] == [("ready", True)] * 8
    assert calls[1::2] == [
        ("plan", "tcga-luad", Path("work"), "chest-ct", None),
        ("download", "tcga-luad", Path("work"), Path("data"), print),
        ("prepare", request, print),
        ("train", request, print),
        ("validate", request, print, None),
        ("associate", request, ["age"], 0.05, print, True),
        ("report", Path("work"), ()),
        ("bundle", request, Path("out"), print),
    ]


def test_inside_slicer_processes_start_with_its_real_python(tmp_path, monkeypatch):
    started: list[str] = []
    monkeypatch.setattr(multiprocessing, "set_executable", started.append)
    monkeypatch.setenv("PATH", str(tmp_path))
    useRealPython()
    assert started == []
    python = tmp_path / "python-real"
    python.touch(mode=0o755)
    useRealPython()
    assert started == [str(python)]


def test_the_script_hands_its_options_to_the_command(monkeypatch, capsys):
    spec = importlib.util.spec_from_file_location("trainScript", ROOT / "Scripts" / "train.py")
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)
    monkeypatch.setattr(dependencies, "ensureDependencies", lambda **_: None)
    monkeypatch.setattr(sys, "argv", ["train.py", "report", "--work", "nowhere"])
    assert script.run() == 3
    assert "there is no validation" in capsys.readouterr().err
    monkeypatch.setattr(
        sys, "argv", ["train.py", "associate", "tcga-gbm", "--work", "nowhere", "--covariates", "height"]
    )
    assert script.run() == 3
    assert "there is no 'height'" in capsys.readouterr().err
    monkeypatch.setattr(sys, "argv", ["train.py", "no such command"])
    assert script.run() == 2


def test_the_requirements_of_training_are_those_of_the_python_package():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = {line for name in ("train", "idc", "tensorboard") for line in project["optional-dependencies"][name]}
    lists = {
        file: {line for line in resource_path(file).read_text(encoding="utf-8").splitlines() if line and line[0] != "#"}
        for file in ("requirements.txt", "requirements-train.txt")
    }
    assert extras == lists["requirements-train.txt"] | (extras & lists["requirements.txt"])
    # As slicer.packaging.load_requirements can read it, and without an exact version.
    assert all(re.fullmatch(r"[\w-]+>=[\d.]+(,<[\d.]+)?", line) for line in lists["requirements-train.txt"])


def test_training_asks_for_its_own_packages_too(monkeypatch):
    def version(name: str) -> str:
        raise metadata.PackageNotFoundError(name)

    monkeypatch.setattr(dependencies.metadata, "version", version)
    more = set(dependencies.missingPackages(training=True)) - set(dependencies.missingPackages())
    assert {"statsmodels>=0.14.4", "distributed>=2025.1"} <= more
    with pytest.raises(DependencyError, match="statsmodels"):
        dependencies.ensureDependencies(training=True)
