"""Padding: one value far below all others that fills a scan up to a rectangle, such as -32768 around a round view."""

from __future__ import annotations

import numpy as np

from RadioGenomicsLib.imaging.volume import Volume

# Of a coarse sample of voxels, so that scans without padding cost nothing.
_STEP = 4
_LEAST_SHARE = 0.01
# Of data: fewer values are those of a map or a drawing.
_FEWEST_VALUES = 16
# Of the range of what is data, as far as its 99.5th percentile: values nearer to it may be data themselves.
_LEAST_GAP = 0.5
_AIR_HU, _BRAIN_HU = (-1100.0, -900.0), (10.0, 70.0)


def without_padding(scan: Volume) -> Volume:
    """Return a scan whose padding has the lowest value of its data, with a note; the scan itself where it has none.

    Only values below 0 in a corner are looked at: in MRI 0 is a natural background, and nothing need be changed.
    """
    corner = float(scan.array[np.ix_((0, -1), (0, -1), (0, -1))].min())
    if corner >= 0:
        return scan
    sample = scan.array[::_STEP, ::_STEP, ::_STEP]
    padded = sample <= corner
    rest = sample[~padded]
    if padded.mean() < _LEAST_SHARE or len(np.unique(rest)) < _FEWEST_VALUES:
        return scan
    low, high = float(rest.min()), float(np.percentile(rest, 99.5))
    if low - corner < _LEAST_GAP * (high - low) or _is_stripped_ct(corner, rest):
        return scan
    padding = scan.array <= corner
    array = np.where(padding, scan.array[~padding].min(), scan.array)
    note = f"{100 * padding.mean():.0f} % of it is padding with the value {corner:g}, which counts as background"
    return scan.with_array(array).noting(note)


def _is_stripped_ct(corner: float, rest: np.ndarray) -> bool:
    """Tell a CT of a brain alone, whose surroundings were set to air, from a padded MR."""
    in_brain = (rest >= _BRAIN_HU[0]) & (rest <= _BRAIN_HU[1])
    return _AIR_HU[0] < corner < _AIR_HU[1] and bool(in_brain.mean() > 0.8)
