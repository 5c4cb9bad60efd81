"""The declared steps that take any study to the network's grid: the same in training and in prediction."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from RadioGenomicsLib.errors import RegionError
from RadioGenomicsLib.imaging.volume import Volume
from RadioGenomicsLib.model.json_block import JSONBlock


@dataclass(frozen=True)
class Preprocessing(JSONBlock):
    """What a bundle's ``preprocessing`` block says.

    Attributes:
        channels: roles in the network's order; the first present of ``reference`` gives the slices.
        required: roles without which the model cannot be used.
        rows, columns: in-plane size of the network's grid in pixels.
        margin: pixels between the brain and the edge of the grid.
        thinnest_slice_mm: thinner slices are averaged to this spacing, thicker ones are kept.
        clip: lowest and highest z-score kept.
    """

    channels: tuple[str, ...] = ("T1", "FLAIR", "T1c")
    required: tuple[str, ...] = ("FLAIR",)
    rows: int = 112
    columns: int = 96
    margin: int = 3
    thinnest_slice_mm: float = 3.0
    clip: tuple[float, float] = (-4.0, 6.0)


def brain_grid(brain: Volume, settings: Preprocessing) -> Volume:
    """Return an empty reference grid that fits the brain into ``rows`` x ``columns`` pixels.

    In-plane, one pixel size serves both axes, so that every brain fills the grid alike: the spacing in the
    headers of old clinical scans is often nominal. Through-plane, the scan's own slices are kept.

    Args:
        brain: mask in canonical axes (i to the left, j to the back, k to the top).

    Raises:
        RegionError: the mask is empty.
    """
    k, j, i = (np.flatnonzero(brain.array.any(axis=axes)) for axes in ((1, 2), (0, 2), (0, 1)))
    if not len(k):
        raise RegionError(brain.name or "brain", "the mask is empty", "Extract the brain again, or draw it.")
    first = np.array([i[0], j[0], k[0]], dtype=float)
    last = np.array([i[-1], j[-1], k[-1]], dtype=float)
    spacing = np.array(brain.spacing)
    extent_mm = (last - first + 1) * spacing
    pixel_mm = max(
        extent_mm[0] / (settings.columns - 2 * settings.margin),
        extent_mm[1] / (settings.rows - 2 * settings.margin),
    )
    slice_mm = max(spacing[2], settings.thinnest_slice_mm)
    slices = max(1, int(np.ceil(extent_mm[2] / slice_mm - 1e-6)))
    size = np.array([settings.columns, settings.rows, slices])
    step = np.array([pixel_mm, pixel_mm, slice_mm])
    axes = brain.affine[:3, :3] / spacing
    affine = np.eye(4)
    affine[:3, :3] = axes * step
    affine[:3, 3] = brain.ras((first + last) / 2) - affine[:3, :3] @ ((size - 1) / 2)
    return Volume(np.zeros(size[::-1], dtype=np.uint8), affine, "model grid")
