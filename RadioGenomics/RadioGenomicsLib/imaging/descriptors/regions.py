"""The parts of a tumor and its surroundings that descriptors compare."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import ndimage

from RadioGenomicsLib.errors import RegionError

_IN_PLANE = np.ones((1, 3, 3), dtype=bool)


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
        core = ndimage.binary_erosion(tumor, _IN_PLANE, iterations=3)
        near = ndimage.binary_dilation(tumor, _IN_PLANE)
        around = ndimage.binary_dilation(near, _IN_PLANE, iterations=3)
        return cls(
            tumor=tumor,
            edge=tumor & ~ndimage.binary_erosion(tumor, _IN_PLANE),
            core=core,
            rim=tumor & ~core,
            ring=around & ~near & brain,
        )


def normal_tissue(tumor: np.ndarray, brain: np.ndarray) -> np.ndarray:
    """Return the brain more than four voxels away from the tumor.

    Raises:
        RegionError: there is none.
    """
    normal = brain & ~ndimage.binary_dilation(tumor, iterations=4)
    if not normal.any():
        raise RegionError("tumor", "it leaves no normal brain to compare with", "Outline the tumor alone.")
    return normal
