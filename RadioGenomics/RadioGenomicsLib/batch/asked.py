"""What a result was asked for: kept beside it, so that no other request takes it for its own."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

from RadioGenomicsLib import __version__
from RadioGenomicsLib import embedded
from RadioGenomicsLib.batch.patients import Patient
from RadioGenomicsLib.errors import OutputError
from RadioGenomicsLib.headless import Options
from RadioGenomicsLib.headless import find_volumes
from RadioGenomicsLib.imaging.reading import split_choice

ASKED = "batch.json"
_IN_WORDS = {
    "software": "version of RadioGenomics",
    "model": "model",
    "model_sha256": "model",
    "brain": "brain extraction",
    "panel": "marker panel",
    "orientation": "orientation",
    "scans": "scans, tumor mask or pseudonym",
}


@dataclass(frozen=True)
class AskedOfAll:
    """What holds for every patient; the device is left out, for it decides where and not what.

    Attributes:
        software: version of this package.
        model, model_sha256: the bundle.
        brain: method of the brain extraction.
        panel: the marker panel that the attribution map explains.
        orientation: where the axes point to of files that do not tell.
    """

    software: str
    model: str
    model_sha256: str
    brain: str
    panel: str
    orientation: str = ""


def asked_of_all(options: Options) -> AskedOfAll:
    """Return what a batch with these options asks for.

    Raises:
        BundleError: the model cannot be used.
        DependencyError: packages are missing.
    """
    embedded.start()
    from RadioGenomicsLib.scene.dependencies import ensureDependencies

    ensureDependencies()
    from RadioGenomicsLib.model.bundle import load_bundle

    bundle = load_bundle(options.model)
    return AskedOfAll(__version__, bundle.id, bundle.sha256, options.brain, options.panel, options.orientation)


def fingerprint(patient: Patient) -> str:
    """Return a digest of a patient's row and files (role, name, size and time); none of it can be read from it.

    Raises:
        ChannelError: a role is unknown, cannot be guessed from a name, or is given twice.
        InputError: a path without a role is not there.
    """
    paths = {role: str(path) for role, path in find_volumes(patient.volumes).items()}
    if patient.roi is not None:
        paths["roi"] = str(patient.roi)
    digest = hashlib.sha256()
    if patient.pseudonym:
        digest.update(f"pseudonym {patient.pseudonym}\n".encode())
    if patient.drawn_on:
        digest.update(f"drawn on {patient.drawn_on}\n".encode())
    for role, path in sorted(paths.items()):
        place, choice = split_choice(path)
        digest.update(f"{role}#{choice}\n".encode())
        for file in sorted(place.rglob("*")) if place.is_dir() else [place]:
            if file.is_file():
                found = file.stat()
                digest.update(f"{file.name} {found.st_size} {found.st_mtime_ns}\n".encode())
    return digest.hexdigest()


def write_asked(asked: AskedOfAll, scans: str, folder: Path) -> None:
    """Write what a result was asked for into its folder."""
    text = json.dumps({**vars(asked), "scans": scans}, indent=2) + "\n"
    (folder / ASKED).write_text(text, encoding="utf-8", newline="\n")


def refuse_other(asked: AskedOfAll, folder: Path, scans: str | None = None) -> None:
    """Refuse a result that was asked for otherwise.

    Args:
        asked: what is asked now.
        folder: a patient's result.
        scans: the patient's :func:`fingerprint`; not looked at where None.

    Raises:
        OutputError: the folder holds a result of another request, or of no batch.
    """
    mend = "Give another output folder, or delete this one to predict the patient again."
    try:
        before = json.loads((folder / ASKED).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise OutputError(folder, "it is not the result of a batch", mend) from error
    now = vars(asked) | ({} if scans is None else {"scans": scans})
    differ = dict.fromkeys(_IN_WORDS[name] for name, value in now.items() if before.get(name, "") != value)
    if differ:
        raise OutputError(folder, f"it holds a result with another {', another '.join(differ)}", mend)
