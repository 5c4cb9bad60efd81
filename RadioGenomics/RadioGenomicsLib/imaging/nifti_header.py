"""What a NIfTI-1 header claims, looked at before ITK takes its word for it.

Offsets as in https://nifti.nimh.nih.gov/pub/dist/src/niftilib/nifti1.h; ITK reads no NIfTI-2.
"""

from __future__ import annotations

import math
import struct
from dataclasses import dataclass
from pathlib import Path

from RadioGenomicsLib.errors import GeometryError
from RadioGenomicsLib.errors import InputError
from RadioGenomicsLib.imaging.image_size import AGAIN
from RadioGenomicsLib.imaging.image_size import MOST_BYTES
from RadioGenomicsLib.imaging.image_size import NO_VOXELS
from RadioGenomicsLib.imaging.image_size import refuse_size

SIZE = 348
# Of a place in millimeters, or of the numbers that a rotation is made of.
_BEYOND_MEASURE = 1e9
# Of a value, by NIfTI's data type.
_BITS = {
    2: 8,
    4: 16,
    8: 32,
    16: 32,
    32: 64,
    64: 64,
    128: 24,
    256: 8,
    512: 16,
    768: 32,
    1024: 64,
    1280: 64,
    1792: 128,
    2304: 32,
}
# Whole numbers of up to 32 bits, as numpy calls them.
_WHOLE_NUMBERS = {2: "u1", 4: "i2", 8: "i4", 256: "i1", 512: "u2", 768: "u4"}


@dataclass(frozen=True)
class NiftiHeader:
    """Where the voxels of a NIfTI file are, and what they are.

    Attributes:
        detached: they have a file of their own.
        start: byte in the file at which they start.
        values: how many there are.
        bits: of each.
        dtype: of numpy, where they are whole numbers that mean what they say; else empty.
    """

    detached: bool
    start: int
    values: int
    bits: int
    dtype: str

    @property
    def end(self) -> int:
        """The number of bytes that the file must have."""
        return self.start + self.values * self.bits // 8


def read_nifti_header(file: Path, head: bytes) -> NiftiHeader:
    """Return what the first bytes of a NIfTI file say.

    Args:
        file: what messages name.
        head: its first bytes, unzipped, at least :data:`SIZE`.

    Raises:
        InputError: it is another file, or claims a size that no image has.
        GeometryError: its geometry is no numbers, which ITK does not come back from.
    """
    order = "<" if head[:4] == b"\x5c\x01\0\0" else ">"
    if struct.unpack_from(f"{order}i", head)[0] != SIZE:
        raise InputError(file.name, "it is damaged or not an image", "Use NIfTI, NRRD, MetaImage or a DICOM folder.")
    mark = head[344:348]
    if mark not in (b"n+1\0", b"ni1\0"):
        reason = "it is an ANALYZE image, or a NIfTI file whose mark is damaged: left and right cannot be told"
        raise InputError(file.name, reason, "Convert it to NIfTI from its source.")
    dimensions, *sizes = struct.unpack_from(f"{order}8h", head, 40)
    # By the data type, as ITK does: the number of bits that stands beside it may be another.
    (kind,) = struct.unpack_from(f"{order}h", head, 70)
    bits = _BITS.get(kind, 0)
    start, slope, intercept = struct.unpack_from(f"{order}3f", head, 108)
    # niftilib, and so ITK, takes a size below 1 for 1.
    if not bits or not 1 <= dimensions <= 7 or min(sizes[:dimensions]) < 1 or not 0 <= start <= MOST_BYTES:
        raise InputError(file.name, NO_VOXELS, AGAIN)
    values = math.prod(sizes[:dimensions])
    refuse_size(values, file.name)
    qform, sform = struct.unpack_from(f"{order}2h", head, 252)
    place = [*struct.unpack_from(f"{order}4f", head, 76)]
    place += struct.unpack_from(f"{order}6f", head, 256) if qform else ()
    place += struct.unpack_from(f"{order}12f", head, 280) if sform else ()
    # ITK searches for a rotation without end where one of these is no number.
    if not all(abs(number) < _BEYOND_MEASURE for number in place):
        raise GeometryError(file.name, "its geometry holds values that are not numbers", "Export the scan again.")
    detached = mark == b"ni1\0"
    # A slope of zero stands for none.
    unscaled = slope in (0.0, 1.0) and intercept == 0.0
    whole = kind in _WHOLE_NUMBERS and unscaled and dimensions == 3 and not detached
    dtype = order + _WHOLE_NUMBERS[kind] if whole else ""
    return NiftiHeader(detached, 0 if detached else int(start), values, bits, dtype)


def refuse_cut_off(file: Path, header: NiftiHeader, length: int) -> None:
    """Refuse a file that lacks voxels, which ITK would fill with zeros.

    Raises:
        InputError: it has fewer bytes than its header needs.
    """
    if length < header.end:
        raise InputError(file.name, f"it is damaged or ends too early: {length} bytes of {header.end}", AGAIN)
