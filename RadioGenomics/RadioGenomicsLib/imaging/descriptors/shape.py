"""Size and form of the tumor."""

from __future__ import annotations

import numpy as np
from scipy import ndimage

from RadioGenomicsLib.imaging.descriptors.maps import VoxelMaps


def shape(maps: VoxelMaps, tumor: np.ndarray) -> dict[str, float]:
    """Return size against the brain, boundary length, scatter and elongation (logarithms of ratios)."""
    area, brain_area = tumor.sum(axis=(1, 2)), maps.brain.sum(axis=(1, 2))
    cross = np.ones((1, 3, 3), dtype=bool)
    cross[0, ::2, ::2] = False
    # The voxels around its box change neither count: what lies outside of an array is not tumor.
    inside = tumor[ndimage.find_objects(tumor.view(np.uint8))[0]]
    boundary = (inside & ~ndimage.binary_erosion(inside, cross)).sum()
    parts = np.bincount(ndimage.label(inside)[0].ravel())[1:]
    axes = _principal_variances(tumor, maps.frame.slice_per_pixel)
    return {
        "log_volume_share": np.log(area.sum() / brain_area.sum()),
        "log_largest_area_share": np.log(area.max() / brain_area.max()),
        "boundary_per_root_area": boundary / np.sqrt(area.sum() * (area > 0).sum()),
        "share_outside_largest_part": 1 - parts.max() / parts.sum(),
        "log_elongation": np.log(axes[2] / axes[0]),
        "log_flatness": np.log(axes[2] / axes[1]),
    }


def _principal_variances(tumor: np.ndarray, slice_per_pixel: float) -> np.ndarray:
    """Return the variances along the tumor's own axes, ascending, in square pixels and at least one."""
    places = np.argwhere(tumor) * (slice_per_pixel, 1, 1)
    covariance = np.cov(places.T) if len(places) > 1 else np.zeros((3, 3))
    return np.maximum(np.linalg.eigvalsh(covariance), 1.0)
