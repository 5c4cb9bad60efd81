"""Tell what a scan shows, to refuse the wrong body part in plain words."""

from __future__ import annotations

import numpy as np

from RadioGenomicsLib.errors import InputError
from RadioGenomicsLib.imaging.volume import Volume

# The box of a scan that can hold a head: from a thin slab to a head with the neck on a wide field of view.
_NARROWEST_MM = (120.0, 120.0, 40.0)
_WIDEST_MM = 420.0
_AIR_HU, _TISSUE_HU = (-1100.0, -800.0), (-200.0, 200.0)


def is_ct(volume: Volume) -> bool:
    """Tell whether the intensities are Hounsfield units: air below -800, and soft tissue around 0."""
    array = volume.array
    if array.min() > _AIR_HU[1]:
        return False
    sample = array[:: max(1, array.shape[0] // 32), ::4, ::4]
    air = (sample > _AIR_HU[0]) & (sample < _AIR_HU[1])
    tissue = (sample > _TISSUE_HU[0]) & (sample < _TISSUE_HU[1])
    return bool(air.mean() > 0.02 and tissue.mean() > 0.02)


def looks_like_head_mr(volume: Volume) -> bool:
    """Tell whether the scan can be an MRI of a head: not in Hounsfield units, and as large as a head."""
    extent = np.sort(np.array(volume.spacing) * np.array(volume.size))[::-1]
    return bool((extent >= _NARROWEST_MM).all() and extent[0] <= _WIDEST_MM and not is_ct(volume))


def require_head_mr(volume: Volume) -> Volume:
    """Return the scan if it can be an MRI of a head.

    Raises:
        InputError: it is a CT, or too small or too large for a head.
    """
    if looks_like_head_mr(volume):
        return volume
    size = " x ".join(f"{s * n:.0f}" for s, n in zip(volume.spacing, volume.size, strict=True))
    reason = "it is a CT" if is_ct(volume) else f"it measures {size} mm, which is not a head"
    raise InputError(volume.name or "the scan", f"{reason}; this model needs MRI of the head", "Choose another scan.")
