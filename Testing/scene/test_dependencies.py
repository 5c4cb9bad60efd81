"""How missing packages come in, against doubles of what only the application has. Nothing is ever installed here."""

from __future__ import annotations

import re
import sys
import threading
import tomllib
from importlib import metadata
from pathlib import Path
from types import ModuleType
from types import SimpleNamespace

import pytest
import slicer

from RadioGenomicsLib.errors import Canceled
from RadioGenomicsLib.errors import DependencyError
from RadioGenomicsLib.resources import resource_path
from RadioGenomicsLib.scene import dependencies
from RadioGenomicsLib.scene.dependencies import InstallationDeclined
from RadioGenomicsLib.scene.dependencies import RestartNeeded
from RadioGenomicsLib.scene.dependencies import ensureDependencies
from RadioGenomicsLib.scene.dependencies import missingPackages
from RadioGenomicsLib.scene.logic import RadioGenomicsLogic
from RadioGenomicsLib.scene.volumes import nodeFromVolume

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def installed(monkeypatch) -> dict[str, str]:
    """Name to version of all that is installed: in a fresh Slicer, none of it."""
    versions: dict[str, str] = {}

    def version(name: str) -> str:
        if name not in versions:
            raise metadata.PackageNotFoundError(name)
        return versions[name]

    monkeypatch.setattr(dependencies.metadata, "version", version)
    return versions


@pytest.fixture
def complete(installed) -> dict[str, str]:
    """Everything is installed, each at the least version."""
    for requirement in missingPackages():
        name, least = re.match(r"([\w-]+)>=([\d.]+)", requirement).groups()
        installed[name] = least
    return installed


class Application:
    """The parts of a Slicer with a window that installing needs; every call is kept, in order."""

    def __init__(self, installed: dict[str, str]) -> None:
        self.installed = installed
        self.calls: list[tuple[str, object]] = []
        self.answer = True
        self.offline = False
        self.testing = False
        self.window: object | None = object()

    def names(self) -> list[str]:
        return [name for name, _ in self.calls]

    def confirm(self, text: str, title: str, detailedText: str = "") -> bool:
        self.calls.append(("ask", text + detailedText))
        return self.answer

    def pipInstall(self, requirements: list[str]) -> None:
        self.calls.append(("pip_install", requirements))
        self._add(requirements)

    def pipEnsure(self, requirements: list[str], *, prompt_install: bool, requester: str) -> None:
        self.calls.append(("pip_ensure", prompt_install))
        self._add(requirements)

    def installTorch(self, *, askConfirmation: bool, torchVersionRequirement: str) -> object:
        self.calls.append(("installTorch", (askConfirmation, torchVersionRequirement)))
        self._add(["torch" + torchVersionRequirement])
        return object()

    def _add(self, requirements: list[str]) -> None:
        if self.offline:
            raise RuntimeError("no route to host")
        for requirement in requirements:
            if not requirement.startswith("--"):
                name, least = re.match(r"([\w-]+)>=([\d.]+)", requirement).groups()
                self.installed[name] = least


@pytest.fixture
def application(monkeypatch, installed) -> Application:
    """A fresh Slicer 5.12 with the PyTorch extension and a user who agrees."""
    app = Application(installed)
    packaging = ModuleType("slicer.packaging")
    packaging.load_requirements = requirementsIn
    packaging.pip_ensure = app.pipEnsure
    pytorch = ModuleType("PyTorchUtils")
    pytorch.PyTorchUtilsLogic = lambda: app
    i18n = ModuleType("slicer.i18n")
    i18n.tr = lambda text: text
    for module in (packaging, pytorch, i18n):
        monkeypatch.setitem(sys.modules, module.__name__, module)
    monkeypatch.setattr(slicer, "packaging", packaging, raising=False)
    monkeypatch.setattr(slicer, "app", SimpleNamespace(pythonManager=lambda: None, testingEnabled=lambda: app.testing))
    monkeypatch.setattr(slicer.util, "mainWindow", lambda: app.window)
    monkeypatch.setattr(slicer.util, "confirmOkCancelDisplay", app.confirm)
    monkeypatch.setattr(slicer.util, "pip_install", app.pipInstall)
    return app


def requirementsIn(path: Path) -> list[str]:
    """What slicer.packaging.load_requirements takes from a file."""
    return [line for line in path.read_text(encoding="utf-8").splitlines() if line and line[0] not in "#-"]


