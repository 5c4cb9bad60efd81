"""Bring a volume to other axes or another grid without moving anything in the patient."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import SimpleITK as sitk

from RadioGenomicsLib.imaging import separable
from RadioGenomicsLib.imaging.itk import from_image
from RadioGenomicsLib.imaging.itk import to_image
from RadioGenomicsLib.imaging.volume import Volume

# Along i, j, k of a canonical volume, in RAS: to the left, to the back, upward (as axial DICOM slices lie).
_CANONICAL = np.diag([-1.0, -1.0, 1.0])
# Half width of a Gaussian in standard deviations.
_FWHM = 2.0 * np.sqrt(2.0 * np.log(2.0))
# Below this reduction the aliasing is less than the blur of a prefilter.
_REDUCTION = 1.2
# Of a voxel, over the whole grid: what direction cosines in float32 leave of parallel axes.
_PARALLEL = 1e-4


def canonical(volume: Volume) -> Volume:
    """Reorder and flip the axes so that i points left, j back and k up, as nearly as they can.

    No voxel is interpolated, and none moves: an oblique volume stays oblique. Nor is any copied: the array is a view.
    """
    order, flips = _axes(volume)
    array = volume.array.transpose([2 - order[2 - axis] for axis in range(3)])
    matrix = volume.affine[:3, :3][:, order]
    origin = volume.affine[:3, 3].copy()
    for axis in np.flatnonzero(flips):
        array = np.flip(array, 2 - int(axis))
        origin = origin + matrix[:, axis] * (array.shape[2 - axis] - 1)
        matrix[:, axis] = -matrix[:, axis]
    return Volume(array, _affine(matrix, origin), volume.name)


def room_for(grid: Volume) -> np.ndarray:
    """Return room for the voxels ``[k, j, i]`` of a scan (float32), which lie in memory flipped as in canonical axes.

    So what needs them in that order, and in one piece, need not copy them, unless axes are swapped, too.

    Args:
        grid: where they will lie, of sound geometry; its voxels are not looked at.
    """
    order, flips = _axes(grid)
    return np.flip(np.empty(grid.array.shape, np.float32), tuple(2 - order[flips]))


def grid_of(volume: Volume, spacing_mm: tuple[float | None, float | None, float | None]) -> Volume:
    """Return an empty grid (uint8 zeros) over the same box, in canonical axes, at another voxel size.

    Both boxes have the same center; where the size is not a multiple, the grid's is larger by less than a voxel.

    Args:
        volume: what to cover; an oblique one keeps its direction.
        spacing_mm: along the canonical i, j, k; None keeps that axis as it is.
    """
    source = _geometry_only(volume)
    old = np.array(source.spacing)
    new = np.array([o if n is None else float(n) for o, n in zip(old, spacing_mm, strict=True)])
    size = np.array(source.size)
    # The slack keeps 3.0000001 voxels from becoming 4.
    new_size = np.maximum(1, np.ceil(size * old / new - 1e-3)).astype(int)
    matrix = source.affine[:3, :3] * (new / old)
    center = source.ras((size - 1) / 2)
    origin = center - matrix @ ((new_size - 1) / 2)
    return Volume(np.zeros(new_size[::-1], np.uint8), _affine(matrix, origin), volume.name)


def resample(volume: Volume, like: Volume, *, nearest: bool = False, fill: float = 0.0) -> Volume:
    """Return the volume on another grid, each voxel at its place in RAS.

    Linear interpolation; an axis that is reduced by more than 1.2 is smoothed first by a Gaussian that brings
    the voxel's width to the new one (Cardoso et al. 2015, "Scale factor point spread function matching").

    Args:
        volume: a scan, whose voxels are finite, or a mask with ``nearest``.
        like: the grid to go to; its voxels are not looked at.
        nearest: take the nearest voxel and keep the voxel type, for masks and labels.
        fill: value outside the volume.
    """
    if volume.same_grid(like):
        return volume if nearest else volume.with_array(volume.array.astype(np.float32))
    if nearest:
        return _by_itk(volume, like, sitk.sitkNearestNeighbor, fill)
    partner = _partners(volume, like)
    ratio = np.array(like.spacing)[partner] / np.array(volume.spacing)
    sigma = np.where(ratio > _REDUCTION, np.sqrt(np.maximum(ratio**2 - 1.0, 0.0)) / _FWHM, 0.0)
    smoothing = [separable.smoothing_matrix(*axis) for axis in zip(volume.size, sigma, strict=True)]
    places = _places(volume, like, partner)
    if places is not None:
        return _along_axes(volume, like, partner, places, smoothing, fill)
    if sigma.any():
        volume = volume.with_array(separable.apply(volume.array, smoothing[::-1]))
    return _by_itk(volume.with_array(volume.array.astype(np.float32)), like, sitk.sitkLinear, fill)


def _axes(volume: Volume) -> tuple[np.ndarray, np.ndarray]:
    """Return which axis of the volume serves as canonical i, j, k, and which of these must be flipped."""
    cosines = _CANONICAL.T @ (volume.affine[:3, :3] / np.array(volume.spacing))
    order = _pairing(cosines)
    flips = cosines[np.arange(3), order] < 0
    return order, flips


def _geometry_only(volume: Volume) -> Volume:
    """The canonical volume without its voxels."""
    return canonical(Volume(np.broadcast_to(np.uint8(0), volume.array.shape), volume.affine, volume.name))


def _affine(matrix: np.ndarray, origin: np.ndarray) -> np.ndarray:
    affine = np.eye(4)
    affine[:3, :3] = matrix
    affine[:3, 3] = origin
    return affine


def _partners(volume: Volume, like: Volume) -> np.ndarray:
    """Return for each axis i, j, k of a volume the axis of another grid that runs most alike."""
    own = volume.affine[:3, :3] / np.array(volume.spacing)
    target = like.affine[:3, :3] / np.array(like.spacing)
    return _pairing(own.T @ target)


def _pairing(cosines: np.ndarray) -> np.ndarray:
    """Return for each row of ``[3, 3]`` the column of its own that runs most alike, either way."""
    alike = np.abs(cosines)
    # Of six ways the best: scipy.optimize has one for any size, but every start would wait for its import.
    return np.array(max(permutations(range(3)), key=lambda columns: alike[range(3), columns].sum()))


def _places(volume: Volume, like: Volume, partner: np.ndarray) -> list[np.ndarray] | None:
    """Return for each axis of a volume the places of the grid's voxels along it; None where the axes are oblique."""
    to_own = np.linalg.inv(volume.affine) @ like.affine
    along = to_own[np.arange(3), partner]
    extent = np.array(like.size) - 1
    sideways = np.abs(to_own[:3, :3]) @ extent - np.abs(along) * extent[partner]
    if sideways.max() > _PARALLEL:
        return None
    return [
        step * np.arange(like.size[axis]) + to_own[own, 3]
        for own, (axis, step) in enumerate(zip(partner, along, strict=True))
    ]


