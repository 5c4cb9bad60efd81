"""Tokens of tumor slices, for the published head."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch.nn import functional

from RadioGenomicsLib.model.encoder import stack_planes
from RadioGenomicsLib.model.network import TransUNet
from RadioGenomicsTrainLib.training.augmentation import Augmentation
from RadioGenomicsTrainLib.training.augmentation import apply_affine
from RadioGenomicsTrainLib.training.augmentation import random_affine
from RadioGenomicsTrainLib.training.precision import mixed_precision
from RadioGenomicsTrainLib.training.prepared import PreparedPatient


@dataclass(frozen=True)
class TumorSlices:
    """Slices of some patients: planes and tumor ``[slice, plane, row, column]``, and ``[slice]`` whose they are."""

    planes: torch.Tensor
    tumor: torch.Tensor
    owner: torch.Tensor


def draw_tumor_slices(
    patients: Sequence[PreparedPatient],
    most: int,
    reference: int,
    encoder: TransUNet,
    draws: np.random.Generator,
    generator: torch.Generator,
) -> TumorSlices:
    """Draw some tumor slices of each patient, and move them.

    Args:
        patients: of a step.
        most: slices drawn per patient, at most.
        reference: the channel whose neighboring slices the network sees.
        encoder: for which network, and on which device.
        draws: of the slices.
        generator: of the movements, on the encoder's device.
    """
    chosen = [draws.permutation(np.flatnonzero(p.tumor.any(axis=(1, 2))))[:most] for p in patients]
    slices = stack_tumor_slices(patients, chosen, reference, encoder)
    matrices = random_affine(len(slices.owner), Augmentation(), generator)
    moved = apply_affine(slices.planes, matrices), apply_affine(slices.tumor, matrices, nearest=True)
    return TumorSlices(*moved, slices.owner)


def stack_tumor_slices(
    patients: Sequence[PreparedPatient], chosen: Sequence[np.ndarray], reference: int, encoder: TransUNet
) -> TumorSlices:
    """Return the chosen slices of each patient, on the encoder's device."""
    place = encoder.position.device
    planes = [
        stack_planes(patient.channels, reference, encoder.settings.neighbors)[slices]
        for patient, slices in zip(patients, chosen, strict=True)
    ]
    tumors = [patient.tumor[slices] for patient, slices in zip(patients, chosen, strict=True)]
    owner = np.repeat(np.arange(len(patients)), [len(slices) for slices in chosen])
    return TumorSlices(
        torch.from_numpy(np.concatenate(planes)).to(place).float(),
        torch.from_numpy(np.concatenate(tumors)).to(place).float()[:, None],
        torch.from_numpy(owner).to(place),
    )


def tumor_tokens(slices: TumorSlices, encoder: TransUNet) -> tuple[torch.Tensor, torch.Tensor]:
    """Return tokens ``[patients, embedding, tokens]`` of the slices, and which of them lie in the tumor."""
    with mixed_precision(slices.planes.device):
        found, _ = encoder.tokens(slices.planes)
    found = found.float()
    inside = functional.adaptive_avg_pool2d(slices.tumor, (found.shape[2], found.shape[3]))[:, 0] > 0
    patients = range(int(slices.owner.max()) + 1)
    sequences = [found[slices.owner == i].movedim(1, -1).flatten(0, 2).T for i in patients]
    within = [inside[slices.owner == i].flatten() for i in patients]
    longest = max(sequence.shape[1] for sequence in sequences)
    padded = torch.stack([functional.pad(s, (0, longest - s.shape[1])) for s in sequences])
    valid = torch.stack([functional.pad(w, (0, longest - len(w))) for w in within])
    # A rotation can move a small tumor off the slice: then all of the patient's own tokens count.
    own = torch.stack([torch.arange(longest, device=valid.device) < s.shape[1] for s in sequences])
    return padded, torch.where(valid.any(dim=1, keepdim=True), valid, own)
