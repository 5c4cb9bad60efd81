"""Open an image file after a look at what its header claims: ITK takes a header's word for it.

ITK fills what a cut-off NIfTI file lacks with zeros, takes memory for whatever size a header states, and reads formats
that do not say where the patient's left is. None of it is an error there.
"""

from __future__ import annotations

import itertools
import logging
import math
import os
import re
import zlib
from collections.abc import Iterator
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import SimpleITK as sitk

from RadioGenomicsLib.errors import GeometryError
from RadioGenomicsLib.errors import InputError
from RadioGenomicsLib.imaging import nifti_header
from RadioGenomicsLib.imaging.grid import room_for
from RadioGenomicsLib.imaging.gzip_file import Content
from RadioGenomicsLib.imaging.gzip_file import glance
from RadioGenomicsLib.imaging.gzip_file import is_gzip
from RadioGenomicsLib.imaging.gzip_file import unzipped
from RadioGenomicsLib.imaging.image_size import AGAIN
from RadioGenomicsLib.imaging.image_size import MOST_VALUES
from RadioGenomicsLib.imaging.image_size import NO_VOXELS
from RadioGenomicsLib.imaging.image_size import refuse_size
from RadioGenomicsLib.imaging.itk import affine_of
from RadioGenomicsLib.imaging.itk import check_geometry
from RadioGenomicsLib.imaging.itk import put_at
from RadioGenomicsLib.imaging.mgh_header import START
from RadioGenomicsLib.imaging.mgh_header import MghHeader
from RadioGenomicsLib.imaging.mgh_header import read_mgh_header
from RadioGenomicsLib.imaging.nifti_header import NiftiHeader
from RadioGenomicsLib.imaging.orientation import Place
from RadioGenomicsLib.imaging.orientation import affine_told
from RadioGenomicsLib.imaging.raw_image import read_raw_image
from RadioGenomicsLib.imaging.raw_numbers import read_numbers
from RadioGenomicsLib.imaging.text_header import nrrd_place
from RadioGenomicsLib.imaging.text_header import what_meta_image_lacks
from RadioGenomicsLib.imaging.volume import Volume

log = logging.getLogger(__name__)

_MEND = "Use NIfTI, NRRD, MetaImage or a DICOM folder."
# Where ITK's reading is this near to the header's, it is kept to the last bit.
_SAME_MM = 0.05
_NIFTI_ENDINGS = (".nii", ".nii.gz", ".hdr", ".hdr.gz")
_VOXEL_ENDINGS = (".img", ".img.gz")
_NIFTI, _NRRD, _META, _MGH = "NiftiImageIO", "NrrdImageIO", "MetaImageIO", "MGH"


@dataclass(frozen=True)
class OpenImage:
    """An image of any dimension and number type, and what reading it had to assume."""

    image: sitk.Image
    notes: tuple[str, ...]


@dataclass(frozen=True)
class _Found:
    """What a file is, before its voxels are read.

    Attributes:
        file: with the header.
        format: as ITK calls it, where ITK knows it.
        content: of that file.
        reader: of ITK, which has read the header; None for what ITK does not read.
        header: of NIfTI and MGH, the latter not read by ITK, nor is the former's second version.
    """

    file: Path
    format: str
    content: Content
    reader: sitk.ImageFileReader | None
    header: NiftiHeader | MghHeader | None


