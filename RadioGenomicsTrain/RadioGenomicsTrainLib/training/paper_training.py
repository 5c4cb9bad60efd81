"""The published method: encoder, dropout, 1-D convolution, mean squared error, trained end to end (Farooq et al.).

The paper does not say what the encoder starts from; here it starts from the fold's own segmentation encoder, since
from random weights it learns nothing from some seventy patients.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch.nn import functional

from RadioGenomicsLib.model.encoder import stack_planes
from RadioGenomicsLib.model.json_block import JSONBlock
from RadioGenomicsLib.model.network import TransUNet
from RadioGenomicsLib.model.paper_head import PaperHead
from RadioGenomicsLib.progress import Progress
from RadioGenomicsLib.progress import silent
from RadioGenomicsTrainLib.training.augmentation import Augmentation
from RadioGenomicsTrainLib.training.augmentation import apply_affine
from RadioGenomicsTrainLib.training.augmentation import random_affine
from RadioGenomicsTrainLib.training.prepared import PreparedPatient


@dataclass(frozen=True)
class PaperSettings(JSONBlock):
    """How the published head is trained.

    Attributes:
        epochs: passes over the patients.
        batch: patients per step.
        slices: tumor slices drawn per patient and step.
        learning_rate: peak of the one-cycle schedule.
        dropout: before the convolution.
        seed: of all random numbers.
    """

    epochs: int = 12
    batch: int = 8
    slices: int = 8
    learning_rate: float = 3e-4
    dropout: float = 0.25
    seed: int = 0


def train_paper_model(
    patients: Sequence[PreparedPatient],
    z: np.ndarray,
    encoder: TransUNet,
    settings: PaperSettings,
    *,
    reference: int = 1,
    progress: Progress = silent,
) -> tuple[TransUNet, PaperHead]:
    """Train encoder and head together on the given patients, and return both in evaluation mode.

    Args:
        patients: the training fold.
        z: ``[n, G]`` standardized expression; NaN where not measured counts for nothing.
        encoder: trained on the same fold; it is changed in place.
        settings: schedule.
        reference: the channel whose neighboring slices the network sees.
        progress: told of every epoch.
    """
    torch.manual_seed(settings.seed)
    generator = torch.Generator().manual_seed(settings.seed)
    draws = np.random.default_rng(settings.seed)
    head = PaperHead(encoder.settings.embedding, z.shape[1], settings.dropout)
    parameters = [*encoder.parameters(), *head.parameters()]
    optimizer = torch.optim.AdamW(parameters, lr=settings.learning_rate, weight_decay=0.01)
    steps = int(np.ceil(len(patients) / settings.batch))
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimizer, settings.learning_rate, total_steps=settings.epochs * steps
    )
    target = torch.from_numpy(np.nan_to_num(z)).float()
    known = torch.from_numpy(np.isfinite(z)).float()
    for epoch in range(settings.epochs):
        encoder.train()
        head.train()
        losses = []
        for batch in np.array_split(draws.permutation(len(patients)), steps):
            tokens, valid = _tokens([patients[i] for i in batch], encoder, settings, reference, draws, generator)
            squared = (head(tokens, valid) - target[batch]) ** 2 * known[batch]
            loss = squared.sum() / known[batch].sum()
            optimizer.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(parameters, 1.0)
            optimizer.step()
            schedule.step()
            losses.append(float(loss.detach()))
        progress((epoch + 1) / settings.epochs, f"epoch {epoch + 1} of {settings.epochs}, MSE {np.mean(losses):.3f}")
    return encoder.eval(), head.eval()


def _tokens(
    patients: Sequence[PreparedPatient],
    encoder: TransUNet,
    settings: PaperSettings,
    reference: int,
    draws: np.random.Generator,
    generator: torch.Generator,
) -> tuple[torch.Tensor, torch.Tensor]:
    """Return tokens ``[patients, embedding, tokens]`` of some tumor slices, and which of them lie in the tumor."""
    planes, tumors, owner = [], [], []
    for number, patient in enumerate(patients):
        with_tumor = draws.permutation(np.flatnonzero(patient.tumor.any(axis=(1, 2))))[: settings.slices]
        stacked = stack_planes(patient.channels, reference, encoder.settings.neighbors)
        planes.append(torch.from_numpy(stacked[with_tumor]).float())
        tumors.append(torch.from_numpy(patient.tumor[with_tumor]).float()[:, None])
        owner += [number] * len(with_tumor)
    matrices = random_affine(len(owner), Augmentation(), generator)
    seen, tumor = apply_affine(torch.cat(planes), matrices), apply_affine(torch.cat(tumors), matrices, nearest=True)
    with torch.autocast("cpu", torch.bfloat16):
        found, _ = encoder.tokens(seen)
    found = found.float()
    inside = functional.adaptive_avg_pool2d(tumor, found.shape[2:])[:, 0] > 0
    owner_index = torch.tensor(owner)
    sequences = [found[owner_index == i].movedim(1, -1).flatten(0, 2).T for i in range(len(patients))]
    within = [inside[owner_index == i].flatten() for i in range(len(patients))]
    longest = max(sequence.shape[1] for sequence in sequences)
    padded = torch.stack([functional.pad(s, (0, longest - s.shape[1])) for s in sequences])
    valid = torch.stack([functional.pad(w, (0, longest - len(w))) for w in within])
    # A rotation can move a small tumor off the slice: then all of the patient's own tokens count.
    own = torch.stack([torch.arange(longest) < s.shape[1] for s in sequences])
    return padded, torch.where(valid.any(dim=1, keepdim=True), valid, own)
