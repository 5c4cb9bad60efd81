"""What the encoder learns at every step: to outline the tumor, and to repaint hidden parts of the scan."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import nn
from torch.nn import functional

from RadioGenomicsTrainLib.training.augmentation import Augmentation
from RadioGenomicsTrainLib.training.augmentation import apply_affine
from RadioGenomicsTrainLib.training.augmentation import change_intensities
from RadioGenomicsTrainLib.training.augmentation import hidden_blocks
from RadioGenomicsTrainLib.training.augmentation import random_affine
from RadioGenomicsTrainLib.training.distributed import Ranks
from RadioGenomicsTrainLib.training.precision import mixed_precision


@dataclass(frozen=True)
class Exercise:
    """A batch as the network sees it, and what it should answer.

    Attributes:
        seen: ``[count, plane, row, column]`` changed planes, hidden blocks blank.
        tumor: ``[count, 1, row, column]`` 1 in the tumor.
        whole: ``[count, channel, row, column]`` the channels before they were changed, moved as ``seen`` is.
        hidden: ``[count, 1, row, column]`` 1 where blocks are hidden.
    """

    seen: torch.Tensor
    tumor: torch.Tensor
    whole: torch.Tensor
    hidden: torch.Tensor


def set_exercise(
    planes: torch.Tensor,
    tumor: torch.Tensor,
    channels: int,
    reference: int,
    augmentation: Augmentation,
    generator: torch.Generator,
) -> Exercise:
    """Move, change and partly hide a batch of slices.

    Args:
        planes: ``[count, plane, row, column]``: the channels, then the neighbors of the reference channel.
        tumor: ``[count, 1, row, column]``, 0 or 1.
        channels: how many of the planes are channels.
        reference: the channel that is never blanked.
        augmentation: how far.
        generator: of the random numbers, on the device of the slices.
    """
    channel_of_plane = [*range(channels), *[reference] * (planes.shape[1] - channels)]
    matrices = random_affine(len(planes), augmentation, generator)
    planes = apply_affine(planes, matrices)
    tumor = apply_affine(tumor, matrices, nearest=True)
    of_plane = torch.tensor(channel_of_plane, device=planes.device)
    changed = change_intensities(planes, of_plane, reference, augmentation, generator)
    rows, columns = planes.shape[2:]
    hidden = hidden_blocks(len(planes), rows, columns, augmentation, generator)
    seen = (changed * (1 - hidden)).contiguous(memory_format=torch.channels_last)
    return Exercise(seen, tumor, planes[:, :channels], hidden)


def multitask_loss(
    network: nn.Module, exercise: Exercise, reconstruction_weight: float, ranks: Ranks | None = None
) -> torch.Tensor:
    """Return the loss of the outline plus the weighted loss of the repainted parts; absent channels stay zero.

    Args:
        network: gives outline and repainted channels.
        exercise: the whole batch.
        reconstruction_weight: of the repainted parts.
        ranks: the processes that share the batch; None where there is one. Each gets the loss of the whole batch.
    """
    device, size = exercise.seen.device, len(exercise.seen)
    ranks = ranks or Ranks(0, 1, device)
    with mixed_precision(device, ranks.bfloat16):
        logits, repainted, _ = network(ranks.share(exercise.seen))
    loss = segmentation_loss(ranks.whole(logits.float(), size), exercise.tumor)
    # Most slices have nothing hidden, and nothing to repaint.
    (partly,) = exercise.hidden.flatten(1).any(dim=1).nonzero(as_tuple=True)
    hidden, target = exercise.hidden.index_select(0, partly), exercise.whole.index_select(0, partly)
    answers = ranks.whole(repainted.float(), size).index_select(0, partly)
    error = functional.smooth_l1_loss(answers, target, reduction="none")
    return loss + reconstruction_weight * (error * hidden).sum() / (hidden.sum() + 1) / target.shape[1]


def segmentation_loss(logits: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
    """Return soft Dice loss over the batch plus binary cross-entropy; both ``[count, 1, rows, columns]``."""
    from monai.losses import DiceCELoss  # MONAI takes seconds to import

    return DiceCELoss(sigmoid=True, batch=True, smooth_nr=1, smooth_dr=1)(logits, target)
