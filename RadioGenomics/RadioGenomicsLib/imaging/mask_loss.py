"""What of a mask lies outside the scan, and whether its geometry was lost."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from RadioGenomicsLib.errors import RegionError
from RadioGenomicsLib.imaging.drawn_on import scans_drawn_on
from RadioGenomicsLib.imaging.volume import Volume

# More than what a border cuts off is told; what is mostly outside was drawn on something else.
TOLD_SHARE, _MOST_SHARE = 0.05, 0.5


def share_outside(mask: Volume, scan: Volume) -> float:
    """Return how much of a mask lies outside a scan's field of view, 0 to 1.

    Args:
        mask: nonzero inside, not empty, on any grid.
        scan: its voxels are not looked at.
    """
    places = scan.ijk(mask.ras(np.argwhere(mask.array)[:, ::-1]))
    inside = (places >= -0.5) & (places <= np.array(scan.size) - 0.5)
    return float(1.0 - inside.all(axis=1).mean())


def notes_on_place(mask: Volume, placed: Volume, scan: Volume, channels: Mapping[str, Volume]) -> list[str]:
    """Return what the user has to know of a mask that is not where the scan is.

    Args:
        mask: as it was given, nonzero inside; nothing is said of an empty one, which others refuse.
        placed: the same where the scan that it was drawn on was moved to.
        scan: what it is to be cut to.
        channels: role to scan, before anything was moved.

    Raises:
        RegionError: more than half of it lies outside the scan.
    """
    if not mask.array.any():
        return []
    lost = share_outside(placed, scan)
    namesake = "" if scans_drawn_on(mask, channels) else _same_array(mask, scan, channels)
    size = " x ".join(map(str, mask.size))
    if lost > _MOST_SHARE:
        name = scan.name or "the scan"
        reason = f"{'all' if lost == 1 else f'{100 * lost:.0f} %'} of it lies outside {name}"
        mend = "Check that both are of one study."
        if namesake:
            reason += f"; it has the {size} voxels of {namesake}, but its header puts them elsewhere"
            mend = f"If it was drawn on {namesake}, copy the geometry of {namesake} into its header."
        raise RegionError(mask.name or "mask", reason, mend)
    notes = [f"{100 * lost:.0f} % of it lies outside the scan and was left out"] if lost > TOLD_SHARE else []
    if namesake:
        notes.append(
            f"it has the {size} voxels of {namesake}, but its header puts them elsewhere: if it was drawn on "
            f"{namesake}, its geometry is wrong"
        )
    return notes


def _same_array(mask: Volume, first: Volume, channels: Mapping[str, Volume]) -> str:
    """Return the role of a scan that has as many voxels along every axis, of ``first`` if it has; else nothing."""
    roles = sorted(channels, key=lambda role: channels[role] is not first)
    return next((role for role in roles if channels[role].size == mask.size), "")
