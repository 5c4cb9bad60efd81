"""What a NIfTI header claims, looked at before anything takes its word for it.

Offsets as in https://nifti.nimh.nih.gov/pub/dist/src/niftilib/nifti1.h and
https://nifti.nimh.nih.gov/pub/dist/doc/nifti2.h; ITK reads no NIfTI-2.
"""

from __future__ import annotations

import math
import struct
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from RadioGenomicsLib.errors import GeometryError
from RadioGenomicsLib.errors import InputError
from RadioGenomicsLib.imaging.image_size import AGAIN
from RadioGenomicsLib.imaging.image_size import MOST_BYTES
from RadioGenomicsLib.imaging.image_size import NO_VOXELS
from RadioGenomicsLib.imaging.image_size import refuse_size
from RadioGenomicsLib.imaging.nifti_place import nifti_place
from RadioGenomicsLib.imaging.orientation import Place

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
# Numbers, as numpy calls them; whole ones of up to 32 bits apart.
_WHOLE_NUMBERS = {2: "u1", 4: "i2", 8: "i4", 256: "i1", 512: "u2", 768: "u4"}
_NUMBERS = _WHOLE_NUMBERS | {16: "f4", 64: "f8", 1024: "i8", 1280: "u8", 32: "c8", 1792: "c16"}
# Of a millimeter, by the lowest bits of NIfTI's units.
_UNITS_MM = {1: 1000.0, 3: 0.001}


@dataclass(frozen=True)
class _Layout:
    """Where the fields of a version are, and of which types (as struct has them)."""

    version: int
    size: int
    marks: tuple[bytes, bytes]
    mark_at: int
    dimensions: tuple[str, int]
    kind_at: int
    pixdim: tuple[str, int]
    start: tuple[str, int]
    scaling: tuple[str, int]
    codes: tuple[str, int]
    quaternion: tuple[str, int]
    rows: tuple[str, int]
    units: tuple[str, int]


_LAYOUTS = (
    _Layout(
        version=1,
        size=348,
        marks=(b"n+1\0", b"ni1\0"),
        mark_at=344,
        dimensions=("8h", 40),
        kind_at=70,
        pixdim=("4f", 76),
        start=("f", 108),
        scaling=("2f", 112),
        codes=("2h", 252),
        quaternion=("6f", 256),
        rows=("12f", 280),
        units=("b", 123),
    ),
    _Layout(
        version=2,
        size=540,
        marks=(b"n+2\0", b"ni2\0"),
        mark_at=4,
        dimensions=("8q", 16),
        kind_at=12,
        pixdim=("4d", 104),
        start=("q", 168),
        scaling=("2d", 176),
        codes=("2i", 344),
        quaternion=("6d", 352),
        rows=("12d", 400),
        units=("i", 500),
    ),
)


