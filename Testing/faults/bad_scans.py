"""Scans as they go wrong: one small file per case, always the same bytes, and what reading it must come to."""

from __future__ import annotations

import gzip
import struct
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import nibabel
import numpy as np
import SimpleITK as sitk

from RadioGenomicsLib.errors import GeometryError
from RadioGenomicsLib.errors import InputError
from RadioGenomicsLib.errors import RadioGenomicsError

# Byte offsets in a NIfTI-1 header: https://nifti.nimh.nih.gov/pub/dist/src/niftilib/nifti1.h
_DIM, _DATATYPE, _BITPIX, _PIXDIM, _VOX_OFFSET, _SFORM = 40, 70, 72, 76, 108, 280
SHAPE_IJK = (7, 6, 5)


@dataclass(frozen=True)
class Case:
    """A file, and what becomes of it.

    Attributes:
        write: puts it into a folder and returns its path.
        error: the type that is raised; None where a correct volume comes back.
        reason: what the error says, a regular expression.
        spacing: of the correct volume, mm along i, j, k.
        checked: for a correct volume, whether its voxels are those of :func:`voxels`.
    """

    write: Callable[[Path], Path]
    error: type[RadioGenomicsError] | None = None
    reason: str = ""
    spacing: tuple[float, float, float] = (1.0, 1.5, 2.0)
    checked: bool = True


def voxels(dtype: type = np.int16) -> np.ndarray:
    """Return voxels ``[i, j, k]`` whose every value is another."""
    return np.arange(np.prod(SHAPE_IJK)).reshape(SHAPE_IJK).astype(dtype)


def affine(spacing: tuple[float, float, float] = (1.0, 1.5, 2.0)) -> np.ndarray:
    """Return an upright grid in RAS."""
    matrix = np.diag([*spacing, 1.0])
    matrix[:3, 3] = (-3.0, -4.0, -5.0)
    return matrix


def nifti(array: np.ndarray | None = None, matrix: np.ndarray | None = None) -> bytearray:
    """Return the bytes of a NIfTI-1 file, to be altered."""
    array = voxels() if array is None else array
    image = nibabel.Nifti1Image(array, affine() if matrix is None else matrix, dtype=array.dtype)
    return bytearray(image.to_bytes())


def _file(name: str, content: Callable[[], bytes]) -> Callable[[Path], Path]:
    def write(folder: Path) -> Path:
        path = folder / name
        path.write_bytes(content())
        return path

    return write


def _nifti(change: Callable[[bytearray], object] = lambda content: None, **made: object) -> Callable[[Path], Path]:
    def content() -> bytes:
        whole = nifti(**{key: make() for key, make in made.items()})
        change(whole)
        return bytes(whole)

    return _file("scan.nii", content)


def _itk(name: str, array: Callable[[], np.ndarray], *, cut: int = 0, vector: bool = False) -> Callable[[Path], Path]:
    """Write by ITK, and take bytes off the end."""

    def write(folder: Path) -> Path:
        image = sitk.GetImageFromArray(array(), isVector=vector)
        if image.GetDimension() == 3:
            image.SetSpacing((1.0, 1.5, 2.0))
        sitk.WriteImage(image, str(folder / name), useCompression=cut > 0)
        if cut:
            content = (folder / name).read_bytes()
            (folder / name).write_bytes(content[:-cut])
        return folder / name

    return write


def _pack(form: str, offset: int, *values: float) -> Callable[[bytearray], object]:
    return lambda content: struct.pack_into(form, content, offset, *values)


def _kji(dtype: type = np.int16) -> np.ndarray:
    return voxels(dtype).transpose()


def _with(value: float, everywhere: bool = False) -> np.ndarray:
    array = voxels(np.float32)
    array[slice(None) if everywhere else (2, 3, 4)] = value
    return array


def _noise_kji() -> np.ndarray:
    # Compressed data must be long enough to be cut off in their middle.
    return np.random.default_rng(0).integers(0, 4000, (30, 40, 50), dtype=np.int16)


def _sheared() -> np.ndarray:
    return affine() @ (np.eye(4) + 0.3 * np.eye(4, k=1) * [0, 1, 0, 0])


def _left_handed() -> np.ndarray:
    return affine() @ np.diag([-1.0, 1.0, 1.0, 1.0])


def _singular() -> np.ndarray:
    matrix = affine()
    matrix[:3, 2] = matrix[:3, 1]
    return matrix


