"""The packages that a prediction needs and Slicer does not bundle: which are missing, and how they come in.

Nothing is installed before it is needed, and nothing without a yes. PyTorch comes only through Slicer's PyTorch
extension, which picks the build for this computer's GPU; what was installed as a Python package is never changed.
"""

from __future__ import annotations

import importlib
import re
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import metadata

from RadioGenomicsLib.errors import DependencyError
from RadioGenomicsLib.progress import Progress
from RadioGenomicsLib.progress import silent
from RadioGenomicsLib.resources import resource_path

# Nothing older was tried.
PYTORCH = "torch>=2.8"
# Outside Slicer an optional extra: another brain extraction, or a given mask, does without.
BRAIN_EXTRA = frozenset({"deepbet", "fill_voids", "connected-components-3d"})

_REQUIREMENTS = "requirements.txt"
_TRAINING = "requirements-train.txt"
_NO_DEPS = "requirements-nodeps.txt"


class RestartNeeded(DependencyError):
    """The packages are there, but Slicer has to be started anew before they can be used."""


class InstallationDeclined(DependencyError):
    """The user was asked and does not want the packages installed now."""


def missingPackages(*, training: bool = False) -> list[str]:
    """Return the requirements ("safetensors>=0.5") that are not met here. Nothing is imported for it."""
    files = (_NO_DEPS, *_withDeps(training))
    return [requirement for requirement in (PYTORCH, *_listed(*files)) if not _isMet(requirement)]


def ensureDependencies(progress: Progress = silent, *, training: bool = False) -> None:
    """See to it that a prediction has the packages it needs; inside Slicer, install them after one question.

    Args:
        progress: told a fraction (0-1) and a step while something is installed.
        training: also those that training and validating need.

    Raises:
        DependencyError: packages are missing and cannot be installed here, or the user declined, or it failed.
        Canceled: ``progress`` canceled between two installations.
    """
    missing = missingPackages(training=training)
    if not missing:
        return
    if _insideSlicer():
        _install(missing, progress, training)
        return
    needed = [requirement for requirement in missing if _name(requirement) not in BRAIN_EXTRA]
    if needed:
        raise DependencyError(
            ", ".join(needed),
            "not installed in this Python",
            "Install it: pip install --no-deps -r requirements.lock, "
            "then pip install -r requirements-torch.lock (both files are in the source folder).",
        )


def _install(missing: list[str], progress: Progress, training: bool) -> None:
    _refuseWhereNobodyCanAnswer(missing)
    pytorch = _pytorchExtension() if PYTORCH in missing else None
    _ask(missing)
    if pytorch is not None:
        progress(0.0, "Installing PyTorch (this takes some minutes)")
        with _toldPlainly("PyTorch"):
            versions = PYTORCH.removeprefix("torch")
            if pytorch.installTorch(askConfirmation=False, torchVersionRequirement=versions) is None:
                raise RuntimeError("the PyTorch extension gave it up")
    progress(0.7, "Installing Python packages")
    _installWithPip(missing, training)
    importlib.invalidate_caches()
    if left := missingPackages(training=training):
        raise RestartNeeded(", ".join(left), "still missing after the installation", "Restart Slicer and try again.")
    progress(1.0, "Packages installed")


def _refuseWhereNobodyCanAnswer(missing: list[str]) -> None:
    import slicer

    reason = ""
    if threading.current_thread() is not threading.main_thread():
        reason = "not installed, and only Slicer's main thread can install it"
    elif slicer.app.testingEnabled():
        reason = "not installed, and Slicer's testing mode installs nothing"
    elif slicer.util.mainWindow() is None:
        reason = "not installed, and a Slicer without a window cannot ask whether it may be"
    if reason:
        raise DependencyError(
            ", ".join(missing),
            reason,
            "Open Slicer with its window once, press Predict in the module RadioGenomics and agree to install.",
        )


def _pytorchExtension() -> object:
    """Return the logic of the PyTorch extension."""
    if _version("torch") is not None:
        # Replacing it here would fail on the files that are already loaded.
        raise DependencyError(
            f"PyTorch {_version('torch')}",
            f"too old: RadioGenomics needs {PYTORCH}",
            "In the module PyTorch Utils uninstall PyTorch, restart Slicer, and predict again.",
        )
    try:
        import PyTorchUtils
    except ImportError as error:
        raise _offerExtension() from error
    return PyTorchUtils.PyTorchUtilsLogic()