@contextmanager
def open_image(file: Path, orientation: str = "") -> Iterator[OpenImage]:
    """Give the image in a file, of any dimension and number type.

    The checksum of a zipped one is compared meanwhile, so what is made of the image counts only after the end.

    Args:
        file: NIfTI (1 or 2, or either file of a pair), NRRD, MetaImage, MGH or MGZ.
        orientation: where the axes i, j, k of a file point to whose header does not tell, as "RAS".

    Raises:
        InputError: not there, not an image, damaged, cut off, or claiming more than :data:`MOST_VALUES` values.
        GeometryError: its axes are not at right angles, or no numbers, or left and right cannot be told.
    """
    found = _looked_at(file)
    if found.reader is None:
        image = _read_ourselves(found)
    else:
        with _told(file):
            image = found.reader.Execute()
    notes: tuple[str, ...] = ()
    if image.GetDimension() in (3, 4):
        affine, notes = _affine(found, image, orientation)
        if not _same(affine_of(image), affine, image.GetSize()):
            put_at(image, affine, file.name)
    if found.content.checksum is None or not isinstance(found.header, NiftiHeader) or found.reader is None:
        yield OpenImage(image, notes)
        return
    with ThreadPoolExecutor(1) as pool:
        whole = pool.submit(_is_whole, image, found.content, found.header)
        yield OpenImage(image, notes)
    if not whole.result():
        unzipped(file)


def read_plain(file: Path, name: str, orientation: str = "") -> Volume | None:
    """Read a scan (float32) whose voxels lie as whole numbers in an unzipped NIfTI-1 file; None for any other.

    Raises:
        InputError: as for :func:`open_image`.
        GeometryError: as for :func:`open_image`.
    """
    if file.suffix.lower() != ".nii":
        return None
    found = _looked_at(file)
    header, reader = found.header, found.reader
    if reader is None or not isinstance(header, NiftiHeader) or not header.plain:
        return None
    size = reader.GetSize()
    if len(size) != 3 or math.prod(size) != header.values:
        return None
    affine, notes = _affine(found, reader, orientation)
    by_itk = affine_of(reader)
    zeros = np.broadcast_to(np.float32(0), size[::-1])
    grid = check_geometry(Volume(zeros, by_itk if _same(by_itk, affine, size) else affine, name, notes))
    voxels = room_for(grid)
    try:
        read_numbers(file, header.start, header.number_type, voxels)
    except OSError as error:
        raise InputError(file.name, "it is damaged or ends too early", AGAIN) from error
    return grid.with_array(voxels)


def _affine(found: _Found, image: Any, orientation: str) -> tuple[np.ndarray, tuple[str, ...]]:
    """Return where the voxels of an image (or of its reader) lie, by its header or by what the user says, and notes."""
    size, spacing = np.array(image.GetSize()[:3]), np.array(image.GetSpacing()[:3])
    if found.header is not None:
        place, spacing = found.header.place, found.header.spacing
    elif found.format == _NRRD:
        place = nrrd_place(found.content.head)
    else:
        lacking = what_meta_image_lacks(found.content.head)
        place = Place(None if lacking else affine_of(image), lacking)
    return affine_told(place, found.file.name, orientation, spacing, size)


def _same(one: np.ndarray, other: np.ndarray, size: Sequence[int]) -> bool:
    """Tell whether two affines put every voxel at one place."""
    corners = np.array([[*corner, 1] for corner in itertools.product(*((0, n - 1) for n in size[:3]))])
    return bool(np.abs(corners @ (one - other).T).max() <= _SAME_MM)


