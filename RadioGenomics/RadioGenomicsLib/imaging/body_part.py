"""Tell what a scan shows, to refuse the wrong body part in plain words."""

from __future__ import annotations

import numpy as np

from RadioGenomicsLib.errors import InputError
from RadioGenomicsLib.imaging.volume import Volume

# The box of a scan that can hold a head: from a thin slab to a head with the neck on a wide field of view.
_NARROWEST_MM = (120.0, 120.0, 40.0)
_WIDEST_MM = 420.0
# Stored values are mostly Hounsfield units + 1024; 16-bit numbers wrap where that is below 0.
_SHIFT, _WRAPPED = 1024.0, 32767.0
# Of what is not black: bone, fat in no MR.
_CUT_OFF = 0.15
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


def is_shifted_ct(volume: Volume) -> bool:
    """Tell a CT whose values are not in Hounsfield units but 1024 above them, as stored without the rescale intercept.

    Air lies near 0, and most of the rest within the narrow range of soft tissue; what lay below was often wrapped to
    the largest numbers. MRI spreads over all values.
    """
    sample = volume.array[:: max(1, volume.array.shape[0] // 32), ::4, ::4]
    if not np.array_equal(sample, np.rint(sample)) or sample.min() < 0:
        return False
    wrapped = sample > _WRAPPED
    air = (sample < _SHIFT + _TISSUE_HU[0]) | wrapped
    body = sample[~air]
    tissue = (body > _SHIFT - 30) & (body < _SHIFT + 110)
    return bool(0.1 < air.mean() < 0.97 and tissue.mean() > 0.4)


def is_windowed_ct(volume: Volume) -> bool:
    """Tell a head CT that was saved as 8 bit through a window of the brain: bone is cut off at the largest value."""
    sample = volume.array[:: max(1, volume.array.shape[0] // 32), ::2, ::2]
    # Fewer values are those of a mask.
    if sample.min() < 0 or not 32 < sample.max() <= 255 or not np.array_equal(sample, np.rint(sample)):
        return False
    shown = sample[sample > 0]
    return bool((sample == 0).mean() > 0.3 and (shown == sample.max()).mean() > _CUT_OFF)


def looks_like_head_mr(volume: Volume) -> bool:
    """Tell whether the scan can be an MRI of a head: not in Hounsfield units, and as large as a head."""
    extent = np.sort(np.array(volume.spacing) * np.array(volume.size))[::-1]
    return bool(
        (extent >= _NARROWEST_MM).all() and extent[0] <= _WIDEST_MM and not is_ct(volume) and not is_shifted_ct(volume)
    )


def require_head_mr(volume: Volume) -> Volume:
    """Return the scan if it can be an MRI of a head.

    Raises:
        InputError: it is a CT, or too small or too large for a head.
    """
    if looks_like_head_mr(volume):
        return volume
    size = " x ".join(f"{s * n:.0f}" for s, n in zip(volume.spacing, volume.size, strict=True))
    if is_ct(volume):
        reason = "it is a CT"
    elif is_shifted_ct(volume):
        reason = "its values are those of a CT, 1024 above Hounsfield units"
    else:
        reason = f"it measures {size} mm, which is not a head"
    raise InputError(volume.name or "the scan", f"{reason}; this model needs MRI of the head", "Choose another scan.")