def _by_sform_only(matrix: np.ndarray) -> Callable[[bytearray], object]:
    def change(content: bytearray) -> None:
        struct.pack_into("<hh", content, 252, 0, 1)
        struct.pack_into("<12f", content, _SFORM, *matrix[:3].ravel())

    return change


def _big_endian() -> bytes:
    image = nibabel.Nifti1Image(voxels(), affine())
    return nibabel.Nifti1Image(voxels().astype(">i2"), affine(), image.header.as_byteswapped(">")).to_bytes()


def _detached(data: str, header: str = "") -> Callable[[Path], Path]:
    def write(folder: Path) -> Path:
        (folder / "scan.mhd").write_text(
            "ObjectType = Image\nNDims = 3\nDimSize = 7 6 5\nElementType = MET_SHORT\n"
            f"{header}ElementDataFile = {data}\n"
        )
        return folder / "scan.mhd"

    return write


def _meta_image(folder: Path, header: str) -> Path:
    path = _detached("LOCAL", header)(folder)
    path.write_bytes(path.read_bytes() + voxels().transpose().tobytes())
    return path


def _pair() -> Callable[[Path], Path]:
    def write(folder: Path) -> Path:
        nibabel.save(nibabel.Nifti1Pair(voxels(), affine()), folder / "scan.img")
        return folder / "scan.img"

    return write


def _nrrd(header: str, data: bytes) -> Callable[[Path], Path]:
    text = f"NRRD0004\ntype: short\ndimension: 3\nendian: little\n{header}\n"
    return _file("scan.nrrd", lambda: text.encode() + data)


_SIZES, _SPACINGS, _RAW = "sizes: 7 6 5\n", "spacings: 1 1.5 2\n", "encoding: raw\n"
_IN_LPS = "space: left-posterior-superior\nspace directions: (1,0,0) (0,1.5,0) (0,0,2)\n"
_DATA = voxels().transpose().tobytes()

