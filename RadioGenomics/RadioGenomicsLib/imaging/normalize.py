"""Put the intensities of a scan on a scale that does not depend on the scanner."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np

from RadioGenomicsLib.errors import RegionError
from RadioGenomicsLib.imaging.percentiles import percentiles
from RadioGenomicsLib.imaging.volume import Volume

# Voxels of a slab, which stays in the processor's cache from the first step to the last.
_SLAB = 1 << 18
_THREADS = 2


def normalize(scan: Volume, region: Volume, *, clip: tuple[float, float]) -> Volume:
    """Return robust z-scores inside a region, clipped, and the lower clip limit outside of it.

    The center is the median and the scale half the distance of the 16th and 84th percentiles, which equals
    the standard deviation for Gaussian data and which a bright tumor or a dark cyst hardly moves.

    Args:
        scan: intensities in any unit.
        region: brain or body mask on the same grid, nonzero inside.
        clip: lowest and highest z-score kept.

    Raises:
        RegionError: the region is empty, or the scan is constant inside of it.
    """
    inside = region.array > 0
    if not inside.any():
        raise RegionError(region.name or "region", "the mask is empty", "Extract or draw it again.")
    low, center, high = percentiles(scan.array, inside, (16, 50, 84))
    if high <= low:
        raise RegionError(scan.name or "scan", "the scan is constant inside the mask", "Check the scan and the mask.")
    result = np.empty(scan.array.shape, np.float32)
    slices = max(1, _SLAB // result[0].size)

    def fill(start: int) -> None:
        slab = slice(start, start + slices)
        z = np.subtract(scan.array[slab], np.float32(center), out=result[slab], dtype=np.float32)
        z *= np.float32(2.0 / (high - low))
        np.clip(z, *clip, out=z)
        np.copyto(z, np.float32(clip[0]), where=~inside[slab])

    with ThreadPoolExecutor(_THREADS) as pool:
        for _ in pool.map(fill, range(0, len(result), slices)):
            pass  # else an error would not be raised
    return scan.with_array(result)
