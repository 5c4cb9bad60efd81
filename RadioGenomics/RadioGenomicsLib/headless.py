"""One prediction from files, without a user interface: what the command line and the batch call."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from RadioGenomicsLib import embedded
from RadioGenomicsLib.errors import ChannelError
from RadioGenomicsLib.errors import InputError
from RadioGenomicsLib.imaging.reading import read_mask
from RadioGenomicsLib.imaging.reading import split_choice
from RadioGenomicsLib.imaging.roles import find_channels
from RadioGenomicsLib.imaging.roles import guess_role
from RadioGenomicsLib.imaging.volume import Volume
from RadioGenomicsLib.progress import Progress
from RadioGenomicsLib.progress import silent

if TYPE_CHECKING:
    from RadioGenomicsLib.model.prediction import Prediction
    from RadioGenomicsLib.scene.segments import SegmentKind

ROLES = ("T1", "T1c", "T2", "FLAIR", "CT")


@dataclass(frozen=True)
class Options:
    """What holds for every patient of a run.

    Attributes:
        brain: "auto", "none", a method's name, or a mask file.
        model: a bundle's id or folder.
        panel: the marker panel that the attribution map explains.
        device: "auto", "cpu", "cuda" or "mps".
    """

    brain: str = "auto"
    model: str = "tcga-lgg"
    panel: str = "glioma"
    device: str = "auto"


def find_volumes(texts: list[str]) -> dict[str, Path]:
    """Turn ``ROLE=PATH`` and plain paths into one path per channel role.

    Raises:
        ChannelError: a role is unknown, cannot be guessed from a name, or is given twice.
        InputError: a path without a role is not there.
    """
    paths: dict[str, Path] = {}
    for text in texts:
        role, path = _split_role(text)
        if role:
            found = {role: path}
        elif path.is_dir() and (channels := find_channels(path)):
            found = channels
        else:
            found = {_guessed(path): path}
        for role in found.keys() & paths.keys():
            raise ChannelError(role, f"it is given twice: {paths[role]} and {found[role]}", "Keep one of them.")
        paths.update(found)
    return paths


def read_channels(paths: dict[str, Path]) -> dict[str, Volume]:
    """Read every channel. It is named after its role: names of files often hold a patient's name."""
    from RadioGenomicsLib.imaging.dicom import read_image

    volumes = {role: read_image(path) for role, path in paths.items()}
    return {role: volume.with_array(volume.array, role) for role, volume in volumes.items()}


def predict_study(
    channels: dict[str, Volume],
    options: Options,
    output: Path,
    *,
    tumor: Volume | tuple[float, ...] | None = None,
    study: str = "",
    progress: Progress = silent,
) -> Prediction:
    """Predict one patient in a scene of its own and write the output folder.

    Args:
        channels: role to scan.
        options: brain, model, panel and device.
        output: a folder that is new or empty; it appears only when everything in it is written.
        tumor: a mask; a seed point (R, A, S) or two corners of a box (R, A, S, R, A, S) in mm; or None for
            the model's own proposal.
        study: what the report calls the study; no name of a patient.
        progress: told the fraction done and the step.

    Raises:
        RadioGenomicsError: one of its kinds, as the scene's logic raises them.
    """
    slicer = embedded.start()
    from RadioGenomicsLib.scene.logic import RadioGenomicsLogic
    from RadioGenomicsLib.scene.volumes import nodeFromVolume

    slicer.mrmlScene.Clear(False)
    result = RadioGenomicsLogic().predict(
        {role: nodeFromVolume(volume) for role, volume in channels.items()},
        model=options.model,
        brain=_brain(options.brain),
        tumor=_tumor(tumor),
        panel=options.panel,
        device=options.device,
        study=study,
        outputFolder=output,
        progress=progress,
    )
    return result.prediction


def _brain(brain: str) -> str | tuple:
    """Return a method's name, or the segment of a mask file."""
    file = split_choice(brain)[0]
    # No method's name has an ending: what has one is a file, and is refused as such where it is not there.
    if not file.is_file() and not file.suffix:
        return brain
    from RadioGenomicsLib.scene.segments import BRAIN

    return _segment(read_mask(brain), BRAIN)


def _tumor(tumor: Volume | tuple[float, ...] | None) -> object:
    """Return what the logic takes: a segment, a point list, an ROI node, or None."""
    import slicer

    if tumor is None:
        return None
    if isinstance(tumor, Volume):
        from RadioGenomicsLib.scene.segments import TUMOR

        return _segment(tumor, TUMOR)
    if len(tumor) == 3:
        points = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLMarkupsFiducialNode", "seed")
        points.AddControlPoint(*tumor)
        return points
    box = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLMarkupsROINode", "box")
    corners = np.reshape(tumor, (2, 3))
    box.SetCenter(*corners.mean(axis=0))
    box.SetSize(*np.abs(corners[1] - corners[0]))
    return box


def _segment(mask: Volume, kind: SegmentKind) -> tuple:
    from RadioGenomicsLib.scene.segments import addSegment
    from RadioGenomicsLib.scene.segments import addSegmentation

    node = addSegmentation(mask, kind.name)
    return node, addSegment(node, mask, kind)


def _split_role(text: str) -> tuple[str | None, Path]:
    match = re.match(r"(\w+)=(.+)", text)
    if not match:
        return None, Path(text)
    name, path = match.groups()
    role = next((role for role in ROLES if role.lower() == name.lower()), None) or guess_role(name)
    if role is None:
        raise ChannelError(name, "it is no known channel role", f"Use one of: {', '.join(ROLES)}.")
    return role, Path(path)


def _guessed(path: Path) -> str:
    role = guess_role(path.name)
    if role is None:
        if not split_choice(path)[0].exists():
            raise InputError(path, "there is no such file or folder", "Check the path.")
        if path.is_dir():
            raise ChannelError(
                path,
                "no scan in it tells its role by its name",
                f"Name the scans, as --volume FLAIR={path / 'scan.nii.gz'}; of DICOM series, FLAIR={path}#description.",
            )
        raise ChannelError(path, "its role cannot be told from its name", f"Write ROLE={path}, e.g. FLAIR={path}.")
    return role
