"""Resample a CT and an MR to voxels of 1 mm."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import SimpleITK as sitk
import torch
import torchio
from monai.data import MetaTensor
from monai.transforms import Spacing
from scipy import ndimage

from RadioGenomicsLib.imaging import grid
from RadioGenomicsLib.imaging.grid import resample
from RadioGenomicsLib.imaging.itk import to_image
from RadioGenomicsLib.imaging.volume import Volume
from Testing.benchmarks.contenders import OURS
from Testing.benchmarks.contenders import Contender
from Testing.benchmarks.contenders import compare
from Testing.benchmarks.measurement import Measurement
from Testing.benchmarks.synthetic_scans import ct
from Testing.benchmarks.synthetic_scans import mr
from Testing.benchmarks.tables import Comparison

_SPACING_MM = (1.0, 1.0, 1.0)
_GOAL = "at least 2 x faster than the fastest of the others, same values"
_OFF = "largest difference, of the range of the values"
# Of the range: the others add in float64.
_ROUNDING = 1e-6
# Of the range: in float32, MONAI places its voxels to within 1e-4 of a voxel.
_PLACES_IN_FLOAT32 = 1e-3


def measure() -> Measurement:
    """Time linear interpolation for all, then with smoothing for those that have it."""
    scan, finer = ct(), mr()
    like = _spacing_grid(scan)
    comparisons = [
        _linear("CT 512 x 512 x 300", scan, like),
        _smoothed("CT 512 x 512 x 300", scan, like),
        # None of its axes is reduced by so much that the product smooths it.
        _linear("MR 256 x 256 x 60", finer, _spacing_grid(finer)),
    ]
    return Measurement(
        "Resampling to 1 mm",
        ("numpy", "scipy", "SimpleITK", "torch", "monai", "torchio"),
        comparisons,
        {"resample, CT": lambda: resample(scan, like)},
        _TRIED,
    )


def _linear(name: str, scan: Volume, like: Volume) -> Comparison:
    image, tensor, subject = _forms(scan)
    contenders = [
        Contender("SimpleITK", lambda: _itk(image, like), 15, 0.0),
        Contender(f"{OURS} without its smoothing", lambda: _unsmoothed(scan, like), 15, _ROUNDING),
        Contender("SciPy affine_transform", lambda: _scipy(scan, like), 3, _ROUNDING),
        Contender("MONAI Spacing", lambda: _monai(tensor, np.float64), 3, _ROUNDING),
        Contender("MONAI Spacing(dtype=float32)", lambda: _monai(tensor, np.float32), 3, _PLACES_IN_FLOAT32),
        Contender("TorchIO Resample", lambda: _torchio(subject, like, antialias=False), 3, _ROUNDING),
    ]
    return Comparison(f"{name}, linear", _GOAL, compare(contenders, _difference(scan)), _OFF)


def _smoothed(name: str, scan: Volume, like: Volume) -> Comparison:
    image, _, subject = _forms(scan)
    contenders = [
        Contender("SciPy gaussian_filter, then SimpleITK", lambda: _gaussian_then_itk(scan, like), 3, 0.0),
        Contender(OURS, lambda: resample(scan, like).array, 15, _ROUNDING),
        Contender(
            "TorchIO Resample(antialias=True)",
            lambda: _torchio(subject, like, antialias=True),
            2,
            None,
            "not comparable: its Gaussian is another",
        ),
        Contender("SimpleITK, linear", lambda: _itk(image, like), 15, None, "not comparable: does not smooth, aliases"),
    ]
    return Comparison(f"{name}, anti-aliased", _GOAL, compare(contenders, _difference(scan)), _OFF)


def _forms(scan: Volume) -> tuple[sitk.Image, MetaTensor, torchio.ScalarImage]:
    """Return the scan as the others have it; making it so, and their results into arrays, is not timed."""
    tensor = torch.from_numpy(np.ascontiguousarray(scan.array.transpose(2, 1, 0))[None])
    affine = torch.from_numpy(scan.affine.copy())
    return to_image(scan), MetaTensor(tensor, affine=affine), torchio.ScalarImage(tensor=tensor, affine=affine)


def _difference(scan: Volume) -> Callable[[object, object], float]:
    span = np.ptp(scan.array)
    return lambda one, other: float(np.abs(_kji(one) - _kji(other)).max() / span)


def _kji(result: object) -> np.ndarray:
    if isinstance(result, sitk.Image):
        return sitk.GetArrayFromImage(result)
    return result if isinstance(result, np.ndarray) else np.asarray(result)[0].transpose(2, 1, 0)


def _spacing_grid(scan: Volume) -> Volume:
    """Return the grid that MONAI's Spacing chooses: the first voxel stays where it is. The others take any grid."""
    empty = torch.zeros((1, *scan.size))
    chosen = Spacing(_SPACING_MM, mode="nearest")(MetaTensor(empty, affine=torch.from_numpy(scan.affine.copy())))
    return Volume(np.broadcast_to(np.uint8(0), tuple(chosen.shape[1:])[::-1]), chosen.affine.numpy())


