"""Where the tumor is, in the frame of the brain."""

from __future__ import annotations

import numpy as np

from RadioGenomicsLib.imaging.descriptors.maps import VoxelMaps

# Within this distance of the brain's surface, in pixels, lies the cortex.
_CORTEX = 6


def location(maps: VoxelMaps, tumor: np.ndarray) -> dict[str, float]:
    """Return position and extent as shares of the brain's length and width.

    ``front_to_back`` runs from 0 at the front; ``off_midline`` is 0 in the middle and 0.5 at the side;
    ``below_vertex`` counts brain lengths downward from the highest brain slice.
    """
    frame = maps.frame
    k, j, i = np.nonzero(tumor)
    back = (j - frame.first[1]) / frame.length
    aside = (i - frame.middle) / frame.width
    below = (frame.last[0] - k) * frame.slice_per_pixel / frame.length
    left = float((i > frame.middle).mean())
    depth = maps.depth[tumor]
    return {
        "front_to_back": back.mean(),
        "off_midline": abs(aside.mean()),
        "left_sided": np.sign(aside.mean()),
        "below_vertex": below.mean(),
        "spread_front_to_back": back.std(),
        "spread_sideways": aside.std(),
        "spread_vertical": below.std(),
        "crossing_midline": min(left, 1 - left),
        "mean_depth": depth.mean() / frame.width,
        "greatest_depth": depth.max() / frame.width,
        "cortical_share": (depth < _CORTEX).mean(),
    }
