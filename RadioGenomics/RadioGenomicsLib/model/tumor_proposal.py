"""From tumor probabilities to one outline."""

from __future__ import annotations

import numpy as np
from scipy import ndimage

# A part is kept when it holds this share of the largest part's summed probability.
_LEAST_SHARE = 0.25
# Less likely voxels are never tumor.
LEAST_LIKELY = 0.1
# Without any voxel this sure there is no tumor.
_LEAST_SURE = 0.5


def outline_tumor(probability: np.ndarray) -> np.ndarray:
    """Return the outline whose expected Dice is highest, without parts that are small beside the largest one.

    Args:
        probability: of tumor, ``[slice, row, column]``.

    Returns:
        Mask, bool; empty where no voxel is likely enough.
    """
    above = probability >= expected_dice_threshold(probability)
    labels, count = ndimage.label(above)
    if count < 2:
        return above
    mass = ndimage.sum_labels(probability, labels, np.arange(1, count + 1))
    return np.isin(labels, 1 + np.flatnonzero(mass >= _LEAST_SHARE * mass.max()))


def expected_dice_threshold(probability: np.ndarray) -> float:
    """Return the threshold that maximizes the Dice to be expected if the probabilities are right; infinite for none.

    For an outline of the n likeliest voxels that is twice their summed probability over n plus the sum of all
    (Lipton et al. 2014, doi:10.1007/978-3-662-44851-9_15); an unsure network is cut lower than at one half.
    """
    if probability.max() < _LEAST_SURE:
        return np.inf
    likely = np.sort(probability[probability >= LEAST_LIKELY].ravel())[::-1].astype(np.float64)
    expected = 2 * np.cumsum(likely) / (np.arange(1, len(likely) + 1) + probability.sum(dtype=np.float64))
    return float(likely[expected.argmax()])
