"""The tumor as a mask: grown from a seed, cut by a box, or taken from a mask."""

from __future__ import annotations

import numpy as np
import SimpleITK as sitk
from numpy.typing import ArrayLike
from scipy import ndimage

from RadioGenomicsLib.errors import RegionError
from RadioGenomicsLib.imaging.body_part import is_ct
from RadioGenomicsLib.imaging.itk import to_image
from RadioGenomicsLib.imaging.region import body_mask
from RadioGenomicsLib.imaging.region import lung_mask
from RadioGenomicsLib.imaging.region import on_grid
from RadioGenomicsLib.imaging.volume import Volume

_SMOOTHING_MM = 1.0
_SEED_RADIUS_MM = 3.0
# Bridges narrower than twice this (vessels, bright rims of the ventricles) do not carry the growth on.
_OPENING_MM = 2.0
_FAR_MM = 1e7
# Of ITK's recursive smoothing.
_FEWEST_VOXELS = 4
_ROUNDS = 5
# In spreads of the tissue around: less than this is not told from noise.
_LEAST_CONTRAST = 1.0
_LARGEST_PART = 0.5
# Where a tumor may be anywhere, what grows may be a head.
_LARGEST_ML = 1000.0


def tumor_from_seed(volume: Volume, seed_ras: ArrayLike, within: Volume | None = None) -> Volume:
    """Grow the tumor from a point in it.

    Connected-threshold growing on the smoothed scan; the threshold is halfway between the grown region and the
    tissue around it (Ridler and Calvard 1978), found in a few rounds; an opening cuts thin leaks.

    Args:
        volume: FLAIR or post-contrast T1 for a glioma, a CT for a lung tumor; lesions darker than their
            surroundings grow as well.
        seed_ras: the point, RAS millimeters.
        within: where the tumor can be, on any grid: the brain; where not given, the lungs of a CT (else its
            body), the body of any other scan.

    Returns:
        The mask (uint8) on the volume's grid, inside ``within``.

    Raises:
        RegionError: the seed lies outside, does not stand out, or the growth runs through half of ``within`` or
            measures more than a liter; or the scan is too thin.
    """
    if min(volume.size) < _FEWEST_VOXELS:
        reason = f"the scan is less than {_FEWEST_VOXELS} voxels thick, which is too thin to grow in"
        raise RegionError("seed", reason, "Draw the tumor, or place a box around it.")
    seed_ras = np.asarray(seed_ras, float)
    seed = np.rint(volume.ijk(np.clip(np.nan_to_num(seed_ras), -_FAR_MM, _FAR_MM))).astype(int)
    if not np.isfinite(seed_ras).all() or (seed < 0).any() or (seed >= volume.size).any():
        raise RegionError("seed", "it lies outside the scan", "Place it in the tumor.")
    kji = tuple(seed[::-1])
    allowed = on_grid(within, volume) if within is not None else _allowed(volume, kji)
    if not allowed[kji]:
        raise RegionError("seed", f"it lies outside {_name(within)}", "Place it in the tumor, or correct that region.")
    image = sitk.SmoothingRecursiveGaussian(sitk.Cast(to_image(volume), sitk.sitkFloat32), _SMOOTHING_MM)
    smooth = np.clip(sitk.GetArrayFromImage(image), volume.array.min(), volume.array.max())
    image = sitk.GetImageFromArray(np.where(allowed, smooth, np.float32(np.nan)))

    inside = _ball(volume, seed) & allowed
    region = inside
    for _ in range(_ROUNDS):
        level, around = float(np.median(smooth[inside])), smooth[allowed & ~region]
        if not around.size:
            reason = f"{_name(within)} holds nothing around it to compare it with"
            raise RegionError("seed", reason, "Give a larger region, or draw the tumor.")
        low, middle, high = np.percentile(around, (16, 50, 84))
        if abs(level - middle) < _LEAST_CONTRAST * (high - low) / 2:
            raise RegionError(
                "seed",
                "the tissue there does not stand out",
                "Place it in tissue that differs (on FLAIR: bright), or draw the tumor.",
            )
        threshold = (level + middle) / 2
        bounds = (threshold, float(smooth.max())) if level > middle else (float(smooth.min()), threshold)
        grown = _grow(image, seed, bounds, volume.spacing)
        if not grown.any():
            raise RegionError(
                "seed", "nothing grows from it", "Place it in the middle of the tumor, or draw the tumor."
            )
        if grown.sum() > min(_LARGEST_PART * allowed.sum(), _LARGEST_ML / volume.voxel_ml):
            raise RegionError(
                "seed",
                "the growth runs through most of the region",
                "Place it in tissue that differs (on FLAIR: bright), or draw the tumor.",
            )
        if np.array_equal(grown, region):
            break
        region = inside = grown
    return volume.with_array(region.astype(np.uint8), "Tumor")


