"""What a tumor looks like in numbers: place, shape, signal, texture, contrast uptake.

Lengths are in pixels of the network's grid or in sizes of the brain, so that they hold where the spacing in a
scan's header is only nominal. A descriptor that needs an absent channel is NaN.
"""

from __future__ import annotations

import numpy as np

from RadioGenomicsLib.imaging.descriptors.appearance import appearance
from RadioGenomicsLib.imaging.descriptors.enhancement import enhancement
from RadioGenomicsLib.imaging.descriptors.location import location
from RadioGenomicsLib.imaging.descriptors.maps import VoxelMaps
from RadioGenomicsLib.imaging.descriptors.regions import TumorRegions
from RadioGenomicsLib.imaging.descriptors.shape import shape
from RadioGenomicsLib.imaging.descriptors.whole_brain import whole_brain

__all__ = ["TumorRegions", "VoxelMaps", "describe"]


def describe(maps: VoxelMaps, tumor: np.ndarray, normal: np.ndarray) -> dict[str, float]:
    """Return every descriptor by name.

    Args:
        maps: what every voxel looks like, from the channels and the brain mask.
        tumor: mask ``[slice, row, column]``, bool, not empty.
        normal: brain tissue away from the tumor, to compare with.
    """
    regions = TumorRegions.of(tumor, maps.brain)
    described = {**location(maps, tumor), **shape(maps, tumor), **whole_brain(maps, normal)}
    for role in maps.roles:
        described |= appearance(maps, role, regions, normal)
    return described | enhancement(maps, regions, normal)
