"""Open an image file after a look at what its header claims: ITK takes a header's word for it.

ITK fills what a cut-off NIfTI file lacks with zeros, takes memory for whatever size a header states, and reads formats
that do not say where the patient's left is. None of it is an error there.
"""

from __future__ import annotations

import logging
import math
import os
import re
import zlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import SimpleITK as sitk

from RadioGenomicsLib.errors import GeometryError
from RadioGenomicsLib.errors import InputError
from RadioGenomicsLib.imaging import nifti_header
from RadioGenomicsLib.imaging.grid import room_for
from RadioGenomicsLib.imaging.gzip_file import Content
from RadioGenomicsLib.imaging.gzip_file import glance
from RadioGenomicsLib.imaging.gzip_file import unzipped
from RadioGenomicsLib.imaging.image_size import AGAIN
from RadioGenomicsLib.imaging.image_size import MOST_VALUES
from RadioGenomicsLib.imaging.image_size import NO_VOXELS
from RadioGenomicsLib.imaging.image_size import refuse_size
from RadioGenomicsLib.imaging.itk import grid_in
from RadioGenomicsLib.imaging.nifti_header import NiftiHeader
from RadioGenomicsLib.imaging.raw_numbers import read_numbers
from RadioGenomicsLib.imaging.volume import Volume

log = logging.getLogger(__name__)

_MEND = "Use NIfTI, NRRD, MetaImage or a DICOM folder."


@contextmanager
def open_image(file: Path) -> Iterator[sitk.Image]:
    """Give the image in a file, of any dimension and number type.

    The checksum of a zipped one is compared meanwhile, so what is made of the image counts only after the end.

    Raises:
        InputError: not there, not an image, damaged, cut off, or claiming more than :data:`MOST_VALUES` values.
        GeometryError: its axes are not at right angles, or no numbers.
    """
    reader, content, nifti = _looked_at(file)
    with _told(file):
        image = reader.Execute()
    if content.checksum is None or nifti is None:
        yield image
        return
    with ThreadPoolExecutor(1) as pool:
        whole = pool.submit(_is_whole, image, content, nifti)
        yield image
    if not whole.result():
        unzipped(file)


def read_plain(file: Path, name: str) -> Volume | None:
    """Read a scan (float32) whose voxels lie as whole numbers in an unzipped NIfTI file; None for any other.

    Raises:
        InputError: as for :func:`open_image`.
        GeometryError: as for :func:`open_image`.
    """
    if file.suffix.lower() != ".nii":
        return None
    reader, _, nifti = _looked_at(file)
    size = reader.GetSize()
    if nifti is None or not nifti.dtype or len(size) != 3 or math.prod(size) != nifti.values:
        return None
    grid = grid_in(reader, name)
    voxels = room_for(grid)
    try:
        read_numbers(file, nifti.start, nifti.dtype, voxels)
    except OSError as error:
        raise InputError(file.name, "it is damaged or ends too early", AGAIN) from error
    return grid.with_array(voxels)


def _looked_at(file: Path) -> tuple[sitk.ImageFileReader, Content, NiftiHeader | None]:
    """Return ITK's reader of a file, whose header it has read and which was not found wanting; and what that header is.

    Raises:
        InputError: as for :func:`open_image`.
        GeometryError: as for :func:`open_image`.
    """
    # Not file.is_file(), which fails where a path is longer than any can be.
    if not os.path.isfile(file):
        raise InputError(file, "there is no such file", "Check the path.")
    content = glance(file)
    image_io = _image_io(file, content.head)
    nifti = None
    if image_io == "NiftiImageIO":
        nifti = nifti_header.read_nifti_header(file, content.head)
        if content.checksum is not None and (nifti.detached or content.length != nifti.end):
            # Its last bytes are not what a file of one whole image ends with: none of it is trusted.
            content = unzipped(file)
        length = _voxel_bytes(file) if nifti.detached else content.length
        nifti_header.refuse_cut_off(file, nifti, length)
    elif image_io == "MetaImageIO":
        _refuse_odd_meta_image(file, content.head)
    reader = sitk.ImageFileReader()
    with _told(file):
        reader.SetImageIO(image_io)
        reader.SetFileName(str(file))
        reader.ReadImageInformation()
    refuse_size(math.prod(reader.GetSize()) * reader.GetNumberOfComponents(), file.name)
    if "complex" in sitk.GetPixelIDValueAsString(reader.GetPixelIDValue()):
        raise InputError(file.name, "its voxels are complex numbers", "Export the magnitude.")
    return reader, content, nifti


def _is_whole(image: sitk.Image, content: Content, nifti: NiftiHeader) -> bool:
    """Tell whether what ITK has unzipped has the checksum that stands in the file.

    It cannot where ITK has changed the voxels: scaled them, turned their bytes, or replaced what is no number.
    """
    if nifti.start > len(content.head):
        return False
    voxels = np.ascontiguousarray(sitk.GetArrayViewFromImage(image))
    return zlib.crc32(voxels.view(np.uint8).data, zlib.crc32(content.head[: nifti.start])) == content.checksum


@contextmanager
def _told(file: Path) -> Iterator[None]:
    """Say in words why ITK cannot read a file."""
    try:
        with quiet_itk():
            yield
    except RuntimeError as error:
        if "orthonormal" in str(error):
            reason = "its axes are not at right angles, or have no length (sheared or singular grid)"
            raise GeometryError(file.name, reason, "Resample it to an upright grid first.") from error
        log.debug("SimpleITK could not read %s: %s", file.name, error)
        raise InputError(file.name, "it is damaged or not an image", _MEND) from error


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
    if name.endswith((".nii", ".nii.gz", ".hdr", ".hdr.gz", ".img", ".img.gz")) and len(head) >= nifti_header.SIZE:
        return "NiftiImageIO"
    raise InputError(file.name, "it is damaged or not an image", _MEND)


def _refuse_odd_meta_image(file: Path, head: bytes) -> None:
    """Refuse a MetaImage header with numbers of axes, voxels or channels that MetaIO, and so ITK, hangs on."""
    for key, most in ((b"NDims", 5), (b"DimSize", MOST_VALUES), (b"ElementNumberOfChannels", MOST_VALUES)):
        for text in re.findall(key + rb"\s*[=:]([^\r\n]*)", head):
            numbers = text.split()
            if not numbers or not all(number.isdigit() and 1 <= int(number[:12]) <= most for number in numbers):
                raise InputError(file.name, NO_VOXELS, AGAIN)


def _voxel_bytes(header: Path) -> int:
    """Return the length of the file that holds the voxels of a NIfTI header, unzipped; 0 where there is none."""
    bare = header.with_suffix("") if header.suffix.lower() == ".gz" else header
    files = (bare.with_suffix(ending) for ending in (".img", ".img.gz", ".IMG"))
    return next((unzipped(voxels).length for voxels in files if voxels.is_file()), 0)
