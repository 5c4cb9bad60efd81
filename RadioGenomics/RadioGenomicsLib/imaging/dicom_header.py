"""What one DICOM file says of its images: the few tags that are wanted, whatever state the others are in."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path

import pydicom
from pydicom.errors import InvalidDicomError
from pydicom.multival import MultiValue

from RadioGenomicsLib.errors import InputError
from RadioGenomicsLib.imaging import dicom_padding
from RadioGenomicsLib.imaging import dicom_pixels
from RadioGenomicsLib.imaging import dicom_woven
from RadioGenomicsLib.imaging.dicom_file import CappedFile
from RadioGenomicsLib.imaging.dicom_file import read_dataset
from RadioGenomicsLib.imaging.dicom_stack import Slice

# Whose files always hold an image.
_IMAGING = ("MR", "CT")
_TAGS = [
    "SOPInstanceUID",
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
    *dicom_pixels.TAGS,
    *dicom_padding.TAGS,
    *dicom_woven.TAGS,
]


@dataclass(frozen=True)
class DicomImage:
    """What one file says of itself.

    Attributes:
        uid: Series Instance UID.
        instance: SOP Instance UID; empty where it has none.
        file: where it is.
        description: of the series, or its number.
        modality: of DICOM.
        kinds: values of Image Type, in capitals.
        slices: its images that have a place; none where one of them has not.
    """

    uid: str
    instance: str
    file: Path
    description: str
    modality: str
    kinds: frozenset[str]
    slices: tuple[Slice, ...]


class DamagedDicom(InputError):
    """A file that says it is DICOM and cannot be read."""


def read_header(file: Path) -> DicomImage | None:
    """Return what a DICOM image says, None for anything else.

    Raises:
        DamagedDicom: it begins like a DICOM file, and is damaged.
        InputError: it is deflated, and too large.
    """
    try:
        with open(file, "rb", buffering=0) as raw:
            stream = CappedFile(raw)
            header = read_dataset(stream, stop_before_pixels=True, specific_tags=_TAGS)
            if "SeriesInstanceUID" not in header or "Rows" not in header:
                if header.get("Modality") in _IMAGING:
                    raise DamagedDicom(file.name, "it is a DICOM image without its size", "Export it again.")
                return None
            plain = dicom_pixels.plain_pixels(header, stream)
        description = str(header.get("SeriesDescription") or header.get("ProtocolName") or "").strip()
        kinds = header.get("ImageType") or ()
        return DicomImage(
            uid=str(header.SeriesInstanceUID),
            instance=str(header.get("SOPInstanceUID", "")),
            file=file,
            description=description or f"series {header.get('SeriesNumber', '?')}",
            modality=str(header.get("Modality", "")),
            kinds=frozenset(str(kind).upper() for kind in ([kinds] if isinstance(kinds, str) else kinds)),
            slices=tuple(_slices(file, header, plain)),
        )
    except InputError:
        raise
    except (InvalidDicomError, OSError):
        return None
    except Exception as error:  # damaged bytes make pydicom raise nearly anything
        # Other files, too, may begin like DICOM without its mark.
        with open(file, "rb") as start:
            if start.read(132).endswith(b"DICM"):
                raise DamagedDicom(file.name, "it is a damaged DICOM file", "Export it again.") from error
        return None


def _slices(file: Path, header: pydicom.Dataset, plain: dicom_pixels.PlainPixels | None) -> list[Slice]:
    """Return the images of a file with their places; none where it has no place."""
    shape = (int(header.Rows), int(header.Columns))
    frames = header.get("PerFrameFunctionalGroupsSequence")
    count = int(header.get("NumberOfFrames") or 1)
    if not frames:
        groups = [(header, header, header)]
        # GDCM and the reader of plain pixels apply it; only padding needs it here.
        scales = [_scale(header) if "PixelPaddingValue" in header else (1.0, 0.0)]
        acquired = [dicom_woven.acquired(header)]
    else:
        shared = (header.get("SharedFunctionalGroupsSequence") or [pydicom.Dataset()])[0]
        groups = [
            (
                _group(frame, shared, "PlanePosition"),
                _group(frame, shared, "PlaneOrientation"),
                _group(frame, shared, "PixelMeasures"),
            )
            for frame in frames
        ]
        scales = [_scale(_group(frame, shared, "PixelValueTransformation")) for frame in frames]
        acquired = [
            dicom_woven.acquired(header, *(_group(frame, shared, key) for key in dicom_woven.GROUPS))
            for frame in frames
        ]
    if count != len(groups) or min(shape) < 1:
        return []
    # GDCM applies one scale to a whole file.
    own_scale = len(set(scales)) > 1
    slices = []
    for index, ((place, direction, measures), scale) in enumerate(zip(groups, scales, strict=True)):
        position = _numbers(place, "ImagePositionPatient", 3)
        orientation = _numbers(direction, "ImageOrientationPatient", 6)
        spacing = _numbers(measures, "PixelSpacing", 2)
        if not position or not orientation or not spacing:
            return []
        (thickness,) = _numbers(measures, "SliceThickness", 1) or (0.0,)
        rescale, padding = scale if own_scale else None, dicom_padding.padding_of(header, *scale)
        slices.append(
            Slice(
                file, index, shape, position, orientation, spacing, thickness, plain, rescale, padding, acquired[index]
            )
        )
    return slices


def _scale(group: pydicom.Dataset) -> tuple[float, float]:
    """Return slope and intercept of the rescaling."""
    (slope,) = _numbers(group, "RescaleSlope", 1) or (1.0,)
    (intercept,) = _numbers(group, "RescaleIntercept", 1) or (0.0,)
    return slope, intercept


def _numbers(dataset: pydicom.Dataset, tag: str, count: int) -> tuple[float, ...]:
    """Return the finite numbers of a tag; none where there is another number of them."""
    value = dataset.get(tag)
    values = value if isinstance(value, MultiValue) else [] if value is None else [value]
    numbers = tuple(map(float, values))
    return numbers if len(numbers) == count and all(map(math.isfinite, numbers)) else ()


def _group(frame: pydicom.Dataset, shared: pydicom.Dataset, key: str) -> pydicom.Dataset:
    """Return a functional group of an enhanced image: the frame's own, else the shared one."""
    for place in (frame, shared):
        if place.get(f"{key}Sequence"):
            return place.get(f"{key}Sequence")[0]
    return pydicom.Dataset()
