"""The brain around the tumor: its contrast range and how much fluid it holds, which tells of age and atrophy."""

from __future__ import annotations

import numpy as np

from RadioGenomicsLib.imaging.descriptors.maps import VoxelMaps

_PERCENTILES = (1, 5, 95)
# z-scores below which tissue is taken for fluid.
_FLUID = {"FLAIR": -1.5, "T1": -2.0}


def whole_brain(maps: VoxelMaps, normal: np.ndarray) -> dict[str, float]:
    """Return spread and percentiles of normal brain per channel, and its fluid share."""
    described: dict[str, float] = {}
    for role, image in maps.channels.items():
        tissue = None if image is None else image[normal]
        described[f"{role}_brain_sd"] = np.nan if tissue is None else float(tissue.std())
        percentiles = [np.nan] * len(_PERCENTILES) if tissue is None else np.percentile(tissue, _PERCENTILES)
        described |= {f"{role}_brain_p{p}": float(v) for p, v in zip(_PERCENTILES, percentiles, strict=True)}
        if role in _FLUID:
            described[f"{role}_fluid_share"] = np.nan if tissue is None else float((tissue < _FLUID[role]).mean())
    return described