def _unsmoothed(scan: Volume, like: Volume) -> np.ndarray:
    reduction, grid._REDUCTION = grid._REDUCTION, np.inf
    try:
        return resample(scan, like).array
    finally:
        grid._REDUCTION = reduction


def _itk(image: sitk.Image, like: Volume) -> sitk.Image:
    spacing, direction = np.array(like.spacing), np.diag([-1.0, -1.0, 1.0]) @ like.affine[:3, :3]
    origin = np.diag([-1.0, -1.0, 1.0]) @ like.affine[:3, 3]
    size = [int(n) for n in like.size]
    placed = (origin.tolist(), spacing.tolist(), (direction / spacing).ravel().tolist())
    return sitk.Resample(image, size, sitk.Transform(), sitk.sitkLinear, *placed, 0.0, sitk.sitkFloat32)


def _gaussian_then_itk(scan: Volume, like: Volume) -> sitk.Image:
    ratio = np.array(like.spacing) / np.array(scan.spacing)
    sigma = np.where(ratio > grid._REDUCTION, np.sqrt(np.maximum(ratio**2 - 1, 0)) / grid._FWHM, 0.0)
    smooth = ndimage.gaussian_filter(scan.array, sigma[::-1], mode="nearest", truncate=3.0)
    return _itk(to_image(scan.with_array(smooth)), like)


def _scipy(scan: Volume, like: Volume) -> np.ndarray:
    own = np.linalg.inv(scan.affine) @ like.affine
    step, start = np.diag(own)[2::-1], own[2::-1, 3]
    return ndimage.affine_transform(scan.array, step, start, like.array.shape, order=1, mode="nearest")


def _monai(image: MetaTensor, dtype: type) -> MetaTensor:
    return Spacing(_SPACING_MM, mode="bilinear", dtype=dtype)(image)


def _torchio(image: torchio.ScalarImage, like: Volume, *, antialias: bool) -> torch.Tensor:
    target = (tuple(like.size), like.affine)
    return torchio.Resample(target, image_interpolation="linear", antialias=antialias)(image).data


_TRIED = """One thread and two give the same bytes.

Eight planes of a slab go through each call. One at a time, as before, the two threads wait for Python in between:
217 ms instead of 144 for the CT, and 25 ms instead of 16 for the MR (in turns, median of 15 on an EPYC). With 4 or 16
planes the CT takes 148 ms and the MR 16 ms.

Tried for the CT on two cores with one plane at a time, and not taken: whole products on BLAS's own threads (as fast;
on an EPYC the last bits differ between one and two); these beside threads of our own over slabs, which get into each
other's way (0.24 to 0.35 s where one takes 0.21 s); blocks of 4, 8, 16 or 64 rows of the matrices (0.21 to 0.25 s);
SciPy's `gaussian_filter` and SimpleITK one after the other, which the product did before (1.8 s); masks by nearest
neighbor, which stay with ITK (0.42 s) since a voxel halfway between two would change sides; buffers that the slabs
share (0.16 s, as without).

A virtual machine may have to ask its host for memory that nobody has used for a while. To fill the 193 MB of the
result took 0.4 s the first time on this one, and 0.02 s from then on, or 0.07 to 0.09 s with
`NUMPY_MADVISE_HUGEPAGE=0`, without the large pages that NumPy asks for. So every timed call follows an untimed one of
the same contender."""
