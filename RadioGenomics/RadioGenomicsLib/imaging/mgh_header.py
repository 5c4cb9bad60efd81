"""What the header of FreeSurfer's MGH and MGZ says, which SimpleITK does not read.

Fields as in https://surfer.nmr.mgh.harvard.edu/fswiki/FsTutorial/MghFormat.
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
from RadioGenomicsLib.imaging.image_size import NO_VOXELS
from RadioGenomicsLib.imaging.image_size import refuse_size
from RadioGenomicsLib.imaging.orientation import Place

START = 284
_HEAD = ">7ih15f"
_NUMBERS = {0: ">u1", 1: ">i4", 3: ">f4", 4: ">i2"}
_BEYOND_MEASURE = 1e9


@dataclass(frozen=True)
class MghHeader:
    """What the voxels of an MGH file are.

    Attributes:
        sizes: along i, j, k, and the number of frames.
        number_type: of each value as numpy has it.
        place: where they lie.
        spacing: voxel size along i, j, k, mm.
    """

    sizes: tuple[int, int, int, int]
    number_type: str
    place: Place
    spacing: np.ndarray

    @property
    def end(self) -> int:
        """The number of bytes that the file must have at least; what FreeSurfer writes behind them is no voxel."""
        return START + math.prod(self.sizes) * np.dtype(self.number_type).itemsize


def read_mgh_header(file: Path, head: bytes) -> MghHeader:
    """Return what the first bytes of an MGH file say, unzipped.

    Raises:
        InputError: it is another file, or claims a size that no image has.
        GeometryError: its geometry is no numbers.
    """
    if len(head) < START or head[:4] != b"\0\0\0\1":
        raise InputError(file.name, "it is damaged or not an image", "Use NIfTI, NRRD, MetaImage or a DICOM folder.")
    _, width, height, depth, frames, kind, _, told, *numbers = struct.unpack_from(_HEAD, head)
    sizes = (width, height, depth, frames)
    if kind not in _NUMBERS or min(sizes) < 1:
        raise InputError(file.name, NO_VOXELS, AGAIN)
    refuse_size(math.prod(sizes), file.name)
    if not all(abs(number) < _BEYOND_MEASURE for number in numbers):
        raise GeometryError(file.name, "its geometry holds values that are not numbers", "Export the scan again.")
    spacing, cosines, middle = np.array(numbers[:3]), np.array(numbers[3:12]).reshape(3, 3).T, np.array(numbers[12:])
    affine = np.eye(4)
    affine[:3, :3] = cosines * spacing
    affine[:3, 3] = middle - affine[:3, :3] @ (np.array(sizes[:3]) / 2)
    place = Place(affine) if told > 0 else Place(None, "its header says that it has no good RAS information")
    return MghHeader(sizes, _NUMBERS[kind], place, spacing)
