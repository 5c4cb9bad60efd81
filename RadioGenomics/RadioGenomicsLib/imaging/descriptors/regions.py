"""The parts of a tumor and its surroundings that descriptors compare."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import ndimage

from RadioGenomicsLib.errors import RegionError

_IN_PLANE = np.ones((1, 3, 3), dtype=bool)
# The ring ends at so many pixels from the tumor.
_REACH = 4


@dataclass(frozen=True)
class TumorRegions:
    """Masks ``[slice, row, column]``.

    Attributes:
        tumor: the outlined tumor.
        edge: its outermost pixels in each slice.
        core: what is more than three pixels from the edge; may be empty.
        rim: tumor that is not core.
        ring: brain at two to four pixels outside.
    """

    tumor: np.ndarray
    edge: np.ndarray
    core: np.ndarray
    rim: np.ndarray
    ring: np.ndarray

    @classmethod
    def of(cls, tumor: np.ndarray, brain: np.ndarray) -> TumorRegions:
        """Derive the parts from the outline."""
        box = _box_around(tumor)
        inside = tumor[box]
        core, edge, ring = (np.zeros_like(tumor) for _ in range(3))
        core[box] = ndimage.binary_erosion(inside, _IN_PLANE, iterations=3)
        edge[box] = inside & ~ndimage.binary_erosion(inside, _IN_PLANE)
        near = ndimage.binary_dilation(inside, _IN_PLANE)
        around = ndimage.binary_dilation(near, _IN_PLANE, iterations=_REACH - 1)
        ring[box] = around & ~near & brain[box]
        return cls(tumor=tumor, edge=edge, core=core, rim=tumor & ~core, ring=ring)


def _box_around(tumor: np.ndarray) -> tuple[slice, slice, slice]:
    """Return the part of the grid that no region of a tumor, not empty, reaches beyond."""
    slices, rows, columns = ndimage.find_objects(tumor.view(np.uint8))[0]
    return (
        slices,
        slice(max(0, rows.start - _REACH), rows.stop + _REACH),
        slice(max(0, columns.start - _REACH), columns.stop + _REACH),
    )


def untouched_brain(tumor: np.ndarray, brain: np.ndarray) -> np.ndarray:
    """Return the brain more than two pixels away from the tumor in each slice; may be empty."""
    return brain & ~ndimage.binary_dilation(tumor, _IN_PLANE, iterations=2)


def normal_tissue(tumor: np.ndarray, brain: np.ndarray) -> np.ndarray:
    """Return the brain more than four voxels away from the tumor.

    Raises:
        RegionError: there is none.
    """
    normal = brain & ~ndimage.binary_dilation(tumor, iterations=4)
    if not normal.any():
        raise RegionError("tumor", "it leaves no normal brain to compare with", "Outline the tumor alone.")
    return normal
