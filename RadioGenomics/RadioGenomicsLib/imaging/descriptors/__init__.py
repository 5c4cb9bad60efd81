"""What a tumor looks like in numbers: place, shape, signal, texture, contrast uptake.

Lengths are in pixels of the network's grid or in sizes of the brain, so that they hold where the spacing in a
scan's header is only nominal. A descriptor that needs an absent channel is NaN.
"""

from __future__ import annotations

import numpy as np

from RadioGenomicsLib.imaging.descriptors.appearance import appearance
from RadioGenomicsLib.imaging.descriptors.depth_shells import depth_shells
from RadioGenomicsLib.imaging.descriptors.enhancement import enhancement
from RadioGenomicsLib.imaging.descriptors.location import location
from RadioGenomicsLib.imaging.descriptors.maps import VoxelMaps
from RadioGenomicsLib.imaging.descriptors.normal_levels import NormalLevels
from RadioGenomicsLib.imaging.descriptors.regions import TumorRegions
from RadioGenomicsLib.imaging.descriptors.shape import shape
from RadioGenomicsLib.imaging.descriptors.whole_brain import whole_brain

__all__ = ["NormalLevels", "TumorRegions", "VoxelMaps", "describe", "describe_brain", "describe_tumor"]


def describe_tumor(maps: VoxelMaps, regions: TumorRegions, normal: NormalLevels) -> dict[str, dict[str, float]]:
    """Return the descriptors of a tumor by name, in groups that say different things.

    Args:
        maps: what every voxel looks like, from the channels and the brain mask.
        regions: of the outlined tumor, which is not empty.
        normal: levels of the brain away from the tumor, to compare with.

    Returns:
        "place and shape", and "signal".
    """
    signal: dict[str, float] = {}
    for role in maps.roles:
        signal |= appearance(maps, role, regions, normal)
    return {
        "place and shape": {**location(maps, regions.tumor), **shape(maps, regions.tumor)},
        "signal": signal | enhancement(maps, regions, normal),
    }


def describe_brain(maps: VoxelMaps, normal: np.ndarray) -> dict[str, dict[str, float]]:
    """Return the descriptors of the brain around a tumor by name, as the group "brain"."""
    return {"brain": {**whole_brain(maps, normal), **depth_shells(maps, normal)}}


def describe(maps: VoxelMaps, tumor: np.ndarray, normal: np.ndarray) -> dict[str, float]:
    """Return every descriptor by name, of the tumor and of the brain around it."""
    regions = TumorRegions.of(tumor, maps.brain)
    groups = describe_tumor(maps, regions, NormalLevels.of(maps, normal)) | describe_brain(maps, normal)
    return {name: value for group in groups.values() for name, value in group.items()}
