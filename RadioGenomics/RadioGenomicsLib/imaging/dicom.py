"""Find and read DICOM series. Nothing that names a patient is kept or logged."""

from __future__ import annotations

import logging
import os
from collections import Counter
from collections import defaultdict
from dataclasses import dataclass
from dataclasses import replace
from pathlib import Path

import numpy as np

from RadioGenomicsLib.errors import InputError
from RadioGenomicsLib.imaging.dicom_header import DamagedDicom
from RadioGenomicsLib.imaging.dicom_header import DicomImage
from RadioGenomicsLib.imaging.dicom_header import read_header
from RadioGenomicsLib.imaging.dicom_left_out import DAMAGED
from RadioGenomicsLib.imaging.dicom_left_out import files
from RadioGenomicsLib.imaging.dicom_left_out import notes_on
from RadioGenomicsLib.imaging.dicom_left_out import why_left_out
from RadioGenomicsLib.imaging.dicom_stack import Slice
from RadioGenomicsLib.imaging.dicom_stack import pixels
from RadioGenomicsLib.imaging.dicom_stack import stack
from RadioGenomicsLib.imaging.reading import read_volume
from RadioGenomicsLib.imaging.reading import require_usable
from RadioGenomicsLib.imaging.reading import split_choice
from RadioGenomicsLib.imaging.volume import Volume

log = logging.getLogger(__name__)

_MODALITIES = ("MR", "CT")
# A localizer has fewer slices than any scan that a volume can be made of.
_FEWEST_SLICES = 5
# Of the squared length of a direction, and of two directions' product: headers have few digits.
_SKEW = 0.01
_PIXEL_MM = (0.01, 100.0)
# Of a direction's parts, and of a pixel's size: headers round them.
_SAME_DIRECTION = 1e-3
_SAME_SPACING = 1e-3
# Of a series' images: more in another direction are a localizer.
_MOST_STRAYS = 0.1


@dataclass(frozen=True)
class Series:
    """A DICOM series on disk.

    Attributes:
        uid: its Series Instance UID.
        description: what the scanner calls it, or its number.
        modality: "MR", "CT" or another DICOM modality.
        slices: its images with their places, in no order.
        flaw: why no volume can be made of it; empty where one can.
        notes: what was left out of it, each a clause without a subject.
    """

    uid: str
    description: str
    modality: str
    slices: tuple[Slice, ...]
    flaw: str = ""
    notes: tuple[str, ...] = ()

    @property
    def files(self) -> int:
        """Number of files."""
        return len({s.file for s in self.slices})


def find_series(folder: Path | str) -> list[Series]:
    """Return the DICOM series in a folder and the folders below it, in order of their descriptions.

    Files that are not DICOM are passed over; those that may be missed are counted in the notes of the series beside
    them. Series of which no volume can be made are listed with their flaw.

    Raises:
        InputError: there is no such folder.
    """
    folder = Path(folder)
    if not folder.is_dir():
        raise InputError(folder, "there is no such folder", "Check the path.")
    found: dict[str, list[DicomImage]] = defaultdict(list)
    left_out: dict[Path, Counter[str]] = defaultdict(Counter)
    for file in sorted(f for f in folder.rglob("*") if f.is_file()):
        try:
            image = read_header(file)
        except DamagedDicom:
            left_out[file.parent][DAMAGED] += 1
            continue
        if image is not None:
            found[image.uid].append(image)
        elif reason := why_left_out(file):
            left_out[file.parent][reason] += 1
    series = []
    for images in found.values():
        # Of which series they were, nobody can tell: of any in their folder.
        beside = {image.file.parent for image in images} & left_out.keys()
        series.append(_series(images, notes_on(left_out[place] for place in beside)))
    return sorted(series, key=lambda s: (s.description, s.uid))


def read_series(series: Series) -> Volume:
    """Return the volume that the slices of a series make.

    Slices at uneven distances or of a tilted gantry are interpolated to an upright, even grid, and the log says so.

    Raises:
        InputError: no volume can be made of the series (localizer, several images at one place, missing slices,
            damaged files), or its voxels all have one value.
        GeometryError: as :func:`~RadioGenomicsLib.imaging.reading.read_volume`.
    """
    if series.flaw:
        raise InputError(series.description, series.flaw, "Choose another series, or export this one again.")
    # Before the slices are put together: what was left out may be why that fails.
    for note in series.notes:
        log.warning("%s: %s", series.description, note)
    volume = require_usable(stack(series.slices, series.description), series.description)
    for note in volume.notes:
        log.warning("%s: %s", series.description, note)
    return volume.noting(*series.notes)


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
    series = series_at(path)
    return read_volume(path, orientation=orientation) if series is None else read_series(series)


