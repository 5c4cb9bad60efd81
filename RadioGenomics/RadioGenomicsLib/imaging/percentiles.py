"""Percentiles of the voxels in a mask, without a sorted or even a selected copy of them."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np

# Fewer voxels are not worth a sample.
_MANY = 1 << 20
_SAMPLE = 1 << 16
# On either side of where a percentile stands in the sample: eight times what chance moves it by.
_MARGIN = 1 << 10
# Voxels of a piece, which stays in the processor's cache while it is looked at.
_PIECE = 1 << 18
_THREADS = 2


def percentiles(array: np.ndarray, inside: np.ndarray, wanted: Sequence[float]) -> np.ndarray:
    """Return what ``np.percentile(array[inside], wanted)`` does.

    The ranks in a sample bracket each percentile, and only what lies in the bracket is sorted (Floyd and Rivest 1975,
    doi:10.1145/360680.360691). Where a sample misleads, all voxels are.

    Args:
        array: voxels, finite.
        inside: truth values of the same shape, some true.
        wanted: 0 to 100.
    """
    count = int(np.count_nonzero(inside))
    if count < _MANY:
        return np.asarray(np.percentile(array[inside], wanted))
    values, within = array.ravel(), inside.ravel()
    step = max(1, count // _SAMPLE) | 1
    sample = np.sort(values[::step][within[::step]])
    places = np.asarray(wanted) / 100 * (count - 1)
    middle = (places / count * sample.size).astype(int)
    last = sample.size - 1
    if not _MARGIN <= middle.min() <= middle.max() <= last - _MARGIN:
        return np.asarray(np.percentile(array[inside], wanted))
    brackets = list(zip(sample[middle - _MARGIN], sample[middle + _MARGIN], strict=True))

    def look(start: int) -> list[tuple[int, np.ndarray]]:
        piece = values[start : start + _PIECE][within[start : start + _PIECE]]
        return [(int(np.count_nonzero(piece < low)), piece[(piece >= low) & (piece <= high)]) for low, high in brackets]

    with ThreadPoolExecutor(_THREADS) as pool:
        pieces = list(pool.map(look, range(0, values.size, _PIECE)))
    found = []
    for place, of_bracket in zip(places, zip(*pieces, strict=True), strict=True):
        between = np.concatenate([piece for _, piece in of_bracket])
        rank = int(place) - sum(below for below, _ in of_bracket)
        if not 0 <= rank < between.size - 1:
            return np.asarray(np.percentile(array[inside], wanted))
        lower, upper = np.partition(between, (rank, rank + 1))[rank : rank + 2].astype(np.float64)
        found.append(lower + (upper - lower) * (place - int(place)))
    return np.array(found)
