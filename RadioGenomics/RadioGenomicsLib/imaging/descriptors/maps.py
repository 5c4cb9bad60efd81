"""What every voxel of a study looks like, before any tumor is outlined."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from scipy import ndimage

_BANDS = (1.0, 2.0, 4.0)


@dataclass(frozen=True)
class BrainFrame:
    """The brain's bounding box as a coordinate system.

    Attributes:
        first, last: corner voxels in slice, row, column.
        slice_per_pixel: slice spacing over pixel size.
    """

    first: np.ndarray
    last: np.ndarray
    slice_per_pixel: float

    @property
    def length(self) -> float:
        """Front-to-back size of the brain in pixels."""
        return float(self.last[1] - self.first[1] + 1)

    @property
    def width(self) -> float:
        """Left-to-right size of the brain in pixels."""
        return float(self.last[2] - self.first[2] + 1)

    @property
    def middle(self) -> float:
        """Column of the middle of the brain."""
        return float(self.first[2] + self.last[2]) / 2


@dataclass(frozen=True)
class VoxelMaps:
    """Maps ``[slice, row, column]`` on the network's grid.

    Attributes:
        channels: role to normalized intensities; absent roles map to None.
        gradient: role to in-plane gradient magnitude per pixel.
        bands: role to in-plane band-pass images (differences of Gaussians at 1, 2 and 4 pixels).
        uptake: contrast uptake (T1c minus T1 in z-scores), None where one of them is absent.
        brain: mask.
        depth: distance from the brain's surface in pixels.
        frame: the brain's bounding box.
    """

    channels: Mapping[str, np.ndarray | None]
    gradient: Mapping[str, np.ndarray]
    bands: Mapping[str, list[np.ndarray]]
    uptake: np.ndarray | None
    brain: np.ndarray
    depth: np.ndarray
    frame: BrainFrame

    @property
    def roles(self) -> tuple[str, ...]:
        """All roles, present or not, in order."""
        return tuple(self.channels)

    @classmethod
    def of(cls, channels: Mapping[str, np.ndarray | None], brain: np.ndarray, slice_per_pixel: float) -> VoxelMaps:
        """Compute the maps from normalized channels and the brain mask."""
        present = {role: array.astype(np.float32) for role, array in channels.items() if array is not None}
        corners = [np.flatnonzero(brain.any(axis=axes)) for axes in ((1, 2), (0, 2), (0, 1))]
        frame = BrainFrame(
            np.array([corner[0] for corner in corners]), np.array([corner[-1] for corner in corners]), slice_per_pixel
        )
        uptake = None
        if "T1" in present and "T1c" in present:
            uptake = ndimage.gaussian_filter(present["T1c"] - present["T1"], (0, 0.7, 0.7))
        return cls(
            channels={role: present.get(role) for role in channels},
            gradient={r: np.hypot(ndimage.sobel(a, 1), ndimage.sobel(a, 2)) / 8 for r, a in present.items()},
            bands={role: [_band(array, scale) for scale in _BANDS] for role, array in present.items()},
            uptake=uptake,
            brain=brain,
            depth=ndimage.distance_transform_edt(brain, sampling=(slice_per_pixel, 1, 1)).astype(np.float32),
            frame=frame,
        )


def _band(array: np.ndarray, scale: float) -> np.ndarray:
    fine = ndimage.gaussian_filter(array, (0, scale, scale))
    return fine - ndimage.gaussian_filter(array, (0, 1.6 * scale, 1.6 * scale))