@dataclass(frozen=True)
class NiftiHeader:
    """Where the voxels of a NIfTI file are, and what they are.

    Attributes:
        version: 1 or 2.
        detached: the voxels have a file of their own.
        start: byte in the file at which they start.
        sizes: along every axis; at least three.
        bits: of each.
        number_type: of each as numpy has it, byte order included; empty where numpy has none (colors).
        scaling: factor and summand that a stored number is to be taken by; (1, 0) where it means what it says.
        plain: whether the voxels are whole numbers of up to 32 bits in three axes that mean what they say.
        place: where the voxels lie.
        spacing: voxel size along i, j, k, mm.
    """

    version: int
    detached: bool
    start: int
    sizes: tuple[int, ...]
    bits: int
    number_type: str
    scaling: tuple[float, float]
    plain: bool
    place: Place
    spacing: np.ndarray

    @property
    def values(self) -> int:
        """How many values there are."""
        return math.prod(self.sizes)

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
        GeometryError: its geometry is no numbers, which ITK does not come back from; or its two ways to say where the
            voxels lie contradict each other.
    """
    layout, order = _layout(file, head)

    def field(form: str, offset: int) -> tuple[float, ...]:
        return struct.unpack_from(f"{order}{form}", head, offset)

    mark = head[layout.mark_at : layout.mark_at + 4]
    if mark not in layout.marks:
        reason = "it is an ANALYZE image, or a NIfTI file whose mark is damaged: left and right cannot be told"
        raise InputError(file.name, reason, "Convert it to NIfTI from its source.")
    dimensions, *sizes = (int(n) for n in field(*layout.dimensions))
    # By the data type, as ITK does: the number of bits that stands beside it may be another.
    kind = int(field("h", layout.kind_at)[0])
    bits = _BITS.get(kind, 0)
    (start,) = field(*layout.start)
    if not bits or not 1 <= dimensions <= 7 or not 0 <= start <= MOST_BYTES:
        raise InputError(file.name, NO_VOXELS, AGAIN)
    # Some tools write 0 for the size of an axis beyond the third that is not there.
    sizes = [max(n, 1) if axis >= 3 and n == 0 else n for axis, n in enumerate(sizes[:dimensions])]
    if min(sizes) < 1:
        raise InputError(file.name, NO_VOXELS, AGAIN)
    refuse_size(math.prod(sizes), file.name)
    q_code, s_code = field(*layout.codes)
    pixdim = np.array(field(*layout.pixdim))
    quaternion = np.array(field(*layout.quaternion)) if q_code > 0 else None
    rows = np.array(field(*layout.rows)).reshape(3, 4) if s_code > 0 else None
    given = [part.ravel() for part in (pixdim, quaternion, rows) if part is not None]
    # ITK searches for a rotation without end where one of these is no number.
    if not all(abs(number) < _BEYOND_MEASURE for part in given for number in part):
        raise GeometryError(file.name, "its geometry holds values that are not numbers", "Export the scan again.")
    unit_mm = _UNITS_MM.get(int(field(*layout.units)[0]) & 7, 1.0)
    pixdim[1:] *= unit_mm
    if quaternion is not None:
        quaternion[3:] *= unit_mm
    if rows is not None:
        rows *= unit_mm
    space = np.array([*sizes, 1, 1][:3])
    slope, intercept = field(*layout.scaling)
    # A slope of zero stands for none.
    scaling = (slope, intercept) if slope and math.isfinite(slope) and math.isfinite(intercept) else (1.0, 0.0)
    unscaled = slope in (0.0, 1.0) and intercept == 0.0
    detached = mark == layout.marks[1]
    return NiftiHeader(
        version=layout.version,
        detached=detached,
        start=0 if detached else int(start),
        sizes=tuple(sizes),
        bits=bits,
        number_type=f"{order}{_NUMBERS[kind]}" if kind in _NUMBERS else "",
        scaling=scaling,
        plain=kind in _WHOLE_NUMBERS and unscaled and dimensions == 3 and not detached,
        place=nifti_place(file.name, space, pixdim, quaternion, rows),
        spacing=np.where(pixdim[1:] == 0, 1.0, np.abs(pixdim[1:])),
    )


def refuse_cut_off(file: Path, end: int, length: int) -> None:
    """Refuse a file that lacks voxels, which ITK would fill with zeros.

    Args:
        file: what the message names.
        end: the number of bytes that its header needs.
        length: the number of bytes that it has.

    Raises:
        InputError: these are fewer.
    """
    if length < end:
        raise InputError(file.name, f"it is damaged or ends too early: {length} bytes of {end}", AGAIN)


def _layout(file: Path, head: bytes) -> tuple[_Layout, str]:
    """Return the fields' places and their byte order."""
    for layout in _LAYOUTS:
        for order in "<>":
            if head[:4] == struct.pack(f"{order}i", layout.size) and len(head) >= layout.size:
                return layout, order
    raise InputError(file.name, "it is damaged or not an image", "Use NIfTI, NRRD, MetaImage or a DICOM folder.")
