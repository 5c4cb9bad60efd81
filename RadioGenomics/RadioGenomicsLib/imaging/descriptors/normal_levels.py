"""Levels of normal brain that a tumor, and every part of it, is compared with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from RadioGenomicsLib.imaging.descriptors.maps import VoxelMaps


@dataclass(frozen=True)
class NormalLevels:
    """Figures of the brain away from a tumor.

    Attributes:
        median: role to the median signal; absent roles are left out.
        uptake: 16th, 50th and 84th percentile of the contrast uptake; None where T1 or T1c is absent.
    """

    median: Mapping[str, float]
    uptake: tuple[float, float, float] | None

    @classmethod
    def of(cls, maps: VoxelMaps, normal: np.ndarray) -> NormalLevels:
        """Measure them inside a mask ``[slice, row, column]`` of brain away from the tumor."""
        uptake = None
        if maps.uptake is not None:
            low, center, high = np.percentile(maps.uptake[normal], (16, 50, 84))
            uptake = low, center, high
        present = {role: image for role, image in maps.channels.items() if image is not None}
        return cls({role: np.median(image[normal]) for role, image in present.items()}, uptake)