def tumor_from_box(
    volume: Volume,
    center_ras: ArrayLike,
    size_mm: ArrayLike,
    *,
    axes: ArrayLike | None = None,
    within: Volume | None = None,
) -> Volume:
    """Return the voxels whose centers lie in a box (uint8, the volume's grid).

    Args:
        volume: gives the grid.
        center_ras: the box's center, RAS millimeters.
        size_mm: its lengths along its own axes.
        axes: 3 x 3, the unit vectors of its axes in RAS as columns; upright where not given.
        within: only what lies in this mask, on any grid.

    Raises:
        RegionError: no voxel lies in it.
    """
    axes = np.eye(3) if axes is None else np.asarray(axes, float)
    half = np.abs(np.asarray(size_mm, float)) / 2
    k, j, i = np.indices(volume.array.shape, sparse=True)  # type: ignore[misc]  # of any shape
    inside = np.ones(volume.array.shape, bool)
    # Position along each of the box's axes, as a sum over the three voxel indices.
    steps = axes.T @ volume.affine[:3, :3]
    start = axes.T @ (volume.affine[:3, 3] - np.asarray(center_ras, float))
    for step, offset, limit in zip(steps, start, half, strict=True):
        inside &= np.abs(step[0] * i + step[1] * j + step[2] * k + offset) <= limit
    if within is not None:
        inside &= on_grid(within, volume)
    if not inside.any():
        raise RegionError("box", f"it holds no voxel of {_name(within)}", "Move or enlarge it.")
    return volume.with_array(inside.astype(np.uint8), "Tumor")


def tumor_from_mask(mask: Volume, like: Volume) -> Volume:
    """Return a drawn mask on another grid (uint8).

    Raises:
        RegionError: nothing of it lies there.
    """
    inside = on_grid(mask, like)
    if not inside.any():
        raise RegionError(mask.name or "tumor", "nothing of it lies in the scan", "Check that both are of one study.")
    return like.with_array(inside.astype(np.uint8), mask.name or "Tumor")


def _grow(
    image: sitk.Image, seed: np.ndarray, bounds: tuple[float, float], spacing: tuple[float, float, float]
) -> np.ndarray:
    """Return what is connected to the seed within the bounds, thin bridges cut, holes filled."""
    seeds = [tuple(int(n) for n in seed)]
    connected = sitk.GetArrayFromImage(sitk.ConnectedThreshold(image, seeds, *bounds)) > 0
    if not connected.any():
        return connected
    result = np.zeros_like(connected)
    box = ndimage.find_objects(connected.view(np.uint8))[0]
    result[box] = _opened(connected[box], tuple(n - b.start for n, b in zip(seed[::-1], box, strict=True)), spacing)
    return result


def _opened(connected: np.ndarray, seed_kji: tuple[int, ...], spacing: tuple[float, float, float]) -> np.ndarray:
    """Keep the part around the seed that holds together without thin bridges, and fill its holes."""
    depth_mm = ndimage.distance_transform_edt(np.pad(connected, 1), spacing[::-1])[1:-1, 1:-1, 1:-1]
    labels, count = ndimage.label(depth_mm > _OPENING_MM)
    if not count:
        return connected
    # The seed may lie in the rim that the erosion takes: then the core next to it is meant.
    _, nearest = ndimage.distance_transform_edt(labels == 0, spacing[::-1], return_indices=True)
    core = labels == labels[tuple(nearest[(slice(None), *seed_kji)])]
    opened = connected & (ndimage.distance_transform_edt(~core, spacing[::-1]) <= _OPENING_MM)
    return ndimage.binary_fill_holes(opened)


def _ball(volume: Volume, seed: np.ndarray) -> np.ndarray:
    """The voxels around the seed, the seed's own at least."""
    k, j, i = np.indices(volume.array.shape, sparse=True)  # type: ignore[misc]  # of any shape
    sx, sy, sz = volume.spacing
    squared = ((i - seed[0]) * sx) ** 2 + ((j - seed[1]) * sy) ** 2 + ((k - seed[2]) * sz) ** 2
    return squared <= _SEED_RADIUS_MM**2


def _allowed(volume: Volume, kji: tuple[int, ...]) -> np.ndarray:
    if is_ct(volume):
        try:
            lungs = lung_mask(volume).array > 0
        except RegionError:
            lungs = np.zeros(volume.array.shape, bool)
        if lungs[kji]:
            return lungs
    return body_mask(volume).array > 0


def _name(within: Volume | None) -> str:
    return "the body" if within is None else within.name or "the region given"
