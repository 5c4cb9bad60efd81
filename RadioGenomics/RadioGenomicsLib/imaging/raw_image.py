"""Images of formats that ITK does not read, whose voxels lie as plain numbers in a file that may be zipped."""

from __future__ import annotations

import gzip
import math
import zlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import SimpleITK as sitk

from RadioGenomicsLib.errors import InputError
from RadioGenomicsLib.imaging.gzip_file import is_gzip
from RadioGenomicsLib.imaging.image_size import AGAIN


def read_raw_image(
    file: Path, start: int, number_type: str, sizes: Sequence[int], scaling: tuple[float, float] = (1.0, 0.0)
) -> sitk.Image:
    """Return the image in a file; its geometry is not set.

    Args:
        file: holds the numbers in the order of the indices, i fastest.
        start: byte, unzipped, at which they start.
        number_type: of numpy; empty for what is no number.
        sizes: along every axis, of an image that fits into memory.
        scaling: factor and summand of the stored numbers.

    Raises:
        InputError: it ends too early, is damaged, or holds no 3-D or 4-D image of real numbers.
    """
    sizes = list(sizes)
    while len(sizes) > 3 and sizes[-1] == 1:
        sizes.pop()
    if not number_type or "c" in number_type:
        kind = "complex numbers" if number_type else "colors"
        raise InputError(file.name, f"its voxels are {kind}", "Export the magnitude, or a scan in shades of gray.")
    if len(sizes) not in (3, 4):
        raise InputError(file.name, f"it is {len(sizes)}-D with 1 values per voxel", "Use a 3-D scan.")
    count = math.prod(sizes) * np.dtype(number_type).itemsize
    try:
        with gzip.open(file) if is_gzip(file) else open(file, "rb") as stream:
            stream.seek(start)
            content = stream.read(count)
    except (EOFError, OSError, zlib.error) as error:
        raise InputError(file.name, "it is damaged or ends too early", AGAIN) from error
    if len(content) < count:
        raise InputError(file.name, "it is damaged or ends too early", AGAIN)
    array = np.frombuffer(content, number_type).reshape(sizes[::-1])
    if scaling != (1.0, 0.0):
        array = array.astype(np.float64) * scaling[0] + scaling[1]
    return sitk.GetImageFromArray(array.astype(array.dtype.newbyteorder("=")), isVector=False)
