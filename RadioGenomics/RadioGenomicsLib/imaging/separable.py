"""Smooth and interpolate a volume axis by axis: each axis has one banded matrix, and blocks of it are matrix products.

For each voxel, interpolation on a grid with parallel axes is a sum over few neighbors along each axis. As products of
small dense blocks it runs at the speed of BLAS, and a slab of the volume stays in the processor's cache meanwhile.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import SimpleITK as sitk
from scipy import ndimage

# Rows of a matrix, the columns that they need, and their weights.
_Block = tuple[slice, slice, np.ndarray]
# Rows of a matrix that are applied together: larger blocks multiply more zeros, smaller ones cost more calls.
_BLOCK = 32
# Planes of the volume that go through one call: fewer cost more calls, more no longer stay in the cache.
_PLANES = 8
# What the arithmetic of affines leaves of a place on the edge of a voxel.
_ROUNDING = 1e-6
# Multiplications in one call of BLAS: OpenBLAS parts larger products among its threads, and then the last bits depend
# on how many there are.
_PRODUCT = 2**18
# Weights that are multiples of 2^-23 and add up to 1 are added without rounding in float32.
_STEPS = 2.0**23


def smoothing_matrix(size: int, sigma: float) -> np.ndarray:
    """Return the weights ``[size, size]`` (float64) of a Gaussian along an axis; beyond the ends lie the end voxels.

    Args:
        size: voxels along the axis.
        sigma: standard deviation in voxels; 0 for none.
    """
    identity = np.eye(size)
    return ndimage.gaussian_filter1d(identity, sigma, axis=0, mode="nearest", truncate=3.0) if sigma > 0 else identity


def linear_matrix(smoothing: np.ndarray, places: np.ndarray) -> np.ndarray:
    """Return the weights ``[places, size]`` (float64) of linear interpolation along an axis, after it is smoothed.

    Up to half a voxel beyond the ends lie the end voxels, as in ITK; farther out the weights are zero.

    Args:
        smoothing: of :func:`smoothing_matrix`.
        places: where to interpolate, in voxels from the first one's center.
    """
    size = len(smoothing)
    within = np.clip(places, 0, size - 1)
    lower = np.floor(within).astype(int)
    upper = np.minimum(lower + 1, size - 1)
    part = (within - lower)[:, None]
    return is_inside(size, places)[:, None] * ((1.0 - part) * smoothing[lower] + part * smoothing[upper])


def is_inside(size: int, places: np.ndarray) -> np.ndarray:
    """Tell which places along an axis lie in one of its voxels; as in ITK, a voxel holds its lower edge only."""
    return (places + 0.5 >= -_ROUNDING) & (places + 0.5 < size - _ROUNDING)


def apply(array: np.ndarray, matrices: Sequence[np.ndarray]) -> np.ndarray:
    """Apply one matrix along each axis of a volume, in float32.

    A voxel that is not finite spreads over its block of the result.

    Args:
        array: voxels ``[k, j, i]``, of any number type and memory layout.
        matrices: for k, j and i the weights ``[new size, old size]``, each row zero or with a sum of 1.

    Returns:
        The new voxels ``[k, j, i]``, float32.
    """
    slabs, rows, columns = (_blocks(matrix) for matrix in matrices)
    result = np.empty([len(matrix) for matrix in matrices], np.float32)

    def fill(slab: _Block) -> None:
        target, source, weights = slab
        planes = np.empty((weights.shape[1], *result.shape[1:]), np.float32)
        for start in range(0, len(planes), _PLANES):
            resampled = planes[start : start + _PLANES]
            pixels = np.ascontiguousarray(array[source][start : start + _PLANES], np.float32)
            across = np.empty((len(resampled), result.shape[1], array.shape[2]), np.float32)
            for new_rows, old_rows, of_rows in rows:
                _multiply(of_rows, pixels[:, old_rows], across[:, new_rows])
            for new_columns, old_columns, of_columns in columns:
                _multiply(of_columns, across[:, :, old_columns].mT, resampled[:, :, new_columns].mT)
        _multiply(weights, planes.reshape(len(planes), -1), result[target].reshape(len(weights), -1))

    # As many as ITK takes: a worker among others has told it one.
    with ThreadPoolExecutor(sitk.ProcessObject.GetGlobalDefaultNumberOfThreads()) as pool:
        list(pool.map(fill, slabs))
    return result


def _multiply(weights: np.ndarray, values: np.ndarray, out: np.ndarray) -> None:
    """Write ``weights @ values`` of a matrix or a stack of them in parts of the columns, each by one thread of BLAS."""
    width = max(1, _PRODUCT // weights.size)
    whole = values.shape[-1] // width * width
    # Views: an axis that is cut in two keeps its place in memory.
    parts = [one[..., :whole].reshape(*one.shape[:-1], -1, width).swapaxes(-3, -2) for one in (values, out)]
    np.matmul(weights, parts[0], out=parts[1])
    np.matmul(weights, values[..., whole:], out=out[..., whole:])


def _blocks(matrix: np.ndarray) -> list[_Block]:
    """Cut a banded matrix into blocks of rows: the rows, the columns that they need, and their weights (float32).

    The weights are rounded in their running sum, so that a constant and a straight edge of a mask keep their values.
    """
    rounded = np.diff(np.rint(np.cumsum(matrix, axis=1) * _STEPS), axis=1, prepend=0.0) / _STEPS
    blocks: list[_Block] = []
    for start in range(0, len(matrix), _BLOCK):
        weights = rounded[start : start + _BLOCK]
        used = np.flatnonzero(weights.any(axis=0))
        columns = slice(int(used[0]), int(used[-1]) + 1) if used.size else slice(0, 1)
        block = np.ascontiguousarray(weights[:, columns], np.float32)
        blocks.append((slice(start, start + len(weights)), columns, block))
    return blocks
