"""A trial: train the encoder on gene programmes beside outline and masked-image modeling.

The tokens of a slice's tumor are averaged, and a linear layer gives the patient's gene programmes and classes from
them. With a weight of 0 the training is the ordinary one, with the same draws.
"""

from __future__ import annotations

import copy
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from RadioGenomicsLib.model.network import NetworkSettings
from RadioGenomicsLib.model.network import TransUNet
from RadioGenomicsLib.model.weights import load_tensors
from RadioGenomicsLib.progress import Progress
from RadioGenomicsLib.progress import silent
from RadioGenomicsTrainLib.training.augmentation import Augmentation
from RadioGenomicsTrainLib.training.checkpoints import TrainingState
from RadioGenomicsTrainLib.training.early_stopping import EarlyStopping
from RadioGenomicsTrainLib.training.encoder import EncoderSettings
from RadioGenomicsTrainLib.training.encoder_tasks import multitask_loss
from RadioGenomicsTrainLib.training.encoder_tasks import set_exercise
from RadioGenomicsTrainLib.training.encoder_training import average_weights
from RadioGenomicsTrainLib.training.prepared import PreparedPatient
from RadioGenomicsTrainLib.training.slices import Slices

_PATCH = 16
_DROPOUT = 0.5


@dataclass(frozen=True, eq=False)
class Programmes:
    """The first principal components of a training set's expression, and what leads back to the genes.

    Attributes:
        scores: ``[n, k]`` of unit variance; NaN for patients without expression.
        loadings: ``[k, G]`` with ``scores @ loadings`` the deviation from the training mean, in z-scores.
    """

    scores: np.ndarray
    loadings: np.ndarray

    @classmethod
    def fit(cls, z: np.ndarray, count: int) -> Programmes:
        """Fit on the z-scores ``[n, G]`` of the training patients; a row of NaN is a patient without expression."""
        known = np.isfinite(z).all(axis=1)
        left, size, right = np.linalg.svd(z[known] - z[known].mean(axis=0), full_matrices=False)
        scale = np.sqrt(known.sum())
        scores = np.full((len(z), count), np.nan)
        scores[known] = left[:, :count] * scale
        return cls(scores, size[:count, None] * right[:count] / scale)


def train(
    patients: Sequence[PreparedPatient],
    targets: np.ndarray,
    classes: int,
    weight: float,
    network: NetworkSettings,
    settings: EncoderSettings,
    reference: int,
    checkpoint: Path,
    *,
    start_from: Path | None = None,
    progress: Progress = silent,
) -> nn.ModuleDict:
    """Return the averaged ``encoder`` and its linear layer ``programmes``; interrupted, it goes on from the checkpoint.

    Args:
        patients: of the training fold.
        targets: ``[n, k + classes]``, the programmes, then classes of 0 and 1; NaN where unknown.
        classes: how many.
        weight: of the programmes against the outline.
        network, settings: of the encoder.
        reference: the channel whose neighboring slices the network sees.
        checkpoint: keeps the state after every epoch.
        start_from: weights of the encoder to start from.
        progress: told of every epoch.
    """
    slices = Slices.of(patients, reference, network.neighbors)
    wanted = torch.from_numpy(targets[slices.owner]).float()
    torch.manual_seed(settings.seed)
    encoder = TransUNet(network)
    if start_from is not None:
        encoder.load_state_dict({name: torch.from_numpy(array) for name, array in load_tensors(start_from).items()})
    encoder = encoder.to(memory_format=torch.channels_last)  # type: ignore[call-overload]  # torch has it
    model = nn.ModuleDict({"encoder": encoder, "programmes": nn.Linear(network.embedding, targets.shape[1])})
    averaged = copy.deepcopy(model).eval()
    seen: list[torch.Tensor] = []
    encoder.token_norm.register_forward_hook(lambda _module, _inputs, tokens: seen.append(tokens.float()))
    optimizer = torch.optim.AdamW(model.parameters(), lr=settings.learning_rate, weight_decay=settings.weight_decay)
    drawn = len(slices.draw(settings.tumor_slices, settings.other_slices, np.random.default_rng(0)))
    steps = int(np.ceil(drawn / settings.batch))
    state = TrainingState(
        networks={"model": model, "averaged": averaged},
        optimizer=optimizer,
        schedule=torch.optim.lr_scheduler.OneCycleLR(
            optimizer, settings.learning_rate, total_steps=settings.epochs * steps, pct_start=0.15
        ),
        generator=torch.Generator().manual_seed(settings.seed),
        draws=np.random.default_rng(settings.seed),
        stopping=EarlyStopping(None, {}),
    )
    state.restore(checkpoint, checkpoint.stem)
    while state.epoch < settings.epochs:
        model.train()
        losses = []
        for batch in np.array_split(slices.draw(settings.tumor_slices, settings.other_slices, state.draws), steps):
            exercise = set_exercise(
                slices.planes[batch].float(),
                slices.tumor[batch].float(),
                network.channels,
                reference,
                Augmentation(),
                state.generator,
            )
            loss = multitask_loss(encoder, exercise, settings.reconstruction_weight)
            extra = programme_loss(model["programmes"], seen.pop(), exercise.tumor, wanted[batch], classes)
            optimizer.zero_grad()
            (loss + weight * extra).backward()
            nn.utils.clip_grad_norm_(encoder.parameters(), 1.0)
            optimizer.step()
            state.schedule.step()
            average_weights(averaged, model, settings.averaging)
            losses.append([loss.item(), extra.item()])
        state.epoch += 1
        state.save(checkpoint, checkpoint.stem)
        mean, extra_mean = np.mean(losses, axis=0)
        told = f"epoch {state.epoch} of {settings.epochs}, loss {mean:.3f}, of programmes {extra_mean:.3f}"
        progress(state.epoch / settings.epochs, told)
    return averaged


def programme_loss(
    head: nn.Module, tokens: torch.Tensor, tumor: torch.Tensor, wanted: torch.Tensor, classes: int
) -> torch.Tensor:
    """Return the squared error of the programmes plus the cross-entropy of the classes, of slices with tumor.

    Args:
        head: from a token to programmes and classes.
        tokens: ``[count, places, embedding]``.
        tumor: ``[count, 1, row, column]``, 0 or 1.
        wanted: ``[count, k + classes]``; NaN where unknown.
        classes: how many.
    """
    share = functional.avg_pool2d(tumor, _PATCH).flatten(1)
    inside = share.sum(dim=1) > 0
    pooled = torch.einsum("npe,np->ne", tokens[inside], share[inside]) / share[inside].sum(dim=1, keepdim=True)
    told = head(functional.dropout(pooled, _DROPOUT))
    known = wanted[inside].isfinite()
    target = wanted[inside].nan_to_num()
    split = wanted.shape[1] - classes
    squared = (told - target)[:, :split][known[:, :split]] ** 2
    entropy = functional.binary_cross_entropy_with_logits(told[:, split:], target[:, split:], reduction="none")
    return squared.sum() / max(squared.numel(), 1) + entropy[known[:, split:]].sum() / max(known[:, split:].sum(), 1)
