"""How well an encoder outlines tumors of patients it has not seen."""

from __future__ import annotations

import numpy as np

from RadioGenomicsLib.imaging.grid import resample
from RadioGenomicsLib.imaging.mask_file import read_mask
from RadioGenomicsLib.imaging.volume import Volume
from RadioGenomicsLib.model.tumor_proposal import outline_tumor
from RadioGenomicsTrainLib.training.prepared import PreparedPatient


def dice(first: np.ndarray, second: np.ndarray) -> float:
    """Return the Dice coefficient of two bool masks; 1 where both are empty."""
    import torch
    from monai.metrics import compute_dice

    one, other = (torch.from_numpy(mask)[None, None] for mask in (first, second))
    return float(compute_dice(one, other, ignore_empty=False))


def proposal_dice(probability: np.ndarray, prepared: PreparedPatient, expert_mask: str) -> float:
    """Return the Dice of the network's proposal against the expert, on the expert's own grid.

    Args:
        probability: of tumor, ``[slice, row, column]`` on the network's grid.
        prepared: the patient.
        expert_mask: path of the mask as it was drawn.
    """
    expert = read_mask(expert_mask)
    inside = np.where(prepared.brain, probability, np.float32(0))
    likely = resample(Volume(inside.astype(np.float32), prepared.affine), expert)
    return dice(outline_tumor(likely.array), expert.array > 0)