def withoutPackaging(monkeypatch) -> None:
    """Slicer 5.10."""
    monkeypatch.setitem(sys.modules, "slicer.packaging", None)
    monkeypatch.delattr(slicer, "packaging")


def test_in_a_fresh_python_all_is_missing_and_torch_comes_first(installed):
    missing = missingPackages()
    assert missing[0].startswith("torch>=")
    names = {re.split("[<>=]", requirement)[0] for requirement in missing}
    assert {"monai", "einops", "safetensors", "jsonschema", "jinja2", "tqdm", *dependencies.BRAIN_EXTRA} < names


@pytest.mark.parametrize(
    ("version", "isMissing"),
    [("2.7.1", True), ("2.8", False), ("2.8.1", False), ("2.10", False), ("1.13", True), ("2.8.0+cu126", False)],
)
def test_an_older_version_counts_as_missing(complete, version, isMissing):
    complete["torch"] = version
    assert ("torch>=2.8" in missingPackages()) is isMissing


def test_the_requirements_are_those_of_the_python_package():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    brain = project["optional-dependencies"]["brain"]
    listed = set(requirementsIn(resource_path("requirements.txt")))
    bundledWithSlicer = {"numpy", "scipy", "SimpleITK", "pydicom", "pillow", "torch", "slicer-core"}
    own = {line for line in project["dependencies"] if re.split("[<>=]", line)[0] not in bundledWithSlicer}
    assert listed == own | set(brain)
    assert dependencies.PYTORCH in project["dependencies"]
    assert {re.split("[<>=]", line)[0] for line in brain} | {"deepbet"} == dependencies.BRAIN_EXTRA


def test_neither_file_names_torch_or_an_exact_version():
    for file in ("requirements.txt", "requirements-nodeps.txt"):
        lines = requirementsIn(resource_path(file))
        # No comment behind a requirement: slicer.packaging.load_requirements cannot read it.
        assert not [line for line in lines if not re.fullmatch(r"[\w-]+>=[\d.]+", line)]
        assert not [line for line in lines if line.startswith("torch")]


def test_outside_slicer_missing_packages_are_named_and_nothing_is_installed(installed, monkeypatch):
    monkeypatch.setattr(slicer.util, "pip_install", lambda _: pytest.fail("installed"))
    with pytest.raises(DependencyError) as caught:
        ensureDependencies()
    message = str(caught.value)
    assert "safetensors>=0.5" in message
    assert "torch>=2.8" in message
    assert "pip install --no-deps -r requirements.lock" in message
    assert "pip install -r requirements-torch.lock" in message


def test_outside_slicer_the_brain_extra_may_be_missing(complete):
    for name in dependencies.BRAIN_EXTRA:
        del complete[name]
    ensureDependencies()


def test_predicting_checks_before_it_imports(installed, scene, scan):
    with pytest.raises(DependencyError, match="safetensors"):
        RadioGenomicsLogic().predict({"FLAIR": nodeFromVolume(scan)}, model="no such model")


def test_a_fresh_slicer_asks_once_and_gets_torch_from_the_extension_then_the_rest(application):
    ensureDependencies()
    assert application.names() == ["ask", "installTorch", "pip_install", "pip_ensure"]
    question, torch, withoutDeps, prompt = (given for _, given in application.calls)
    assert all(part in question for part in ("GB", "11 Python packages", "torch>=2.8", "deepbet>=1.0.2"))
    assert torch == (False, ">=2.8")
    assert withoutDeps == ["--no-deps", "deepbet>=1.0.2"]
    assert prompt is False
    assert missingPackages() == []


def test_a_complete_slicer_is_asked_nothing(application, complete):
    application.calls.clear()
    ensureDependencies()
    assert application.calls == []


def test_with_torch_there_the_pytorch_extension_is_not_needed(application, monkeypatch):
    monkeypatch.setitem(sys.modules, "PyTorchUtils", None)
    application.installed["torch"] = "2.9.1+cpu"
    ensureDependencies()
    assert application.names() == ["ask", "pip_install", "pip_ensure"]


def test_without_the_pytorch_extension_it_is_named_and_nothing_is_asked(application, monkeypatch):
    monkeypatch.setitem(sys.modules, "PyTorchUtils", None)
    with pytest.raises(DependencyError, match=r"PyTorch: the Slicer extension.*Extensions Manager"):
        ensureDependencies()
    assert application.calls == []


