"""Whether the scans that were given are what the model reads: told before any work, or with its result."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import combinations

import numpy as np

from RadioGenomicsLib.errors import ChannelError
from RadioGenomicsLib.imaging.body_part import is_windowed_ct
from RadioGenomicsLib.imaging.volume import Volume
from RadioGenomicsLib.model.preprocessing import Preprocessing

# Of adults, with a tumor; a scan that covers less than this much of a head need not hold a whole brain.
_BRAIN_ML = (600.0, 2000.0)
_WHOLE_HEAD_MM = 120.0


def refuse_unfit(channels: Mapping[str, Volume], settings: Preprocessing, model: str) -> None:
    """Refuse scans that no prediction can be made of.

    Args:
        channels: role to scan.
        settings: of the model.
        model: its id.

    Raises:
        ChannelError: the model reads none of them, or two roles have the same image.
    """
    for (role, scan), (other, same) in combinations(channels.items(), 2):
        if scan.array.shape == same.array.shape and np.array_equal(scan.array, same.array):
            raise ChannelError(f"{role} and {other}", "they are the same image", "Give each role its own scan.")
    if "CT" in channels and not channels.keys() & set(settings.channels):
        readers = _models_that_read("CT")
        raise ChannelError(
            "the CT",
            f"the model {model} reads MRI ({', '.join(settings.channels)}), not CT",
            f"Choose a model that reads CT ({', '.join(readers)})."
            if readers
            else "No model that reads CT is installed: train one with radiogenomics-train on a cohort with "
            'channels = {CT = "…"}, or give MRI.',
        )


def doubts_of_scans(channels: Mapping[str, Volume]) -> dict[str, list[str]]:
    """Return what looks wrong with a scan, by its role, each a clause without a subject."""
    windowed = "its values look like a CT saved through a brain window (8 bit, bone cut off); the model reads MRI"
    return {role: [windowed] for role, scan in channels.items() if role != "CT" and is_windowed_ct(scan)}


def doubts_of_brain(brain: Volume) -> list[str]:
    """Return what looks wrong with a brain mask on the scan's grid, a clause without a subject."""
    milliliters = float((brain.array > 0).sum()) * brain.voxel_ml
    whole_head = min(s * n for s, n in zip(brain.spacing, brain.size, strict=True)) >= _WHOLE_HEAD_MM
    if milliliters > _BRAIN_ML[1] or (milliliters < _BRAIN_ML[0] and whole_head):
        least, most = _BRAIN_ML
        return [
            f"it measures {milliliters:,.0f} ml, while adults' brains measure {least:,.0f} to {most:,.0f} ml: look at "
            "its outline, and at the scan's voxel size"
        ]
    return []


def _models_that_read(role: str) -> list[str]:
    from RadioGenomicsLib.errors import BundleError
    from RadioGenomicsLib.model.user_models import bundle_folders
    from RadioGenomicsLib.model.user_models import read_card

    found = []
    for name, folder in bundle_folders().items():
        try:
            channels = read_card(folder)["preprocessing"]["channels"]
        except BundleError:
            continue
        found += [name] if role in channels else []
    return found