def _offerExtension() -> DependencyError:
    """Offer to install Slicer's PyTorch extension, and return what is to be told of it."""
    import slicer
    from slicer.i18n import tr as _

    # Builds without the Extensions Manager have no such member.
    manager = getattr(slicer.app, "extensionsManagerModel", None)
    question = _(
        "RadioGenomics needs Slicer's extension PyTorch, which is not installed. It is downloaded and installed from "
        "the Extensions Manager, and needs a restart.\n\nInstall it now?"
    )
    if manager is None:
        return DependencyError(
            "PyTorch",
            "the Slicer extension of this name is not installed",
            "Install the extension PyTorch in the Extensions Manager, restart Slicer, and predict again.",
        )
    if not slicer.util.confirmOkCancelDisplay(question, _("RadioGenomics - Install PyTorch")):
        return InstallationDeclined(
            "PyTorch", "its extension is not installed, as you chose", "Press Predict again when you are ready."
        )
    model = manager()
    wasInteractive = model.interactive
    model.interactive = False  # its own question would be a second one
    try:
        installed = model.installExtensionFromServer("PyTorch", False)
    finally:
        model.interactive = wasInteractive
    if not installed:
        return DependencyError(
            "PyTorch",
            "its Slicer extension could not be installed",
            "Check the network connection, or install it in the Extensions Manager, and restart Slicer.",
        )
    return RestartNeeded("PyTorch", "its extension was installed", "Restart Slicer and predict again.")


def _ask(missing: list[str]) -> None:
    import slicer
    from slicer.i18n import tr as _

    size = _("about 0.1 GB")
    if PYTORCH in missing:
        size = _("about 0.3 GB, or 3 GB where PyTorch finds an NVIDIA GPU")
    question = _(
        "RadioGenomics needs {count} Python packages that this Slicer does not have yet. "
        "They are downloaded ({size}) and installed into this Slicer, which can take some minutes. "
        "Your scans stay on this computer.\n\nInstall them now?"
    ).format(count=len(missing), size=size)
    title = _("RadioGenomics - Install Python packages")
    if not slicer.util.confirmOkCancelDisplay(question, title, detailedText="\n".join(missing)):
        raise InstallationDeclined(
            ", ".join(missing), "not installed, as you chose", "Press Predict again and agree when you are ready."
        )


def _installWithPip(missing: list[str], training: bool) -> None:
    import slicer

    # First: a restart that pip_ensure offers must not leave it out.
    if withoutDeps := [requirement for requirement in _listed(_NO_DEPS) if requirement in missing]:
        with _toldPlainly(", ".join(withoutDeps)):
            slicer.util.pip_install(["--no-deps", *withoutDeps])
    wanted = [requirement for requirement in _listed(*_withDeps(training)) if requirement in missing]
    if not wanted:
        return
    outdated = [requirement for requirement in wanted if _version(_name(requirement)) is not None]
    with _toldPlainly(", ".join(wanted)):
        try:
            import slicer.packaging as packaging
        except ImportError:  # Slicer before 5.12
            slicer.util.pip_install(wanted)
        else:
            requirements = [
                requirement
                for file in _withDeps(training)
                for requirement in packaging.load_requirements(resource_path(file))
            ]
            packaging.pip_ensure(requirements, prompt_install=False, requester="RadioGenomics")
            return
    if outdated:
        raise RestartNeeded(
            ", ".join(outdated), "updated, but the older version may be loaded", "Restart Slicer and predict again."
        )


@contextmanager
def _toldPlainly(subject: str) -> Iterator[None]:
    """Turn whatever an installer raises into one plain error; its own words are in the log."""
    try:
        yield
    except Exception as error:
        raise DependencyError(
            subject,
            f"it could not be installed ({error})",
            "Check the network connection and the Python console, and predict again.",
        ) from error


def _insideSlicer() -> bool:
    """Tell the application from the scene of ``embedded`` and from PythonSlicer."""
    # Not imported: the application has done so, and without it the package may be missing too.
    return hasattr(getattr(sys.modules.get("slicer"), "app", None), "pythonManager")


def _withDeps(training: bool) -> tuple[str, ...]:
    return (_REQUIREMENTS, _TRAINING) if training else (_REQUIREMENTS,)


def _listed(*files: str) -> list[str]:
    lines = [line.strip() for file in files for line in resource_path(file).read_text(encoding="utf-8").splitlines()]
    return [line for line in lines if line and not line.startswith("#")]


def _name(requirement: str) -> str:
    return requirement.partition(">=")[0]


def _isMet(requirement: str) -> bool:
    name, _, least = requirement.partition(">=")
    installed = _version(name)
    return installed is not None and _release(installed) >= _release(least)


def _version(name: str) -> str | None:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None


def _release(version: str) -> tuple[int, ...]:
    """Return the numbers of a version, without a local or pre-release part: "2.13.0+cpu" is (2, 13, 0)."""
    return tuple(int(number) for number in re.match(r"\d+(?:\.\d+)*", version).group().split("."))
