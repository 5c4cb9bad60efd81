"""Find and read DICOM series. Nothing that names a patient is kept or logged."""

from __future__ import annotations

import os
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from RadioGenomicsLib.errors import InputError
from RadioGenomicsLib.imaging.dicom_header import DicomImage
from RadioGenomicsLib.imaging.dicom_header import read_header
from RadioGenomicsLib.imaging.dicom_stack import Slice
from RadioGenomicsLib.imaging.dicom_stack import stack
from RadioGenomicsLib.imaging.reading import read_volume
from RadioGenomicsLib.imaging.reading import require_usable
from RadioGenomicsLib.imaging.reading import split_choice
from RadioGenomicsLib.imaging.volume import Volume

_MODALITIES = ("MR", "CT")
# A localizer has fewer slices than any scan that a volume can be made of.
_FEWEST_SLICES = 5
# Of the squared length of a direction, and of two directions' product: headers have few digits.
_SKEW = 0.01
_PIXEL_MM = (0.01, 100.0)


@dataclass(frozen=True)
class Series:
    """A DICOM series on disk.

    Attributes:
        uid: its Series Instance UID.
        description: what the scanner calls it, or its number.
        modality: "MR", "CT" or another DICOM modality.
        slices: its images with their places, in no order.
        flaw: why no volume can be made of it; empty where one can.
    """

    uid: str
    description: str
    modality: str
    slices: tuple[Slice, ...]
    flaw: str = ""

    @property
    def files(self) -> int:
        """Number of files."""
        return len({s.file for s in self.slices})


def find_series(folder: Path | str) -> list[Series]:
    """Return the DICOM series in a folder and the folders below it, in order of their descriptions.

    Files that are not DICOM are passed over. Series of which no volume can be made are listed with their flaw.

    Raises:
        InputError: there is no such folder.
    """
    folder = Path(folder)
    if not folder.is_dir():
        raise InputError(folder, "there is no such folder", "Check the path.")
    found: dict[str, list[DicomImage]] = defaultdict(list)
    for file in sorted(f for f in folder.rglob("*") if f.is_file()):
        image = read_header(file)
        if image is not None:
            found[image.uid].append(image)
    return sorted((_series(images) for images in found.values()), key=lambda s: (s.description, s.uid))


def read_series(series: Series) -> Volume:
    """Return the volume that the slices of a series make.

    Slices at uneven distances or of a tilted gantry are interpolated to an upright, even grid, and the log says so.

    Raises:
        InputError: no volume can be made of the series (localizer, several images at one place, missing slices,
            damaged files), or its voxels all have one value.
        GeometryError: as :func:`~RadioGenomicsLib.imaging.reading.read_volume`.
    """
    if series.flaw:
        raise InputError(series.description, series.flaw, "Choose another series.")
    return require_usable(stack(series.slices, series.description), series.description)


def read_image(path: Path | str, orientation: str = "") -> Volume:
    """Read a scan from a file or from a DICOM folder.

    Args:
        path: an image file, ``file#component``, a folder with one usable DICOM series, or
            ``folder#description`` (or the series' UID) where there are several.
        orientation: of a file that does not tell left from right; as of
            :func:`~RadioGenomicsLib.imaging.reading.read_volume`.

    Raises:
        InputError: nothing usable there, or several series and none picked.
        GeometryError: as :func:`~RadioGenomicsLib.imaging.reading.read_volume`.
    """
    place, choice = split_choice(path)
    if os.path.isdir(place):
        return read_series(_chosen(find_series(place), place, choice))
    image = read_header(place) if os.path.isfile(place) else None
    if image is not None:
        series = _series([image])
        if len(series.slices) == 1:
            raise InputError(place.name, "it is one slice of a DICOM series", "Give the folder that holds the series.")
        return read_series(series)
    return read_volume(path, orientation=orientation)


def _chosen(series: list[Series], folder: Path, choice: str) -> Series:
    usable = [s for s in series if not s.flaw]
    if choice:
        wanted = [s for s in series if s.uid == choice] or [s for s in series if s.description == choice]
    else:
        wanted = usable
    if len(wanted) == 1:
        return wanted[0]
    if not series:
        raise InputError(folder, "there is no DICOM file in it that can be read", "Check the folder.")
    if not usable and not choice:
        flaws = "; ".join(f"{s.description}: {s.flaw}" for s in series)
        raise InputError(folder, f"none of its DICOM series makes a volume ({flaws})", "Export the series again.")
    names = ", ".join(repr(s.description) for s in usable)
    reason = f"{len(wanted)} series answer to {choice!r}" if choice else f"it holds {len(usable)} series"
    raise InputError(folder, reason, f"Pick one by description or UID, as {folder.name}#T1; there are: {names}.")


def _series(images: list[DicomImage]) -> Series:
    first, slices = images[0], tuple(s for image in images for s in image.slices)
    kinds = frozenset().union(*(image.kinds for image in images))
    return Series(first.uid, first.description, first.modality, slices, _flaw(first.modality, kinds, slices))


def _flaw(modality: str, kinds: frozenset[str], slices: tuple[Slice, ...]) -> str:
    if modality not in _MODALITIES:
        return f"its modality is {modality or 'not given'}, not MR or CT"
    if not slices:
        return "its images carry no place in the patient (screen captures, or not from a scanner)"
    if "MOSAIC" in kinds:
        return "it is a mosaic of slices"
    orientations = np.array([s.orientation for s in slices])
    if "LOCALIZER" in kinds or np.abs(orientations - orientations[0]).max() > 1e-3:
        return "it is a localizer: its slices lie in several directions"
    if len(slices) < _FEWEST_SLICES:
        return f"it has only {len(slices)} slices"
    if len({(s.shape, s.spacing) for s in slices}) > 1:
        return "its slices differ in size"
    row, column = orientations[0].reshape(2, 3)
    if np.abs([row @ row - 1, column @ column - 1, row @ column]).max() > _SKEW:
        return "the directions in its headers are not at right angles"
    if not all(_PIXEL_MM[0] <= size <= _PIXEL_MM[1] for size in slices[0].spacing):
        return f"a pixel size of {slices[0].spacing[0]:.3g} x {slices[0].spacing[1]:.3g} mm is implausible"
    return ""
