"""Open an image file after a look at what its header claims: ITK takes a header's word for it.

ITK fills what a cut-off NIfTI file lacks with zeros, takes memory for whatever size a header states, and reads formats
that do not say where the patient's left is. None of it is an error there.
"""

from __future__ import annotations

import gzip
import logging
import math
import os
import re
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
_MEND = "Use NIfTI, NRRD, MetaImage or a DICOM folder."
_AGAIN = "Copy or export the file again."
_NO_VOXELS = "its header claims a size that no image has: it is damaged"
_NIFTI_HEADER = 348
# Enough for the header of any format.
_HEADER = 1 << 16
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


def open_image(file: Path) -> sitk.Image:
    """Read an image file of any dimension and number type.

    Raises:
        InputError: not there, not an image, damaged, cut off, or claiming more than :data:`MOST_VALUES` values.
        GeometryError: its axes are not at right angles, or no numbers.
    """
    # Not file.is_file(), which fails where a path is longer than any can be.
    if not os.path.isfile(file):
        raise InputError(file, "there is no such file", "Check the path.")
    head, length = _unzipped(file)
    image_io = _image_io(file, head)
    if image_io == "NiftiImageIO":
        _check_nifti(file, head, length)
    elif image_io == "MetaImageIO":
        _refuse_odd_meta_image(file, head)
    reader = sitk.ImageFileReader()
    try:
        with quiet_itk():
            reader.SetImageIO(image_io)
            reader.SetFileName(str(file))
            reader.ReadImageInformation()
            refuse_size(math.prod(reader.GetSize()) * reader.GetNumberOfComponents(), file.name)
            if "complex" in sitk.GetPixelIDValueAsString(reader.GetPixelIDValue()):
                raise InputError(file.name, "its voxels are complex numbers", "Export the magnitude.")
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


def _image_io(file: Path, head: bytes) -> str:
    """Return what ITK calls the reader of a file: one of those whose formats hold an orientation.

    ITK itself is not asked: it tries all of its readers, and some take gigabytes for a file that is not theirs.
    """
    name = file.name.lower()
    if head.startswith(b"NRRD"):
        return "NrrdImageIO"
    if name.endswith((".mha", ".mhd")):
        return "MetaImageIO"
    if name.endswith((".nii", ".nii.gz", ".hdr", ".hdr.gz", ".img", ".img.gz")) and len(head) >= _NIFTI_HEADER:
        return "NiftiImageIO"
    raise InputError(file.name, "it is damaged or not an image", _MEND)


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


def _check_nifti(file: Path, head: bytes, length: int) -> None:
    """Refuse a NIfTI-1 file that lacks voxels, or whose header ITK does not come back from.

    Offsets as in https://nifti.nimh.nih.gov/pub/dist/src/niftilib/nifti1.h; ITK reads no NIfTI-2.
    """
    order = "<" if head[:4] == b"\x5c\x01\0\0" else ">"
    if struct.unpack_from(f"{order}i", head)[0] != _NIFTI_HEADER:
        raise InputError(file.name, "it is damaged or not an image", _MEND)
    mark = head[344:348]
    if mark not in (b"n+1\0", b"ni1\0"):
        reason = "it is an ANALYZE image, or a NIfTI file whose mark is damaged: left and right cannot be told"
        raise InputError(file.name, reason, "Convert it to NIfTI from its source.")
    dimensions, *sizes = struct.unpack_from(f"{order}8h", head, 40)
    # By the data type, as ITK does: the number of bits that stands beside it may be another.
    bits = _BITS.get(struct.unpack_from(f"{order}h", head, 70)[0], 0)
    (start,) = struct.unpack_from(f"{order}f", head, 108)
    # niftilib, and so ITK, takes a size below 1 for 1.
    if not bits or not 1 <= dimensions <= 7 or min(sizes[:dimensions]) < 1 or not 0 <= start <= _MOST_BYTES:
        raise InputError(file.name, _NO_VOXELS, _AGAIN)
    refuse_size(math.prod(sizes[:dimensions]), file.name)
    qform, sform = struct.unpack_from(f"{order}2h", head, 252)
    place = [*struct.unpack_from(f"{order}4f", head, 76)]
    place += struct.unpack_from(f"{order}6f", head, 256) if qform else ()
    place += struct.unpack_from(f"{order}12f", head, 280) if sform else ()
    # ITK searches for a rotation without end where one of these is no number.
    if not all(abs(number) < _BEYOND_MEASURE for number in place):
        raise GeometryError(file.name, "its geometry holds values that are not numbers", "Export the scan again.")
    wanted = math.prod(sizes[:dimensions]) * bits // 8
    if mark == b"n+1\0":
        wanted += int(start)
    else:
        length = next((_unzipped(voxels)[1] for voxels in _voxel_files(file) if voxels.is_file()), 0)
    if length < wanted:
        raise InputError(file.name, f"it is damaged or ends too early: {length} bytes of {wanted}", _AGAIN)


def _refuse_odd_meta_image(file: Path, head: bytes) -> None:
    """Refuse a MetaImage header with numbers of axes, voxels or channels that MetaIO, and so ITK, hangs on."""
    for key, most in ((b"NDims", 5), (b"DimSize", MOST_VALUES), (b"ElementNumberOfChannels", MOST_VALUES)):
        for text in re.findall(key + rb"\s*[=:]([^\r\n]*)", head):
            numbers = text.split()
            if not numbers or not all(number.isdigit() and 1 <= int(number[:12]) <= most for number in numbers):
                raise InputError(file.name, _NO_VOXELS, _AGAIN)


def _voxel_files(header: Path) -> list[Path]:
    """Return where the voxels of a NIfTI header can be if they have a file of their own."""
    bare = header.with_suffix("") if header.suffix.lower() == ".gz" else header
    return [bare.with_suffix(ending) for ending in (".img", ".img.gz", ".IMG")]
