"""Signal, border and texture of the tumor in one channel."""

from __future__ import annotations

import numpy as np

from RadioGenomicsLib.imaging.descriptors.maps import VoxelMaps
from RadioGenomicsLib.imaging.descriptors.normal_levels import NormalLevels
from RadioGenomicsLib.imaging.descriptors.regions import TumorRegions

_PERCENTILES = (5, 25, 50, 75, 95)


def appearance(maps: VoxelMaps, role: str, regions: TumorRegions, normal: NormalLevels) -> dict[str, float]:
    """Return first-order statistics (z-scores of normal brain), border contrast and texture energy.

    ``ring`` is the signal around the tumor against normal brain, ``core_minus_rim`` is negative for the
    T2-FLAIR mismatch, ``mirrored`` compares with the other hemisphere, ``texture_N`` is the log standard
    deviation of detail of about N pixels.
    """
    names = ["mean", "sd", *(f"p{p}" for p in _PERCENTILES), "skewness", "kurtosis", "ring", "core_minus_rim"]
    names += ["gradient", "edge_gradient", "texture_1", "texture_2", "texture_4", "mirrored"]
    image = maps.channels[role]
    if image is None:
        return {f"{role}_{name}": np.nan for name in names}
    inside = image[regions.tumor]
    mean, sd = inside.mean(dtype=np.float64), inside.std(dtype=np.float64)
    standard = (inside - mean) / (sd or 1.0)
    # The moments are those of scipy.stats, for whose import every start would wait.
    square = standard * standard
    gradient = maps.gradient[role]
    mirrored = image[:, :, ::-1][regions.tumor]
    values = [mean, sd, *np.percentile(inside, _PERCENTILES)]
    values += [(square * standard).mean(), (square * square).mean() - 3.0 if sd else 0.0]
    values += [_mean(image, regions.ring) - normal.median[role]]
    values += [_mean(image, regions.core) - _mean(image, regions.rim)]
    values += [gradient[regions.tumor].mean(), gradient[regions.edge].mean()]
    values += [np.log(band[regions.tumor].std() + 1e-3) for band in maps.bands[role]]
    values += [mean - np.median(mirrored)]
    return {f"{role}_{name}": float(value) for name, value in zip(names, values, strict=True)}


def _mean(image: np.ndarray, region: np.ndarray) -> float:
    """Return the mean over a region, NaN where it is empty."""
    return float(image[region].mean()) if region.any() else np.nan
