"""From tumor probabilities to one outline."""

from __future__ import annotations

import numpy as np
from scipy import ndimage

from RadioGenomicsLib.imaging.volume import Volume

# A part is kept when it holds this share of the largest part's summed probability.
_LEAST_SHARE = 0.25


def largest_parts(likely: Volume, threshold: float = 0.5) -> np.ndarray:
    """Return the connected parts above the threshold that are not small beside the largest one, bool."""
    above = likely.array > threshold
    labels, count = ndimage.label(above)
    if count < 2:
        return above
    mass = ndimage.sum_labels(likely.array, labels, np.arange(1, count + 1))
    return np.isin(labels, 1 + np.flatnonzero(mass >= _LEAST_SHARE * mass.max()))
