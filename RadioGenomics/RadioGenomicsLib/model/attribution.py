"""Which parts of the tumor moved a prediction: each part is left out of the outline in turn.

Occlusion (Zeiler and Fergus, arXiv:1311.2901) on the region rather than on the image: the question is what the model
would say had this tissue not been counted as tumor, so nothing unnatural is ever shown to it.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from RadioGenomicsLib.progress import Progress
from RadioGenomicsLib.progress import silent

# Of the block that is left out, in pixels along rows and columns; along slices as thick in millimeters.
_BLOCK = 10
# Fewer voxels cannot be described.
_LEAST = 30


def leave_out_blocks(
    tumor: np.ndarray, slice_per_pixel: float, score: Callable[[np.ndarray], float], progress: Progress = silent
) -> np.ndarray:
    """Return ``[slice, row, column]`` how much the score falls when the block around a voxel is left out.

    Args:
        tumor: mask, bool.
        slice_per_pixel: slice spacing over pixel size.
        score: of a mask.
        progress: told after every block.
    """
    size = np.array([max(1, round(_BLOCK / slice_per_pixel)), _BLOCK, _BLOCK])
    voxels = np.argwhere(tumor)
    places = (voxels - voxels.min(axis=0)) // size
    labels = np.ravel_multi_index(places.T, places.max(axis=0) + 1)
    effect = np.zeros(tumor.shape, dtype=np.float32)
    whole = score(tumor)
    blocks = np.unique(labels)
    for index, block in enumerate(blocks):
        inside = tuple(voxels[labels == block].T)
        rest = tumor.copy()
        rest[inside] = False
        if rest.sum() >= _LEAST:
            effect[inside] = whole - score(rest)
        progress((index + 1) / len(blocks), "Attribution")
    return effect
