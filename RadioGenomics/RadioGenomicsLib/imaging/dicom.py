"""Find and read DICOM series. Nothing that names a patient is kept or logged."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pydicom
from pydicom.errors import InvalidDicomError

from RadioGenomicsLib.errors import InputError
from RadioGenomicsLib.imaging.dicom_stack import Slice
from RadioGenomicsLib.imaging.dicom_stack import stack
from RadioGenomicsLib.imaging.reading import read_volume
from RadioGenomicsLib.imaging.reading import split_choice
from RadioGenomicsLib.imaging.volume import Volume

_MODALITIES = ("MR", "CT")
# A localizer has fewer slices than any scan that a volume can be made of.
_FEWEST_SLICES = 5
_TAGS = [
    "SeriesInstanceUID",
    "SeriesDescription",
    "ProtocolName",
    "SeriesNumber",
    "Modality",
    "ImageType",
    "ImagePositionPatient",
    "ImageOrientationPatient",
    "PixelSpacing",
    "SliceThickness",
    "NumberOfFrames",
    "Rows",
    "Columns",
    "SharedFunctionalGroupsSequence",
    "PerFrameFunctionalGroupsSequence",
]


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
    headers: dict[str, list[tuple[Path, pydicom.Dataset]]] = defaultdict(list)
    for file in sorted(f for f in folder.rglob("*") if f.is_file()):
        header = _header(file)
        if header is not None:
            headers[str(header.SeriesInstanceUID)].append((file, header))
    return sorted((_series(uid, found) for uid, found in headers.items()), key=lambda s: (s.description, s.uid))


def read_series(series: Series) -> Volume:
    """Return the volume that the slices of a series make.

    Slices at uneven distances or of a tilted gantry are interpolated to an upright, even grid, and the log says so.

    Raises:
        InputError: no volume can be made of the series (localizer, several images at one place, missing slices,
            damaged files).
    """
    if series.flaw:
        raise InputError(series.description, series.flaw, "Choose another series.")
    return stack(series.slices, series.description)


def read_image(path: Path | str) -> Volume:
    """Read a scan from a file or from a DICOM folder.

    Args:
        path: an image file, ``file#component``, a folder with one usable DICOM series, or
            ``folder#description`` (or the series' UID) where there are several.

    Raises:
        InputError: nothing usable there, or several series and none picked.
        GeometryError: as :func:`~RadioGenomicsLib.imaging.reading.read_volume`.
    """
    place, choice = split_choice(path)
    if place.is_dir():
        return read_series(_chosen(find_series(place), place, choice))
    header = _header(place) if place.is_file() else None
    if header is not None:
        series = _series(str(header.SeriesInstanceUID), [(place, header)])
        if len(series.slices) == 1:
            raise InputError(place.name, "it is one slice of a DICOM series", "Give the folder that holds the series.")
        return read_series(series)
    return read_volume(path)


def _chosen(series: list[Series], folder: Path, choice: str) -> Series:
    usable = [s for s in series if not s.flaw]
    if choice:
        wanted = [s for s in series if s.uid == choice] or [s for s in series if s.description == choice]
    else:
        wanted = usable
    if len(wanted) == 1:
        return wanted[0]
    if not series:
        raise InputError(folder, "there is no DICOM file in it", "Check the folder.")
    if not usable and not choice:
        flaws = "; ".join(f"{s.description}: {s.flaw}" for s in series)
        raise InputError(folder, f"none of its DICOM series makes a volume ({flaws})", "Export the series again.")
    names = ", ".join(repr(s.description) for s in usable)
    reason = f"{len(wanted)} series answer to {choice!r}" if choice else f"it holds {len(usable)} series"
    raise InputError(folder, reason, f"Pick one by description or UID, as {folder.name}#T1; there are: {names}.")


def _header(file: Path) -> pydicom.Dataset | None:
    """Return the tags wanted of a DICOM image, None for anything else."""
    try:
        header = pydicom.dcmread(file, stop_before_pixels=True, specific_tags=_TAGS)
    except (InvalidDicomError, OSError, EOFError, ValueError, KeyError, AttributeError):
        return None
    return header if "SeriesInstanceUID" in header and "Rows" in header else None


def _series(uid: str, found: list[tuple[Path, pydicom.Dataset]]) -> Series:
    first = found[0][1]
    description = str(first.get("SeriesDescription") or first.get("ProtocolName") or "").strip()
    description = description or f"series {first.get('SeriesNumber', '?')}"
    modality = str(first.get("Modality", ""))
    slices = tuple(s for file, header in found for s in _slices(file, header))
    return Series(uid, description, modality, slices, _flaw(modality, [h for _, h in found], slices))


def _flaw(modality: str, headers: list[pydicom.Dataset], slices: tuple[Slice, ...]) -> str:
    kinds = {str(kind).upper() for header in headers for kind in header.get("ImageType") or ()}
    orientations = np.array([s.orientation for s in slices])
    if modality not in _MODALITIES:
        return f"its modality is {modality or 'not given'}, not MR or CT"
    if not slices:
        return "its images carry no place in the patient (screen captures, or not from a scanner)"
    if "MOSAIC" in kinds:
        return "it is a mosaic of slices"
    if "LOCALIZER" in kinds or np.abs(orientations - orientations[0]).max() > 1e-3:
        return "it is a localizer: its slices lie in several directions"
    if len(slices) < _FEWEST_SLICES:
        return f"it has only {len(slices)} slices"
    if len({(s.shape, s.spacing) for s in slices}) > 1:
        return "its slices differ in size"
    return ""


def _slices(file: Path, header: pydicom.Dataset) -> list[Slice]:
    """Return the images of a file with their places; none where it has no place."""
    shape = (int(header.Rows), int(header.Columns))
    frames = header.get("PerFrameFunctionalGroupsSequence")
    if not frames:
        if int(header.get("NumberOfFrames") or 1) > 1:
            return []
        groups = [(header, header, header)]
    else:
        shared = (header.get("SharedFunctionalGroupsSequence") or [pydicom.Dataset()])[0]
        groups = [
            tuple(_group(frame, shared, key) for key in ("PlanePosition", "PlaneOrientation", "PixelMeasures"))
            for frame in frames
        ]
    slices = []
    for index, (place, direction, measures) in enumerate(groups):
        position, orientation = place.get("ImagePositionPatient"), direction.get("ImageOrientationPatient")
        spacing, thickness = measures.get("PixelSpacing"), measures.get("SliceThickness")
        if not position or not orientation or not spacing:
            return []
        slices.append(
            Slice(
                file=file,
                frame=index,
                shape=shape,
                position=tuple(map(float, position)),
                orientation=tuple(map(float, orientation)),
                spacing=tuple(map(float, spacing)),
                thickness=float(thickness or 0.0),
            )
        )
    return slices


def _group(frame: pydicom.Dataset, shared: pydicom.Dataset, key: str) -> pydicom.Dataset:
    """Return a functional group of an enhanced image: the frame's own, else the shared one."""
    for place in (frame, shared):
        if place.get(f"{key}Sequence"):
            return place.get(f"{key}Sequence")[0]
    return pydicom.Dataset()
