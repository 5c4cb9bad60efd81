"""The three planes through a tumor: where they lie, and what of a volume lies in them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from RadioGenomicsLib.imaging.grid import canonical
from RadioGenomicsLib.imaging.grid import grid_of
from RadioGenomicsLib.imaging.grid import resample
from RadioGenomicsLib.imaging.volume import Volume

_FINEST_MM, _COARSEST_MM = 0.7, 1.0


@dataclass(frozen=True)
class Plane:
    """A plane one voxel thick with square pixels.

    Attributes:
        name: "Axial", "Coronal" or "Sagittal".
        place: where it cuts the patient, as "S 32 mm".
        edges: the directions at the left, right, upper and lower edge.
        axis: axis of ``[k, j, i]`` across the plane.
        grid: its voxels in space.
    """

    name: str
    place: str
    edges: tuple[str, str, str, str]
    axis: int
    grid: Volume

    @property
    def pixel_mm(self) -> float:
        """Size of a pixel in millimeters."""
        return self.grid.spacing[0]

    def cut(self, volume: Volume, fill: float = 0.0) -> np.ndarray:
        """Return what of a volume lies in the plane ``[row, column]``, as it is looked at (top row first)."""
        picture = resample(volume, self.grid, fill=fill).array.take(0, axis=self.axis)
        # k runs upward, rows run downward.
        return picture if self.axis == 0 else picture[::-1]


def tumor_planes(tumor: Volume) -> tuple[Plane, Plane, Plane]:
    """Return the axial, coronal and sagittal plane in which the tumor is largest.

    They lie along the axes of the tumor's grid, so an oblique scan is shown in its own planes.

    Args:
        tumor: mask, not empty.
    """
    step = float(np.clip(min(tumor.spacing), _FINEST_MM, _COARSEST_MM))
    grid = grid_of(tumor, (step, step, step))
    mask = canonical(tumor)
    inside = mask.array > 0
    largest = np.array([inside.sum(axis=axes).argmax() for axes in ((0, 1), (0, 2), (1, 2))])
    right, anterior, superior = mask.ras(largest)
    i, j, k = np.clip(np.round(grid.ijk(mask.ras(largest))).astype(int), 0, np.array(grid.size) - 1)
    return (
        Plane("Axial", _place(superior, "S", "I"), ("R", "L", "A", "P"), 0, _thin(grid, 0, k)),
        Plane("Coronal", _place(anterior, "A", "P"), ("R", "L", "S", "I"), 1, _thin(grid, 1, j)),
        Plane("Sagittal", _place(right, "R", "L"), ("A", "P", "S", "I"), 2, _thin(grid, 2, i)),
    )


def box_around(pictures: Iterable[np.ndarray], margin: int) -> tuple[slice, slice]:
    """Return the rows and columns that hold everything shown in pictures of one size.

    Args:
        pictures: truth values ``[row, column]``.
        margin: pixels to leave around it.
    """
    shown = np.logical_or.reduce(list(pictures))
    if not shown.any():
        return slice(None), slice(None)
    spans = []
    for axis in (1, 0):
        filled = np.flatnonzero(shown.any(axis=axis))
        spans.append(slice(max(int(filled[0]) - margin, 0), int(filled[-1]) + margin + 1))
    return spans[0], spans[1]


def _thin(grid: Volume, axis: int, index: int) -> Volume:
    start = np.zeros(3)
    start[2 - axis] = index
    affine = grid.affine.copy()
    affine[:3, 3] = grid.ras(start)
    return Volume(grid.array.take([index], axis=axis), affine)


def _place(millimeters: float, positive: str, negative: str) -> str:
    return f"{positive if millimeters >= 0 else negative} {abs(millimeters):.0f} mm"