def _looked_at(given: Path) -> _Found:
    """Return what a file is, whose header was not found wanting.

    Raises:
        InputError: as for :func:`open_image`.
        GeometryError: as for :func:`open_image`.
    """
    # Not file.is_file(), which fails where a path is longer than any can be.
    if not os.path.isfile(given):
        raise InputError(given, "there is no such file", "Check the path.")
    file = _header_of_pair(given) if given.name.lower().endswith(_VOXEL_ENDINGS) else given
    content = glance(file)
    image_format = _format(file, content.head)
    if image_format == _MGH:
        content = unzipped(file)
        header = read_mgh_header(file, content.head)
        nifti_header.refuse_cut_off(file, header.end, content.length)
        return _Found(file, image_format, content, None, header)
    nifti = None
    if image_format == _NIFTI:
        nifti = nifti_header.read_nifti_header(file, content.head)
        if content.checksum is not None and (nifti.version > 1 or nifti.detached or content.length != nifti.end):
            # Its last bytes are not what a file of one whole image ends with: none of it is trusted.
            content = unzipped(file)
        length = _voxel_bytes(file) if nifti.detached else content.length
        nifti_header.refuse_cut_off(file, nifti.end, length)
        if nifti.version > 1:
            return _Found(file, image_format, content, None, nifti)
    elif image_format == _META:
        _refuse_odd_meta_image(file, content.head)
    reader = sitk.ImageFileReader()
    with _told(file):
        reader.SetImageIO(image_format)
        reader.SetFileName(str(file))
        reader.ReadImageInformation()
    refuse_size(math.prod(reader.GetSize()) * reader.GetNumberOfComponents(), file.name)
    if "complex" in sitk.GetPixelIDValueAsString(reader.GetPixelIDValue()):
        raise InputError(file.name, "its voxels are complex numbers", "Export the magnitude.")
    return _Found(file, image_format, content, reader, nifti)


def _read_ourselves(found: _Found) -> sitk.Image:
    """Read NIfTI-2 and MGH."""
    header, file = found.header, found.file
    if isinstance(header, NiftiHeader):
        voxels = _voxels_of_pair(file) if header.detached else None
        return read_raw_image(voxels or file, header.start, header.number_type, header.sizes, header.scaling)
    assert isinstance(header, MghHeader)
    return read_raw_image(file, START, header.number_type, header.sizes)


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


def _format(file: Path, head: bytes) -> str:
    """Return the format of a file, one of those that hold an orientation; as ITK calls its reader.

    ITK itself is not asked: it tries all of its readers, and some take gigabytes for a file that is not theirs.
    """
    name = file.name.lower()
    if head.startswith(b"NRRD"):
        return _NRRD
    if name.endswith((".mha", ".mhd")):
        return _META
    if name.endswith((".mgh", ".mgz", ".mgh.gz")):
        return _MGH
    if name.endswith(_NIFTI_ENDINGS) and len(head) >= nifti_header.SIZE:
        return _NIFTI
    raise InputError(file.name, "it is damaged or not an image", _MEND)


def _refuse_odd_meta_image(file: Path, head: bytes) -> None:
    """Refuse a MetaImage header with numbers of axes, voxels or channels that MetaIO, and so ITK, hangs on."""
    for key, most in ((b"NDims", 5), (b"DimSize", MOST_VALUES), (b"ElementNumberOfChannels", MOST_VALUES)):
        for text in re.findall(key + rb"\s*[=:]([^\r\n]*)", head):
            numbers = text.split()
            if not numbers or not all(number.isdigit() and 1 <= int(number[:12]) <= most for number in numbers):
                raise InputError(file.name, NO_VOXELS, AGAIN)


def _header_of_pair(voxels: Path) -> Path:
    """Return the header that belongs to the voxels of a NIfTI pair.

    Raises:
        InputError: it is not beside them.
    """
    header = _beside(voxels, (".hdr", ".hdr.gz", ".HDR"))
    if header is None:
        reason = "it holds the voxels of a pair, and their header (.hdr) is not beside it"
        raise InputError(voxels.name, reason, "Copy both files into one folder.")
    return header


def _voxels_of_pair(header: Path) -> Path | None:
    """Return the file that holds the voxels of a NIfTI header; None where it is not beside it."""
    return _beside(header, (".img", ".img.gz", ".IMG"))


def _voxel_bytes(header: Path) -> int:
    """Return the length of the file that holds the voxels of a NIfTI header, unzipped; 0 where there is none."""
    voxels = _voxels_of_pair(header)
    return unzipped(voxels).length if voxels else 0


def _beside(file: Path, endings: tuple[str, ...]) -> Path | None:
    """Return the file beside one that has its name and one of other endings."""
    bare = file.with_suffix("") if is_gzip(file) else file
    return next((other for ending in endings if (other := bare.with_suffix(ending)).is_file()), None)