SCANS: dict[str, Case] = {
    "whole": Case(_nifti()),
    "zero bytes": Case(_file("scan.nii", bytes), InputError, "not an image"),
    "zero bytes, gzip": Case(_file("scan.nii.gz", bytes), InputError, "not an image"),
    "text": Case(_file("scan.nii", lambda: b"Dear colleague, " * 60), InputError, "not an image"),
    "wrong magic": Case(_nifti(_pack("4s", 344, b"abc\0")), InputError, "ANALYZE"),
    "wrong ending": Case(_file("scan.nrrd", lambda: bytes(nifti())), InputError, "damaged or not an image"),
    "gzip cut off": Case(
        _file("scan.nii.gz", lambda: gzip.compress(bytes(nifti()), mtime=0)[:-30]), InputError, "ends too early"
    ),
    "gzip with a wrong checksum": Case(
        _file("scan.nii.gz", lambda: gzip.compress(bytes(nifti()), mtime=0)[:-8] + bytes(8)), InputError, "damaged"
    ),
    "no gzip at all": Case(_file("scan.nii.gz", lambda: bytes(nifti())), InputError, "damaged"),
    "gzip of text": Case(_file("scan.nii.gz", lambda: gzip.compress(b"text" * 200, mtime=0)), InputError, "damaged"),
    "NIfTI data cut off": Case(_file("scan.nii", lambda: bytes(nifti())[:-40]), InputError, "732 bytes of 772"),
    "NIfTI header cut off": Case(_file("scan.nii", lambda: bytes(nifti())[:200]), InputError, "damaged"),
    "NIfTI data cut off inside gzip": Case(
        _file("scan.nii.gz", lambda: gzip.compress(bytes(nifti())[:-40], mtime=0)), InputError, "damaged"
    ),
    "NRRD raw data cut off": Case(_nrrd(_SIZES + _SPACINGS + _RAW, _DATA[:-40]), InputError, "damaged|too short"),
    "NRRD gzip data cut off": Case(_itk("scan.nrrd", _noise_kji, cut=20_000), InputError, "damaged|too early"),
    "MetaImage data cut off": Case(_itk("scan.mha", _noise_kji, cut=20_000), InputError, "damaged|too early"),
    "data longer than the header says": Case(_file("scan.nii", lambda: bytes(nifti()) + bytes(100))),
    "MetaImage with -3 axes": Case(_detached("LOCAL", "NDims = -3\n"), InputError, "claims a size"),
    "MetaImage with a size in words": Case(_detached("LOCAL", "DimSize = a b c\n"), InputError, "claims a size"),
    "data file missing": Case(_detached("gone.raw"), InputError, "damaged|missing"),
    "header that claims 2 GB": Case(_nifti(_pack("<8h", _DIM, 3, 1024, 1024, 1024, 1, 1, 1, 1)), InputError, "claims"),
    "header that claims 2 GB, gzip": Case(
        _file("scan.nii.gz", lambda: gzip.compress(_claiming(1024, 1024, 1024), mtime=0)), InputError, "claims"
    ),
    "header that claims 2 GB, NRRD": Case(_nrrd("sizes: 1024 1024 1024\n" + _RAW, _DATA), InputError, "claims"),
    "header that claims more voxels than there are numbers": Case(
        _nrrd("sizes: 2147483647 2147483647 2147483647\n" + _RAW, _DATA), InputError, "claims|damaged"
    ),
    "header that claims no bits for each voxel": Case(
        _nifti(
            lambda content: (
                _pack("<8h", _DIM, 3, 512, 512, 512, 1, 1, 1, 1)(content),
                _pack("<h", _BITPIX, 0)(content),
            )
        ),
        InputError,
        "ends too early",
    ),
    "negative size": Case(_nifti(_pack("<8h", _DIM, 3, 7, -6, 5, 1, 1, 1, 1)), InputError, "damaged|claims"),
    "a size of zero": Case(_nrrd("sizes: 7 0 5\n" + _RAW, _DATA), InputError, "damaged|claims"),
    "some NaN and infinity": Case(_nifti(array=lambda: _with(np.nan)), checked=False),
    "NaN everywhere": Case(_nifti(array=lambda: _with(np.nan, True)), InputError, "same value"),
    "infinity everywhere": Case(
        _itk("scan.nrrd", lambda: np.full((5, 6, 7), np.inf, np.float32)), InputError, "finite"
    ),
    "one wild value": Case(_nifti(array=lambda: _with(3e38)), checked=False),
    "constant": Case(_nifti(array=lambda: _with(7.0, True)), InputError, "same value"),
    "int64": Case(_itk("scan.nrrd", lambda: _kji(np.int64))),
    "float64": Case(_nifti(array=lambda: voxels(np.float64))),
    "8 bit": Case(_nifti(array=lambda: voxels(np.uint8))),
    "complex": Case(_nifti(array=lambda: voxels(np.complex64)), InputError, "complex"),
    "big-endian": Case(_file("scan.nii", _big_endian)),
    "big-endian NRRD": Case(
        _file(
            "scan.nrrd",
            lambda: (
                f"NRRD0004\ntype: short\ndimension: 3\nendian: big\n{_SIZES}{_IN_LPS}{_RAW}\n".encode()
                + voxels(">i2").transpose().tobytes()
            ),
        )
    ),
    "an unknown voxel type": Case(_nifti(_pack("<hh", _DATATYPE, 1536, 128)), InputError, "damaged"),
    "color": Case(
        _itk("scan.nrrd", lambda: np.stack([_kji(np.uint8)] * 3, axis=-1), vector=True), InputError, "color picture"
    ),
    "color with one channel": Case(_itk("scan.nrrd", lambda: _kji(np.uint8)[..., None], vector=True)),
    "4-D": Case(_nifti(array=lambda: np.stack([voxels()] * 3, axis=-1)), InputError, "3 components"),
    "4-D with one volume": Case(_nifti(array=lambda: voxels()[..., None])),
    "5-D": Case(_nifti(array=lambda: np.stack([voxels()] * 2, axis=-1)[..., None, :]), InputError, "D with"),
    "2-D": Case(_itk("scan.nrrd", lambda: _kji()[0]), InputError, "2-D"),
    "one slice": Case(_nifti(array=lambda: voxels()[:, :, :1]), checked=False),
    "voxels of 1e-9 mm": Case(_nifti(matrix=lambda: affine((1e-9,) * 3)), GeometryError, "have no length"),
    "voxels of 1e9 mm": Case(_nifti(matrix=lambda: affine((1e9,) * 3)), GeometryError, "implausible|not numbers"),
    "voxels of 0 mm": Case(_nrrd("spacings: 1 0 2\n" + _SIZES + _RAW, _DATA), InputError, "damaged|implausible"),
    "voxels of NaN mm": Case(_nifti(_by_sform_only(affine((1.0, np.nan, 2.0)))), GeometryError, "not numbers"),
    "NaN all over the geometry": Case(_nifti(_by_sform_only(np.full((4, 4), np.nan))), GeometryError, "not numbers"),
    "far from everything": Case(_nifti(matrix=lambda: affine() + 1e12 * np.eye(4, k=3)), GeometryError, "not numbers"),
    "NaN in the geometry, NRRD": Case(
        _nrrd(_SIZES + _RAW + "space: left-posterior-superior\nspace directions: (1,0,0) (0,nan,0) (0,0,2)\n", _DATA),
        InputError,
        "damaged",
    ),
    "NaN in the geometry, MetaImage": Case(
        _detached("LOCAL", "TransformMatrix = 1 0 0 0 nan 0 0 0 1\nElementSpacing = 1 1 1\n"), InputError, "damaged"
    ),
    "sheared": Case(_nifti(_by_sform_only(_sheared())), GeometryError, "right angles"),
    "singular": Case(_nifti(_by_sform_only(_singular())), GeometryError, "singular"),
    "left-handed": Case(_nifti(matrix=_left_handed)),
    "no qform and no sform": Case(_nifti(_pack("<hh", 252, 0, 0)), GeometryError, "left and right cannot be told"),
    "NRRD without a space": Case(_nrrd(_SIZES + _SPACINGS + _RAW, _DATA), GeometryError, "has no space"),
    "NRRD in the scanner's space": Case(
        _nrrd(_SIZES + _IN_LPS.replace("left-posterior-superior", "scanner-xyz") + _RAW, _DATA),
        GeometryError,
        "its space is scanner-xyz",
    ),
    "MetaImage without directions": Case(
        lambda folder: _meta_image(folder, "ElementSpacing = 1 1.5 2\n"), GeometryError, "no TransformMatrix"
    ),
    "a negative voxel size beside an sform": Case(_nifti(_pack("<f", _PIXDIM + 4, -1.0))),
    "a negative voxel size and a qform alone": Case(
        _nifti(lambda content: (_pack("<f", _PIXDIM + 4, -1.0)(content), _pack("<hh", 252, 1, 0)(content))),
        GeometryError,
        "negative voxel size",
    ),
    "a fourth axis of size 0": Case(_nifti(_pack("<8h", _DIM, 4, 7, 6, 5, 0, 0, 0, 0))),
    "NIfTI-2": Case(_file("scan.nii", lambda: nibabel.Nifti2Image(voxels(), affine()).to_bytes())),
    "NIfTI-2 cut off": Case(
        _file("scan.nii", lambda: nibabel.Nifti2Image(voxels(), affine()).to_bytes()[:-40]), InputError, "too early"
    ),
    "voxels of a pair": Case(_pair()),
    "voxels of a pair without their header": Case(
        _file("scan.img", lambda: voxels().tobytes()), InputError, "header .* is not beside it"
    ),
    "MGH": Case(_file("scan.mgh", lambda: nibabel.MGHImage(voxels(), affine()).to_bytes())),
    "MGZ": Case(_file("scan.mgz", lambda: gzip.compress(nibabel.MGHImage(voxels(), affine()).to_bytes(), mtime=0))),
    "MGZ cut off": Case(
        _file("scan.mgz", lambda: gzip.compress(nibabel.MGHImage(voxels(), affine()).to_bytes()[:500], mtime=0)),
        InputError,
        "ends too early",
    ),
    "two segments": Case(lambda folder: _segmentation(folder), InputError, "constant|same value"),
    "a folder's name": Case(lambda folder: folder / "nothing.nii", InputError, "no such file"),
    "a name too long": Case(lambda folder: folder / ("x" * 300 + ".nii"), InputError, "no such file"),
    "a name with a zero byte": Case(lambda folder: Path(f"{folder}/a\0b.nii"), InputError, "no such file"),
    "a component beyond counting": Case(
        lambda folder: Path(f"{_nifti(array=lambda: np.stack([voxels()] * 2, axis=-1))(folder)}#{'9' * 5000}"),
        InputError,
        "no such component",
    ),
}


def _claiming(*size: int) -> bytes:
    content = nifti()
    struct.pack_into("<8h", content, _DIM, 3, *size, 1, 1, 1, 1)
    return bytes(content)


def _segmentation(folder: Path) -> Path:
    image = sitk.GetImageFromArray(np.ones((5, 6, 7), np.uint8))
    sitk.WriteImage(image, str(folder / "scan.seg.nrrd"))
    return folder / "scan.seg.nrrd"