class ExtensionsManager:
    """The Extensions Manager of an official build."""

    def __init__(self, reachable: bool) -> None:
        self.interactive, self.installed, self._reachable = True, [], reachable

    def installExtensionFromServer(self, name: str, restart: bool) -> bool:
        assert not self.interactive
        self.installed.append((name, restart))
        return self._reachable


@pytest.mark.parametrize(
    ("agrees", "reachable", "kind", "words"),
    [
        (True, True, RestartNeeded, "its extension was installed. Restart Slicer"),
        (True, False, DependencyError, "could not be installed. Check the network"),
        (False, True, InstallationDeclined, "as you chose"),
    ],
)
def test_the_pytorch_extension_is_offered_after_one_question(application, monkeypatch, agrees, reachable, kind, words):
    monkeypatch.setitem(sys.modules, "PyTorchUtils", None)
    manager = ExtensionsManager(reachable)
    slicer.app.extensionsManagerModel = lambda: manager
    application.answer = agrees
    with pytest.raises(kind, match=words) as caught:
        ensureDependencies()
    assert type(caught.value) is kind
    assert application.names() == ["ask"]
    assert manager.installed == ([("PyTorch", False)] if agrees else [])
    assert manager.interactive


def test_a_torch_that_is_too_old_is_never_replaced_in_place(application):
    application.installed["torch"] = "2.4.0"
    with pytest.raises(DependencyError, match=r"PyTorch 2\.4\.0: too old.*restart Slicer"):
        ensureDependencies()
    assert application.calls == []


def test_a_declined_question_installs_nothing(application):
    application.answer = False
    with pytest.raises(DependencyError, match="as you chose"):
        ensureDependencies()
    assert application.names() == ["ask"]


@pytest.mark.parametrize("torch", ["", "2.9.0"])
def test_offline_is_told_with_a_mend(application, torch):
    application.offline = True
    if torch:
        application.installed["torch"] = torch
    with pytest.raises(DependencyError, match=r"no route to host.*network connection"):
        ensureDependencies()
    assert len(application.calls) == 2


def test_a_pytorch_extension_that_gives_up_is_told(application, monkeypatch):
    monkeypatch.setattr(application, "installTorch", lambda **_: None)
    with pytest.raises(DependencyError, match="PyTorch: it could not be installed"):
        ensureDependencies()
    assert application.names() == ["ask"]


def test_an_installation_without_effect_is_told(application, monkeypatch):
    monkeypatch.setattr(slicer.packaging, "pip_ensure", lambda *_, **__: None)
    with pytest.raises(RestartNeeded, match=r"monai.*still missing.*Restart Slicer"):
        ensureDependencies()


def test_slicer_5_10_installs_by_its_own_pip_install_after_the_same_question(application, monkeypatch):
    withoutPackaging(monkeypatch)
    ensureDependencies()
    assert application.names() == ["ask", "installTorch", "pip_install", "pip_install"]
    rest = application.calls[-1][1]
    assert "safetensors>=0.5" in rest
    assert not [requirement for requirement in rest if requirement.startswith(("torch", "deepbet"))]


def test_slicer_5_10_asks_for_a_restart_when_a_package_was_updated(application, monkeypatch):
    withoutPackaging(monkeypatch)
    application.installed["filelock"] = "3.12"
    with pytest.raises(RestartNeeded, match=r"filelock>=3.16: updated.*Restart Slicer"):
        ensureDependencies()
    assert missingPackages() == []


@pytest.mark.parametrize(("field", "value", "reason"), [("testing", True, "testing"), ("window", None, "window")])
def test_where_nobody_can_answer_nothing_is_asked_or_installed(application, field, value, reason):
    setattr(application, field, value)
    with pytest.raises(DependencyError, match=reason):
        ensureDependencies()
    assert application.calls == []


def test_a_worker_thread_never_installs(application):
    caught: list[DependencyError] = []

    def work() -> None:
        try:
            ensureDependencies()
        except DependencyError as error:
            caught.append(error)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert "main thread" in caught[0].reason
    assert application.calls == []


def test_a_cancel_between_two_installations_stops_there(application):
    def cancelAfterTorch(fraction: float, step: str) -> None:
        if fraction > 0:
            raise Canceled(step)

    with pytest.raises(Canceled):
        ensureDependencies(cancelAfterTorch)
    assert application.names() == ["ask", "installTorch"]