def _along_axes(
    volume: Volume,
    like: Volume,
    partner: np.ndarray,
    places: list[np.ndarray],
    smoothing: list[np.ndarray],
    fill: float,
) -> Volume:
    """Smooth and interpolate on a grid with parallel axes."""
    matrices = [separable.linear_matrix(*axis) for axis in zip(smoothing, places, strict=True)]
    own = np.argsort(partner)
    kji = [int(own[axis]) for axis in (2, 1, 0)]
    # Neighbors are added in the grid's order, so that a scan and its flipped copy give the same bytes.
    turned = [slice(None, None, -1 if place[-1] < place[0] else 1) for place in places]
    array = separable.apply(
        volume.array[turned[2], turned[1], turned[0]].transpose([2 - axis for axis in kji]),
        [matrices[axis][:, turned[axis]] for axis in kji],
    )
    for new_axis, axis in enumerate(kji):
        outside = ~separable.is_inside(volume.size[axis], places[axis])
        if outside.any():
            array[(slice(None),) * new_axis + (outside,)] = fill
    return Volume(array, like.affine, volume.name)


def _by_itk(volume: Volume, like: Volume, interpolator: int, fill: float) -> Volume:
    reference = to_image(Volume(np.broadcast_to(np.uint8(0), (1, 1, 1)), like.affine))
    filter_ = sitk.ResampleImageFilter()
    filter_.SetSize([int(n) for n in like.size])
    filter_.SetOutputSpacing(reference.GetSpacing())
    filter_.SetOutputDirection(reference.GetDirection())
    filter_.SetOutputOrigin(reference.GetOrigin())
    filter_.SetInterpolator(interpolator)
    filter_.SetDefaultPixelValue(float(fill))
    result = from_image(filter_.Execute(to_image(volume)), volume.name)
    return Volume(result.array, like.affine, volume.name)
