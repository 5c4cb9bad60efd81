"""Contrast uptake, and tissue types that two channels tell together."""

from __future__ import annotations

import numpy as np

from RadioGenomicsLib.imaging.descriptors.maps import VoxelMaps
from RadioGenomicsLib.imaging.descriptors.normal_levels import NormalLevels
from RadioGenomicsLib.imaging.descriptors.regions import TumorRegions

_PERCENTILES = (50, 90, 95, 99)
_THRESHOLDS = (2, 3, 4)
# Smallest spread of the uptake in normal brain, in z-scores: scans of 8 bit can have none.
_LEAST_SPREAD = 0.1


def enhancement(maps: VoxelMaps, regions: TumorRegions, normal: NormalLevels) -> dict[str, float]:
    """Return uptake (T1c minus T1, in spreads of normal brain) and shares of fluid-like and dark tissue."""
    return _uptake(maps, regions, normal) | _tissue(maps, regions.tumor)


def _uptake(maps: VoxelMaps, regions: TumorRegions, normal: NormalLevels) -> dict[str, float]:
    names = ["mean", "sd", *(f"p{p}" for p in _PERCENTILES)]
    names += [f"log_share_above_{t}" for t in _THRESHOLDS] + [f"log_volume_above_{t}" for t in _THRESHOLDS]
    names += ["core_minus_rim", "necrotic_share"]
    t1 = maps.channels.get("T1")
    if maps.uptake is None or normal.uptake is None or t1 is None:
        return {f"uptake_{name}": np.nan for name in names}
    low, center, high = normal.uptake
    spread = max((high - low) / 2, _LEAST_SPREAD)
    inside, core, rim = (
        (maps.uptake[region] - center) / spread for region in (regions.tumor, regions.core, regions.rim)
    )
    above = [(inside > threshold).mean() for threshold in _THRESHOLDS]
    volume_share = np.count_nonzero(regions.tumor) / np.count_nonzero(maps.brain)
    values = [inside.mean(), inside.std(), *np.percentile(inside, _PERCENTILES)]
    values += [np.log1p(100 * share) for share in above]
    values += [np.log1p(1000 * share * volume_share) for share in above]
    values += [core.mean() - rim.mean() if core.size else np.nan]
    values += [((t1[regions.tumor] < -1.5) & (inside < 1)).mean()]
    return {f"uptake_{name}": float(value) for name, value in zip(names, values, strict=True)}


def _tissue(maps: VoxelMaps, tumor: np.ndarray) -> dict[str, float]:
    t1, flair = (maps.channels[role] for role in ("T1", "FLAIR"))
    unknown = np.full(1, np.nan)
    inside = unknown if flair is None else flair[tumor]
    dark = unknown if t1 is None else t1[tumor]
    known = flair is not None and t1 is not None
    varied = known and inside.std() > 0 and dark.std() > 0
    return {
        "bright_FLAIR_share": np.nan if flair is None else (inside > 2).mean(),
        "dark_FLAIR_share": np.nan if flair is None else (inside < 0).mean(),
        "dark_T1_share": np.nan if t1 is None else (dark < -1.5).mean(),
        "fluid_share": ((dark < -1) & (inside < 1)).mean() if known else np.nan,
        "T1_FLAIR_correlation": np.corrcoef(dark, inside)[0, 1] if varied else np.nan,
    }
