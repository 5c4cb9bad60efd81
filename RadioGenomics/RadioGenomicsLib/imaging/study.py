"""The channels of one study on one grid."""

from __future__ import annotations

import numpy as np

from RadioGenomicsLib.errors import GeometryError
from RadioGenomicsLib.imaging.grid import resample
from RadioGenomicsLib.imaging.volume import Volume

# Of the smaller of two scans, this much must lie inside the other.
_LEAST_OVERLAP = 0.5


def align(channels: dict[str, Volume], like: Volume) -> dict[str, Volume]:
    """Bring all channels to one grid by their places in the scanner; nothing is registered.

    Args:
        channels: role to scan.
        like: the grid to go to.

    Raises:
        GeometryError: a channel lies elsewhere: another body part, patient or frame of reference.
    """
    for role, volume in channels.items():
        if overlap(volume, like) < _LEAST_OVERLAP:
            raise GeometryError(
                f"{role} ({volume.name})" if volume.name else role,
                f"it does not cover the same place as {like.name or 'the other channels'}",
                "Use scans of one study, or register them first, e.g. with Slicer's General Registration (BRAINS).",
            )
    return {role: resample(volume, like) for role, volume in channels.items()}


def overlap(one: Volume, other: Volume) -> float:
    """Return how much of the smaller of two fields of view lies inside the other, 0 to 1."""
    small, large = sorted((one, other), key=lambda v: v.voxel_ml * v.array.size)
    steps = (np.arange(16) + 0.5) / 16
    fractions = np.stack(np.meshgrid(steps, steps, steps, indexing="ij"), axis=-1)
    points = large.ijk(small.ras(fractions * np.array(small.size) - 0.5))
    inside = (points >= -0.5) & (points <= np.array(large.size) - 0.5)
    return float(inside.all(axis=-1).mean())
