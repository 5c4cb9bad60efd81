"""Read a CT from NIfTI and from a DICOM series, bring its axes to one order, and normalize it."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from collections.abc import Sequence
from pathlib import Path

import dicom2nifti
import nibabel
import numpy as np
import SimpleITK as sitk
from monai.transforms import LoadImage
from monai.transforms import Orientation
from nibabel.orientations import axcodes2ornt
from nibabel.orientations import io_orientation
from nibabel.orientations import ornt_transform

from RadioGenomicsLib.imaging.dicom import read_image
from RadioGenomicsLib.imaging.grid import canonical
from RadioGenomicsLib.imaging.itk import from_image
from RadioGenomicsLib.imaging.normalize import normalize
from RadioGenomicsLib.imaging.volume import Volume
from Testing.benchmarks.contenders import OURS
from Testing.benchmarks.contenders import Contender
from Testing.benchmarks.contenders import compare
from Testing.benchmarks.measurement import Measurement
from Testing.benchmarks.synthetic_scans import ct
from Testing.benchmarks.synthetic_scans import write_dicom
from Testing.benchmarks.synthetic_scans import write_nifti
from Testing.benchmarks.tables import Comparison

_GOAL = "at least as fast as the fastest of the others, with all checks of the header"
# Voxels are equal; NIfTI keeps the affine in float32, DICOM in print.
_OFF = "largest difference of a voxel (HU) or of the affine (mm)"
_TOLERANCE = 1e-4
_CLIP = (-4.0, 6.0)
_AIR_HU = -500.0
_LESS = "not comparable, less work: of the whole scan, without a mask"

Reader = Callable[[Path], Volume]


def measure() -> Measurement:
    """Time reading and orienting, and then with a normalization: the product's by all, and a simpler one by the others.

    Every contender gives float32 in canonical axes in one piece of memory.
    """
    folder = tempfile.TemporaryDirectory(prefix="benchmark-reading-")
    place, scan = Path(folder.name), ct()
    nifti: list[tuple[str, Reader, int]] = [
        (OURS, _ours, 5),
        ("SimpleITK", _itk_file, 3),
        ("nibabel", _nibabel, 3),
        ("MONAI LoadImage, Orientation", _monai, 1),
    ]
    dicom: list[tuple[str, Reader, int]] = [
        (OURS, _ours, 5),
        ("SimpleITK ImageSeriesReader", _itk_series, 3),
        ("dicom2nifti, nibabel", _dicom2nifti, 1),
        ("MONAI LoadImage (pydicom), Orientation", _monai_dicom, 1),
    ]
    work = {
        "NIfTI (.nii)": (write_nifti(scan, place / "ct.nii"), nifti),
        "NIfTI (.nii.gz)": (write_nifti(scan, place / "ct.nii.gz"), nifti),
        "DICOM (300 files)": (write_dicom(scan, place / "dicom"), dicom),
    }
    body = scan.with_array((scan.array > _AIR_HU).astype(np.uint8))
    comparisons = [_read(name, path, readers) for name, (path, readers) in work.items()]
    # The others' reading alone takes several times as long.
    comparisons += [_normalized(name, path, readers[:-1], body) for name, (path, readers) in work.items()]
    return Measurement(
        "Reading a CT of 512 x 512 x 300 (int16)",
        ("numpy", "SimpleITK", "nibabel", "pydicom", "monai", "dicom2nifti"),
        comparisons,
        {f"read {name}": lambda path=path: read_image(path) for name, (path, _) in work.items()},
        # Kept until the profiles are made; the folder goes with it.
        _Prose(_TRIED, folder),
    )


class _Prose(str):
    """A text that keeps a folder until nobody needs the text any more."""

    __slots__ = ("folder",)

    def __new__(cls, text: str, folder: tempfile.TemporaryDirectory) -> _Prose:
        prose = super().__new__(cls, text)
        prose.folder = folder
        return prose


def _read(name: str, path: Path, readers: Sequence[tuple[str, Reader, int]]) -> Comparison:
    contenders = [Contender(who, lambda read=read: read(path), repeats, _TOLERANCE) for who, read, repeats in readers]
    return Comparison(f"{name}: read, orient", _GOAL, compare(contenders, _difference), _OFF)


def _normalized(name: str, path: Path, readers: Sequence[tuple[str, Reader, int]], body: Volume) -> Comparison:
    (who, ours, repeats), *others = readers
    contenders = [Contender(who, lambda: normalize(ours(path), body, clip=_CLIP), repeats, _TOLERANCE)]
    for peer, read, few in others:
        same, less = (lambda read=read: _by_numpy(read(path), body)), (lambda read=read: _scaled(read(path)))
        contenders.append(Contender(f"{peer}; the same by NumPy", same, few, _TOLERANCE))
        contenders.append(Contender(f"{peer}; mean and SD", less, few, None, _LESS))
    return Comparison(f"{name}: read, orient, normalize", _GOAL, compare(contenders, _difference), _OFF)


def _difference(one: Volume, other: Volume) -> float:
    return float(max(np.abs(one.array - other.array).max(), np.abs(one.affine - other.affine).max()))


def _ours(path: Path) -> Volume:
    return _in_one_piece(canonical(read_image(path)))


def _in_one_piece(scan: Volume) -> Volume:
    """What a network, a viewer or a file writer takes: no flipped view, whose cost would only come later."""
    return scan.with_array(np.ascontiguousarray(scan.array, np.float32))


def _oriented_itk(image: sitk.Image) -> Volume:
    return from_image(sitk.DICOMOrient(image, "LPS"), "", np.float32)


def _itk_file(path: Path) -> Volume:
    return _oriented_itk(sitk.ReadImage(str(path)))


def _itk_series(path: Path) -> Volume:
    reader = sitk.ImageSeriesReader()
    reader.SetFileNames(reader.GetGDCMSeriesFileNames(str(path)))
    return _oriented_itk(reader.Execute())


def _oriented_nibabel(image: nibabel.Nifti1Image) -> Volume:
    turned = image.as_reoriented(ornt_transform(io_orientation(image.affine), axcodes2ornt("LPS")))
    return _in_one_piece(Volume(turned.get_fdata(dtype=np.float32).transpose(), turned.affine))


def _nibabel(path: Path) -> Volume:
    return _oriented_nibabel(nibabel.load(path))


def _dicom2nifti(path: Path) -> Volume:
    return _oriented_nibabel(dicom2nifti.dicom_series_to_nifti(str(path), None, reorient_nifti=False)["NII"])


def _monai(path: Path, reader: str = "NibabelReader") -> Volume:
    image = Orientation("LPS")(LoadImage(reader=reader, image_only=True, ensure_channel_first=True)(path))
    return _in_one_piece(Volume(image[0].numpy().transpose(), image.affine.numpy()))


def _monai_dicom(path: Path) -> Volume:
    return _monai(path, "PydicomReader")


def _by_numpy(scan: Volume, body: Volume) -> Volume:
    """Median and percentiles inside a mask, as one writes it down."""
    inside = body.array > 0
    low, center, high = np.percentile(scan.array[inside], (16, 50, 84))
    z = np.clip((scan.array - center) / ((high - low) / 2), *_CLIP)
    z[~inside] = _CLIP[0]
    return scan.with_array(z.astype(np.float32))


def _scaled(scan: Volume) -> Volume:
    return scan.with_array((scan.array - scan.array.mean()) / scan.array.std())


_TRIED = """A .nii.gz is unzipped by ITK, whose zlib-ng takes a quarter of the time of Python's zlib; its checksum is
compared meanwhile. Before, the product unzipped it a second time for that."""
