"""Pixels that a DICOM header declares to be padding (PS3.3 C.7.5.1.1.2): outside of what was scanned, so no tissue."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pydicom

TAGS = ["PixelPaddingValue", "PixelPaddingRangeLimit"]

_AIR_HU = -1000.0
# CT scanners cut off what is below.
_LOWEST_AIR_HU = -1024.0
# With these, a stored value has no single rescaled one.
_OTHER_SCALES = ("ModalityLUTSequence", "RealWorldValueMappingSequence")


@dataclass(frozen=True)
class Padding:
    """The range of rescaled values that are padding, half a step wider than the stored ones.

    Attributes:
        lowest: of the range, in the unit of the rescaled pixels.
        highest: of the range.
        ct: whether that unit is HU.
    """

    lowest: float
    highest: float
    ct: bool

    def among(self, image: np.ndarray) -> np.ndarray:
        """Tell for each pixel whether it is padding."""
        return (image > self.lowest) & (image < self.highest)


def padding_of(header: pydicom.Dataset, slope: float, intercept: float) -> Padding | None:
    """Return the padding of an image; None where its header declares none, or none that can be understood.

    Args:
        header: with :data:`TAGS`, Modality and Pixel Representation.
        slope: of the rescaling.
        intercept: of the rescaling.
    """
    try:
        if "PixelPaddingValue" not in header or any(tag in header for tag in _OTHER_SCALES):
            return None
        stored = [_stored(header, tag) for tag in TAGS if header.get(tag) is not None]
    except Exception:  # damaged bytes make pydicom raise nearly anything
        return None
    ends = [value * slope + intercept for value in stored]
    if not ends or not np.isfinite(ends).all() or not slope:
        return None
    half = abs(slope) / 2
    return Padding(min(ends) - half, max(ends) + half, str(header.get("Modality", "")) == "CT")


def fill_padding(voxels: np.ndarray, paddings: Sequence[Padding | None]) -> float:
    """Set padding to air: -1000 HU in CT; in MR 0, or the lowest value of the data where that is below 0.

    Padding of CT that is at or below air already does no harm where it is, and is set without a word.

    Args:
        voxels: ``[slice, row, column]``, changed in place.
        paddings: of each slice.

    Returns:
        The part of all voxels that would have been taken for data.
    """
    padded = [(image, own) for image, own in zip(voxels, paddings, strict=True) if own is not None and _in(own, image)]
    if not padded:
        return 0.0
    air = _AIR_HU if padded[0][1].ct else min(0.0, _lowest_data(voxels, paddings))
    taken_for_data = 0
    for image, own in padded:
        where = own.among(image)
        if not own.ct or own.lowest > _AIR_HU:
            taken_for_data += int(np.count_nonzero(where & (image != air)))
        np.copyto(image, np.float32(air), where=where)
    return taken_for_data / voxels.size


def _in(own: Padding, image: np.ndarray) -> bool:
    """Tell whether an image may hold padding that is no air yet."""
    is_air = own.ct and own.lowest >= _LOWEST_AIR_HU - 1 and own.highest <= _AIR_HU + 1
    return not is_air and bool(image.min() < own.highest and image.max() > own.lowest)


def _lowest_data(voxels: np.ndarray, paddings: Sequence[Padding | None]) -> float:
    lowest = np.inf
    for image, own in zip(voxels, paddings, strict=True):
        data = image if own is None else image[~own.among(image)]
        if data.size:
            lowest = min(lowest, float(data.min()))
    return lowest if np.isfinite(lowest) else 0.0


def _stored(header: pydicom.Dataset, tag: str) -> int:
    """Return a stored value; some writers keep it unsigned for signed pixels, or the other way round."""
    value = int(header[tag].value)
    signed = header.get("PixelRepresentation") == 1
    if signed and value > np.iinfo(np.int16).max:
        return value - (1 << 16)
    return value + (1 << 16) if not signed and value < 0 else value
