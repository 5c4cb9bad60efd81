"""Open an image file after a look at what its header claims: ITK takes a header's word for it.

ITK fills what a cut-off NIfTI file lacks with zeros, takes memory for whatever size a header states, and reads formats
that do not say where the patient's left is. None of it is an error there.
"""

from __future__ import annotations

import gzip
import logging
import math
import os
import struct
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import SimpleITK as sitk

from RadioGenomicsLib.errors import GeometryError
from RadioGenomicsLib.errors import InputError

log = logging.getLogger(__name__)

# A CT of 512 x 512 x 2048; as float32, 2 GB.
MOST_VALUES = 2**29
# What such an image takes in a file with the largest numbers there are.
_MOST_BYTES = 16 * MOST_VALUES
# Those of ITK's formats that hold an orientation, and that notice missing data here or there.
_FORMATS = ("NiftiImageIO", "NrrdImageIO", "MetaImageIO")
_MEND = "Use NIfTI, NRRD, MetaImage or a DICOM folder."
_AGAIN = "Copy or export the file again."
_NO_VOXELS = "its header claims a size that no image has: it is damaged"
_HEADER = 348


def open_image(file: Path) -> sitk.Image:
    """Read an image file of any dimension and number type.

    Raises:
        InputError: not there, not an image, damaged, cut off, or claiming more than :data:`MOST_VALUES` values.
        GeometryError: its axes are not at right angles.
    """
    # Not file.is_file(), which fails where a path is longer than any can be.
    if not os.path.isfile(file):
        raise InputError(file, "there is no such file", "Check the path.")
    head, length = _unzipped(file)
    reader = sitk.ImageFileReader()
    try:
        with quiet_itk():
            name = reader.GetImageIOFromFileName(str(file))
            if name not in _FORMATS:
                raise InputError(file.name, "it is damaged or not an image", _MEND)
            reader.SetImageIO(name)
            reader.SetFileName(str(file))
            reader.ReadImageInformation()
            refuse_size(math.prod(reader.GetSize()) * reader.GetNumberOfComponents(), file.name)
            if "complex" in sitk.GetPixelIDValueAsString(reader.GetPixelIDValue()):
                raise InputError(file.name, "its voxels are complex numbers", "Export the magnitude.")
            if name == "NiftiImageIO":
                _refuse_short_nifti(file, head, length)
            return reader.Execute()
    except RuntimeError as error:
        if "orthonormal" in str(error):
            reason = "its axes are not at right angles, or have no length (sheared or singular grid)"
            raise GeometryError(file.name, reason, "Resample it to an upright grid first.") from error
        log.debug("SimpleITK could not read %s: %s", file.name, error)
        raise InputError(file.name, "it is damaged or not an image", _MEND) from error


def refuse_size(values: int, subject: object) -> None:
    """Refuse an image before memory is taken for it.

    Raises:
        InputError: it has more values than :data:`MOST_VALUES`, or none.
    """
    if values < 1:
        raise InputError(subject, _NO_VOXELS, _AGAIN)
    if values > MOST_VALUES:
        reason = f"its header claims {values:.3g} values, more than the {MOST_VALUES:.3g} that are read"
        raise InputError(subject, reason, "Crop or resample it, or export it again.")


@contextmanager
def quiet_itk() -> Iterator[None]:
    """Keep ITK's warnings off the terminal: they hold paths, and paths hold patients' names."""
    shown = sitk.ProcessObject.GetGlobalWarningDisplay()
    sitk.ProcessObject.SetGlobalWarningDisplay(False)
    try:
        yield
    finally:
        sitk.ProcessObject.SetGlobalWarningDisplay(shown)


def _unzipped(file: Path) -> tuple[bytes, int]:
    """Return the first bytes of a file, enough for a header, and the number of all its bytes, unzipped.

    Raises:
        InputError: it cannot be read; or it is gzip and ends too early, has a wrong checksum, or unzips without end.
    """
    try:
        if file.suffix.lower() != ".gz":
            with open(file, "rb") as stream:
                return stream.read(_HEADER), os.fstat(stream.fileno()).st_size
        with gzip.open(file) as stream:
            head = stream.read(_HEADER)
            length = len(head)
            while part := stream.read(1 << 20):
                length += len(part)
                if length > _MOST_BYTES:
                    raise InputError(file.name, f"it unzips to more than {_MOST_BYTES >> 30} GB", "Do not use it.")
        return head, length
    except (EOFError, OSError, zlib.error) as error:
        log.debug("%s could not be read: %s", file.name, error)
        raise InputError(file.name, "it is damaged or ends too early", _AGAIN) from error


def _refuse_short_nifti(file: Path, head: bytes, length: int) -> None:
    """Refuse a NIfTI-1 file that lacks voxels.

    Offsets as in https://nifti.nimh.nih.gov/pub/dist/src/niftilib/nifti1.h; ITK reads no NIfTI-2.
    """
    mark = head[344:348]
    if mark not in (b"n+1\0", b"ni1\0"):
        reason = "it is an ANALYZE image, or a NIfTI file whose mark is damaged: left and right cannot be told"
        raise InputError(file.name, reason, "Convert it to NIfTI from its source.")
    order = "<" if 1 <= head[40] <= 7 and not head[41] else ">"
    dimensions, *sizes = struct.unpack_from(f"{order}8h", head, 40)
    (bits,) = struct.unpack_from(f"{order}h", head, 72)
    (start,) = struct.unpack_from(f"{order}f", head, 108)
    # niftilib, and so ITK, takes a size below 1 for 1.
    if not 1 <= dimensions <= 7 or min(sizes[:dimensions]) < 1 or not 0 <= start <= _MOST_BYTES:
        raise InputError(file.name, _NO_VOXELS, _AGAIN)
    wanted = math.prod(sizes[:dimensions]) * bits // 8
    if mark == b"n+1\0":
        wanted += int(start)
    else:
        length = next((_unzipped(voxels)[1] for voxels in _voxel_files(file) if voxels.is_file()), 0)
    if length < wanted:
        raise InputError(file.name, f"it is damaged or ends too early: {length} bytes of {wanted}", _AGAIN)


def _voxel_files(header: Path) -> list[Path]:
    """Return where the voxels of a NIfTI header can be if they have a file of their own."""
    bare = header.with_suffix("") if header.suffix.lower() == ".gz" else header
    return [bare.with_suffix(ending) for ending in (".img", ".img.gz", ".IMG")]
