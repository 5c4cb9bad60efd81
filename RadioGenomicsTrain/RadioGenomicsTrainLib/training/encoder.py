"""Train the encoder on several tasks at once: outline the tumor, and repaint hidden parts of the scan."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch.nn import functional

from RadioGenomicsLib.model.encoder import stack_planes
from RadioGenomicsLib.model.json_block import JSONBlock
from RadioGenomicsLib.model.network import NetworkSettings
from RadioGenomicsLib.model.network import TransUNet
from RadioGenomicsLib.progress import Progress
from RadioGenomicsLib.progress import silent
from RadioGenomicsTrainLib.training.augmentation import Augmentation
from RadioGenomicsTrainLib.training.augmentation import apply_affine
from RadioGenomicsTrainLib.training.augmentation import change_intensities
from RadioGenomicsTrainLib.training.augmentation import hidden_blocks
from RadioGenomicsTrainLib.training.augmentation import random_affine
from RadioGenomicsTrainLib.training.prepared import PreparedPatient


@dataclass(frozen=True)
class EncoderSettings(JSONBlock):
    """How the encoder is trained.

    Attributes:
        epochs: passes over the patients.
        batch: slices per step.
        learning_rate: peak of the one-cycle schedule.
        weight_decay: of AdamW.
        tumor_slices, other_slices: slices drawn per patient and epoch, at most.
        reconstruction_weight: weight of masked-image modeling against segmentation.
        averaging: decay of the exponential moving average of the weights, which is what is kept.
        seed: of all random numbers.
    """

    epochs: int = 36
    batch: int = 24
    learning_rate: float = 2e-3
    weight_decay: float = 0.02
    tumor_slices: int = 14
    other_slices: int = 8
    reconstruction_weight: float = 0.2
    averaging: float = 0.99
    seed: int = 0


@dataclass(frozen=True)
class _Slices:
    """All slices of the training patients: planes, tumor, and which patient they belong to."""

    planes: list[torch.Tensor]
    tumor: list[torch.Tensor]

    @classmethod
    def of(cls, patients: Sequence[PreparedPatient], reference: int, neighbors: int) -> _Slices:
        planes = [torch.from_numpy(stack_planes(p.channels, reference, neighbors)) for p in patients]
        return cls(planes, [torch.from_numpy(p.tumor) for p in patients])

    def draw(self, settings: EncoderSettings, generator: np.random.Generator) -> np.ndarray:
        """Draw ``[slices, 2]`` patient and slice indices for one epoch, in random order."""
        drawn = []
        for patient, tumor in enumerate(self.tumor):
            has_tumor = tumor.flatten(1).any(dim=1).numpy()
            for candidates, most in (
                (np.flatnonzero(has_tumor), settings.tumor_slices),
                (np.flatnonzero(~has_tumor), settings.other_slices),
            ):
                chosen = generator.permutation(candidates)[:most]
                drawn.extend((patient, k) for k in chosen)
        return generator.permutation(np.array(drawn))


def segmentation_loss(logits: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
    """Return soft Dice loss over the batch plus binary cross-entropy; both ``[count, 1, rows, columns]``."""
    probability = torch.sigmoid(logits)
    overlap = 2 * (probability * target).sum() + 1
    dice = 1 - overlap / (probability.sum() + target.sum() + 1)
    return dice + functional.binary_cross_entropy_with_logits(logits, target)


def train_encoder(
    patients: Sequence[PreparedPatient],
    network: NetworkSettings,
    settings: EncoderSettings,
    *,
    reference: int = 1,
    augmentation: Augmentation | None = None,
    progress: Progress = silent,
) -> TransUNet:
    """Train on the given patients only, and return the averaged network in evaluation mode.

    Runs on one CPU thread so that the same seed gives the same weights, however many folds train beside it.

    Args:
        patients: the training fold.
        network: architecture.
        settings: schedule.
        reference: the channel whose neighboring slices the network sees.
        augmentation: how slices are changed; the default where None.
        progress: told of every epoch.
    """
    torch.manual_seed(settings.seed)
    generator = torch.Generator().manual_seed(settings.seed)
    draws = np.random.default_rng(settings.seed)
    augmentation = augmentation or Augmentation()
    slices = _Slices.of(patients, reference, network.neighbors)
    channel_of_plane = torch.tensor([*range(network.channels), *[reference] * (2 * network.neighbors)])

    model = TransUNet(network).to(memory_format=torch.channels_last)
    averaged = copy.deepcopy(model).eval()
    optimizer = torch.optim.AdamW(model.parameters(), lr=settings.learning_rate, weight_decay=settings.weight_decay)
    steps = int(np.ceil(len(slices.draw(settings, np.random.default_rng(0))) / settings.batch))
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimizer, settings.learning_rate, total_steps=settings.epochs * steps, pct_start=0.15
    )
    for epoch in range(settings.epochs):
        model.train()
        losses = []
        for batch in np.array_split(slices.draw(settings, draws), steps):
            planes = torch.stack([slices.planes[p][k] for p, k in batch]).float()
            tumor = torch.stack([slices.tumor[p][k] for p, k in batch]).float()[:, None]
            matrices = random_affine(len(planes), augmentation, generator)
            planes = apply_affine(planes, matrices)
            tumor = apply_affine(tumor, matrices, nearest=True)
            whole = planes[:, : network.channels]
            changed = change_intensities(planes, channel_of_plane, reference, augmentation, generator)
            hidden = hidden_blocks(len(planes), *planes.shape[2:], augmentation, generator)
            seen = (changed * (1 - hidden)).contiguous(memory_format=torch.channels_last)
            with torch.autocast("cpu", torch.bfloat16):
                logits, repainted, _ = model(seen)
            target = whole * (whole.abs().amax(dim=(2, 3), keepdim=True) > 0)
            error = functional.smooth_l1_loss(repainted.float(), target, reduction="none")
            loss = segmentation_loss(logits.float(), tumor)
            loss = loss + settings.reconstruction_weight * (error * hidden).sum() / (hidden.sum() + 1) / len(target[0])
            optimizer.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
            schedule.step()
            _average(averaged, model, settings.averaging)
            losses.append(float(loss.detach()))
        progress((epoch + 1) / settings.epochs, f"epoch {epoch + 1} of {settings.epochs}, loss {np.mean(losses):.3f}")
    return averaged


@torch.no_grad()
def _average(averaged: TransUNet, model: TransUNet, decay: float) -> None:
    for kept, new in zip(averaged.state_dict().values(), model.state_dict().values(), strict=True):
        if kept.dtype.is_floating_point:
            kept.lerp_(new, 1 - decay)
        else:
            kept.copy_(new)
