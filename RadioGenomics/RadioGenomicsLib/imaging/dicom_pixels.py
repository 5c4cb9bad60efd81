"""Pixels that lie plain in a DICOM file: found while its header is read, so that they need no second reader."""

from __future__ import annotations

import io
import struct
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pydicom
from pydicom.uid import ExplicitVRLittleEndian
from pydicom.uid import ImplicitVRLittleEndian

from RadioGenomicsLib.imaging.raw_numbers import numbers_in

TAGS = [
    "SamplesPerPixel",
    "PhotometricInterpretation",
    "BitsAllocated",
    "BitsStored",
    "HighBit",
    "PixelRepresentation",
    "RescaleSlope",
    "RescaleIntercept",
    "ModalityLUTSequence",
    "RealWorldValueMappingSequence",
]
# These scale in ways of their own.
_OTHER_SCALES = ("ModalityLUTSequence", "RealWorldValueMappingSequence", "PerFrameFunctionalGroupsSequence")
# Sums of 16 bits and less than this are exact in float32.
_EXACT = 2**23
_PIXEL_DATA = b"\xe0\x7f\x10\x00"


@dataclass(frozen=True)
class PlainPixels:
    """Where the pixels of an image lie, and what they mean.

    Attributes:
        offset: byte in the file.
        dtype: of numpy, 16 bits, little-endian.
        unused: highest bits of each pixel that hold nothing of it.
        slope: of the rescaling.
        intercept: of the rescaling.
    """

    offset: int
    dtype: str
    unused: int
    slope: float
    intercept: float

    def read_into(self, image: np.ndarray, file: Path) -> None:
        """Fill an image ``[row, column]`` (float32) with the rescaled pixels, as GDCM and ITK give them.

        Raises:
            OSError: the file cannot be read, or ends too early.
        """
        pixels = numbers_in(file, self.offset, self.dtype, image.size).reshape(image.shape)
        if self.unused:
            pixels = (pixels << self.unused) >> self.unused
        if self.slope == 1.0 and self.intercept.is_integer() and abs(self.intercept) < _EXACT:
            image[...] = pixels
            image += np.float32(self.intercept)
        else:
            # In double precision, and only then float32, as ITK does it.
            image[...] = pixels * np.float64(self.slope) + self.intercept


def plain_pixels(header: pydicom.Dataset, stream: io.BufferedReader) -> PlainPixels | None:
    """Return where the pixels lie if they are one uncompressed gray image of 16 bits; None where GDCM has to read them.

    Args:
        header: of the file, with :data:`TAGS`.
        stream: the file, where the reader of the header has stopped before the pixels.
    """
    try:
        return _found(header, stream) if _is_plain(header) else None
    except Exception:  # damaged bytes make pydicom raise nearly anything
        return None


def _is_plain(header: pydicom.Dataset) -> bool:
    wanted = {"SamplesPerPixel": 1, "PhotometricInterpretation": "MONOCHROME2", "BitsAllocated": 16}
    return bool(
        header.file_meta.TransferSyntaxUID in (ExplicitVRLittleEndian, ImplicitVRLittleEndian)
        and all(header.get(tag) == value for tag, value in wanted.items())
        and header.BitsStored in range(1, 17)
        and header.HighBit == header.BitsStored - 1
        and header.PixelRepresentation in (0, 1)
        and int(header.get("NumberOfFrames") or 1) == 1
        and not any(tag in header for tag in _OTHER_SCALES)
        and ("RescaleSlope" in header) == ("RescaleIntercept" in header)
    )


def _found(header: pydicom.Dataset, stream: io.BufferedReader) -> PlainPixels | None:
    """Read the head of the element that holds the pixels; None where it is not as long as they are."""
    explicit = header.file_meta.TransferSyntaxUID == ExplicitVRLittleEndian
    # After the tag: the kind and two empty bytes where it is explicit, and the length.
    wanted = _PIXEL_DATA + (b"OW\0\0" if explicit else b"") + struct.pack("<I", 2 * header.Rows * header.Columns)
    slope, intercept = float(header.get("RescaleSlope", 1.0)), float(header.get("RescaleIntercept", 0.0))
    if stream.read(len(wanted)) != wanted or not slope or not np.isfinite([slope, intercept]).all():
        return None
    kind = "<i2" if header.PixelRepresentation else "<u2"
    return PlainPixels(stream.tell(), kind, 16 - int(header.BitsStored), slope, intercept)