def series_at(path: Path | str) -> Series | None:
    """Return the DICOM series that :func:`read_image` reads at a path, None where it is another file.

    Raises:
        InputError: no usable series in a folder, or several and none picked; a single slice of one.
    """
    place, choice = split_choice(path)
    if os.path.isdir(place):
        return _chosen(find_series(place), place, choice)
    image = read_header(place) if os.path.isfile(place) else None
    if image is None:
        return None
    series = _series([image])
    if len(series.slices) == 1:
        raise InputError(place.name, "it is one slice of a DICOM series", "Give the folder that holds the series.")
    return series


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


def _series(images: list[DicomImage], notes: tuple[str, ...] = ()) -> Series:
    once, twice, differ = _without_copies(images)
    placed = [image for image in once if image.slices]
    kept, strays = _without_strays(placed or once)
    if twice:
        notes = (*notes, f"left out of it: {files(twice)}, copies of others")
    if placed and len(placed) < len(once):
        notes = (*notes, f"left out of it: {files(len(once) - len(placed))} without a place in the patient")
    if strays:
        notes = (*notes, f"left out of it: {files(strays)} across the others, as reference images lie")
    first, slices = kept[0], tuple(s for image in kept for s in image.slices)
    kinds = frozenset().union(*(image.kinds for image in kept))
    flaw = f"two different images have one SOP Instance UID ({differ})" if differ else ""
    return Series(
        first.uid, first.description, first.modality, slices, flaw or _flaw(first.modality, kinds, slices), notes
    )


def _without_copies(images: list[DicomImage]) -> tuple[list[DicomImage], int, str]:
    """Return the images of different SOP Instance UIDs, how many are copies, and two files that differ under one."""
    once: dict[str, DicomImage] = {}
    twice, differ = 0, ""
    for image in images:
        first = once.setdefault(image.instance or str(image.file), image)
        if first is image:
            continue
        if first.slices == () or not _same_image(first, image):
            differ = f"{first.file.name} and {image.file.name}"
        twice += 1
    return list(once.values()), twice, differ


def _same_image(first: DicomImage, second: DicomImage) -> bool:
    """Tell whether two files hold the same pixels at the same places."""
    places = [[replace(s, file=Path(), plain=None) for s in image.slices] for image in (first, second)]
    if places[0] != places[1]:
        return False
    if first.file.read_bytes() == second.file.read_bytes():
        return True
    return all(
        np.array_equal(pixels([one], one.file.name), pixels([other], other.file.name))
        for one, other in zip(first.slices, second.slices, strict=True)
    )


def _without_strays(images: list[DicomImage]) -> tuple[list[DicomImage], int]:
    """Leave out the few images that lie in another direction than all others: reference images of a scanner."""
    if not all(image.slices for image in images) or len(images) < _FEWEST_SLICES:
        return images, 0
    directions = np.array([image.slices[0].orientation for image in images])
    alike = [np.abs(directions - one).max(axis=1) <= _SAME_DIRECTION for one in directions]
    most = alike[int(np.argmax([own.sum() for own in alike]))]
    strays = len(images) - int(most.sum())
    if strays > _MOST_STRAYS * len(images):
        return images, 0
    return [image for image, own in zip(images, most, strict=True) if own], strays


def _flaw(modality: str, kinds: frozenset[str], slices: tuple[Slice, ...]) -> str:
    if modality not in _MODALITIES:
        return f"its modality is {modality or 'not given'}, not MR or CT"
    if not slices:
        return "its images carry no place in the patient (screen captures, or not from a scanner)"
    if "MOSAIC" in kinds:
        return "it is a mosaic of slices"
    orientations = np.array([s.orientation for s in slices])
    if "LOCALIZER" in kinds or np.abs(orientations - orientations[0]).max() > _SAME_DIRECTION:
        return "it is a localizer: its slices lie in several directions"
    if len(slices) < _FEWEST_SLICES:
        return f"it has only {len(slices)} slices"
    spacings = np.array([s.spacing for s in slices])
    if len({s.shape for s in slices}) > 1 or np.ptp(spacings, axis=0).max() > _SAME_SPACING * spacings.max():
        return "its slices differ in size"
    row, column = orientations[0].reshape(2, 3)
    if np.abs([row @ row - 1, column @ column - 1, row @ column]).max() > _SKEW:
        return "the directions in its headers are not at right angles"
    if not all(_PIXEL_MM[0] <= size <= _PIXEL_MM[1] for size in slices[0].spacing):
        return f"a pixel size of {slices[0].spacing[0]:.3g} x {slices[0].spacing[1]:.3g} mm is implausible"
    return ""
