"""One prediction from files, without a user interface: what the command line and the batch call."""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from RadioGenomicsLib import embedded
from RadioGenomicsLib.errors import Canceled
from RadioGenomicsLib.errors import ChannelError
from RadioGenomicsLib.errors import InputError
from RadioGenomicsLib.errors import RegionError
from RadioGenomicsLib.imaging.body_part import is_ct
from RadioGenomicsLib.imaging.channels import find_channels
from RadioGenomicsLib.imaging.channels import read_channel
from RadioGenomicsLib.imaging.drawn_on import scans_drawn_on
from RadioGenomicsLib.imaging.mask_file import read_mask
from RadioGenomicsLib.imaging.reading import split_choice
from RadioGenomicsLib.imaging.roles import guess_role
from RadioGenomicsLib.imaging.volume import Volume
from RadioGenomicsLib.jobs.job import Job
from RadioGenomicsLib.pipeline.folders import refuse_used_folder
from RadioGenomicsLib.pipeline.request import Box
from RadioGenomicsLib.pipeline.request import PredictionRequest
from RadioGenomicsLib.pipeline.run import panels_with
from RadioGenomicsLib.pipeline.run import run
from RadioGenomicsLib.pipeline.steps import Steps
from RadioGenomicsLib.progress import Progress
from RadioGenomicsLib.progress import silent
from RadioGenomicsLib.progress import within

if TYPE_CHECKING:
    from RadioGenomicsLib.model.prediction import Prediction
    from RadioGenomicsLib.pipeline.result import Result

ROLES = ("T1", "T1c", "T2", "FLAIR", "CT")


@dataclass(frozen=True)
class Options:
    """What holds for every patient of a run.

    Attributes:
        brain: "auto", "none", a method's name, or a mask file.
        model: a bundle's id or folder.
        panel: the marker panel that the attribution map explains.
        device: "auto", "cpu", "cuda" or "mps".
        orientation: where the axes i, j, k point to of scans and masks whose files do not tell, as "RAS"; where empty,
            such files are refused.
    """

    brain: str = "auto"
    model: str = "tcga-lgg"
    panel: str = "glioma"
    device: str = "auto"
    orientation: str = ""


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


def known_role(name: str) -> str | None:
    """Return the channel role that a user names, in any case and by any common name; None for what is none."""
    return next((role for role in ROLES if role.lower() == name.lower()), None) or guess_role(name)


def read_channels(paths: dict[str, Path], orientation: str = "") -> dict[str, Volume]:
    """Read every channel. It is named after its role: names of files often hold a patient's name.

    Args:
        paths: role to file or DICOM folder.
        orientation: as of :class:`Options`.
    """
    volumes = {role: read_channel(role, path, orientation) for role, path in paths.items()}
    return {role: replace(volume, name=role, source=volume.name) for role, volume in volumes.items()}


def predict_study(
    channels: dict[str, Volume],
    options: Options,
    output: Path,
    *,
    tumor: Volume | tuple[float, ...] | None = None,
    drawn_on: str = "",
    study: str = "",
    own_process: bool = True,
    progress: Progress = silent,
) -> Prediction:
    """Predict one patient and write the output folder.

    Args:
        channels: role to scan.
        options: brain, model, panel and device.
        output: a folder that is new or empty; it appears only when everything in it is written.
        tumor: a mask; a seed point (R, A, S) or two corners of a box (R, A, S, R, A, S) in mm; or None for
            the model's own proposal.
        drawn_on: role of the scan that the tumor was drawn on, so that it follows where that scan is moved to fit the
            others, and a brain mask, too, whose grid tells nothing; where empty, a mask belongs to the scan whose grid
            it has, and points and boxes to the model's reference scan.
        study: what the report calls the study; no name of a patient.
        own_process: compute in a child process, so that nothing in it can end this one: inside Slicer, libraries of
            torch and of Slicer can clash. False keeps model and libraries loaded for the next patient.
        progress: told the fraction done and the step; cancels by raising ``Canceled``.

    Raises:
        RadioGenomicsError: one of its kinds, naming what is wrong and how to mend it.
    """
    refuse_used_folder(output)
    brain = _brain(options.brain, options.orientation)
    request = PredictionRequest(
        channels=channels,
        model=options.model,
        brain=brain,
        tumor=_tumor(tumor),
        panel=options.panel,
        device=options.device,
        study=study,
        brain_on="" if isinstance(brain, str) or scans_drawn_on(brain, channels) else drawn_on,
        tumor_on=drawn_on,
    )
    from RadioGenomicsLib.scene.dependencies import ensureDependencies

    ensureDependencies()
    result = _computed(request, within(progress, 0.0, 0.9), own_process)
    from RadioGenomicsLib.scene.outputs import writeOutputs

    writeOutputs(result, panels_with(options.panel), output, progress=within(progress, 0.9, 1.0))
    # The folder is there: it is too late to cancel.
    with suppress(Canceled):
        progress(1.0, "Done")
    return result.prediction


def _computed(request: PredictionRequest, progress: Progress, own_process: bool) -> Result:
    """Return the result, with a scene ready for it."""
    if not own_process:
        embedded.start()
        return run(request, Steps(), progress)
    with Job.start(request) as job:
        # Meanwhile: without the application this takes seconds.
        embedded.start()
        return job.wait(progress)


def _brain(brain: str, orientation: str) -> str | Volume:
    """Return a method's name, or the mask of a file."""
    file = split_choice(split_choice(brain)[0])[0]
    # No method's name has an ending or a folder: what has one is a path, and is refused as such where it is not there.
    is_path = file.is_file() or file.suffix or len(file.parts) > 1
    return read_mask(brain, orientation) if is_path else brain


def _tumor(tumor: Volume | tuple[float, ...] | None) -> Volume | np.ndarray | Box | None:
    """Return what a request takes of a mask, one point, or two corners of a box."""
    if tumor is None or isinstance(tumor, Volume):
        return tumor
    if len(tumor) == 3:
        return np.array([tumor], dtype=np.float64)
    corners = np.reshape(np.array(tumor, dtype=np.float64), (2, 3))
    lengths = np.abs(corners[1] - corners[0])
    if not lengths.all():
        raise RegionError("box", "it has no volume", "Give two opposite corners of it.")
    return Box(center=corners.mean(axis=0), half_axes=np.diag(lengths / 2))


def _split_role(text: str) -> tuple[str | None, Path]:
    match = re.match(r"(\w+)=(.+)", text)
    if not match:
        return None, Path(text)
    name, path = match.groups()
    role = known_role(name)
    if role is None:
        raise ChannelError(name, "it is no known channel role", f"Use one of: {', '.join(ROLES)}.")
    return role, Path(path)


def _guessed(path: Path) -> str:
    from RadioGenomicsLib.imaging.dicom import read_image

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
        with suppress(InputError):
            if is_ct(read_image(path)):
                return "CT"
        raise ChannelError(path, "its role cannot be told from its name", f"Write ROLE={path}, e.g. FLAIR={path}.")
    return role
