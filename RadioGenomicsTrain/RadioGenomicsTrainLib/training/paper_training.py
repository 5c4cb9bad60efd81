"""The published method: encoder, dropout, 1-D convolution, mean squared error, trained end to end (Farooq et al.).

The paper does not say what the encoder starts from; weights pre-trained on other patients may be given.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import nn

from RadioGenomicsLib.model.encoder import choose_device
from RadioGenomicsLib.model.json_block import JSONBlock
from RadioGenomicsLib.model.network import TransUNet
from RadioGenomicsLib.model.paper_head import PaperHead
from RadioGenomicsLib.progress import Progress
from RadioGenomicsLib.progress import silent
from RadioGenomicsTrainLib.training.checkpoints import TrainingState
from RadioGenomicsTrainLib.training.early_stopping import EarlyStopping
from RadioGenomicsTrainLib.training.early_stopping import inner_split
from RadioGenomicsTrainLib.training.paper_tokens import draw_tumor_slices
from RadioGenomicsTrainLib.training.paper_tokens import stack_tumor_slices
from RadioGenomicsTrainLib.training.paper_tokens import tumor_tokens
from RadioGenomicsTrainLib.training.prepared import PreparedPatient
from RadioGenomicsTrainLib.training.training_log import TrainingLog
from RadioGenomicsTrainLib.validation.correlation import pearson


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
        patience: epochs without a lower error in the inner patients, a fifth of those given and not learned from,
            after which training ends and the best epoch is kept; None learns from all and runs the whole schedule.
    """

    epochs: int = 12
    batch: int = 8
    slices: int = 4
    learning_rate: float = 3e-4
    dropout: float = 0.25
    seed: int = 0
    patience: int | None = 4


def train_paper_model(
    patients: Sequence[PreparedPatient],
    z: np.ndarray,
    encoder: TransUNet,
    settings: PaperSettings,
    *,
    reference: int = 1,
    device: str = "auto",
    checkpoint: Path | None = None,
    log_folder: Path | None = None,
    progress: Progress = silent,
) -> tuple[TransUNet, PaperHead]:
    """Train encoder and head together on the given patients, and return both in evaluation mode on the CPU.

    Args:
        patients: the training fold.
        z: ``[n, G]`` standardized expression; NaN where not measured counts for nothing.
        encoder: what it starts from; it is changed in place.
        settings: schedule.
        reference: the channel whose neighboring slices the network sees.
        device: "auto", "cuda", "mps" or "cpu".
        checkpoint: file that keeps the state after every epoch and from which an interrupted training goes on; the
            caller removes it once the result is safe. None keeps nothing.
        log_folder: for the scalars of every epoch; None writes none.
        progress: told of every epoch.

    Raises:
        DependencyError: the device is not there.
    """
    place = torch.device(choose_device(device))
    learned, inner = np.arange(len(patients)), np.empty(0, dtype=int)
    if settings.patience is not None:
        learned, inner = inner_split(len(patients), settings.seed)
    made_from = "" if checkpoint is None else _made_from(patients, z, encoder, settings, reference)
    torch.manual_seed(settings.seed)
    head = PaperHead(encoder.settings.embedding, z.shape[1], settings.dropout).to(place)
    encoder.to(place)
    parameters = [*encoder.parameters(), *head.parameters()]
    optimizer = torch.optim.AdamW(parameters, lr=settings.learning_rate, weight_decay=0.01, fused=place.type != "mps")
    steps = int(np.ceil(len(learned) / settings.batch))
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimizer, settings.learning_rate, total_steps=settings.epochs * steps
    )
    networks = {"encoder": encoder, "head": head}
    state = TrainingState(
        networks=networks,
        optimizer=optimizer,
        schedule=schedule,
        generator=torch.Generator(place).manual_seed(settings.seed),
        draws=np.random.default_rng(settings.seed),
        stopping=EarlyStopping(settings.patience, networks),
    )
    if checkpoint is not None:
        state.restore(checkpoint, made_from)
    target = torch.from_numpy(np.nan_to_num(z)).float().to(place)
    known = torch.from_numpy(np.isfinite(z)).float().to(place)
    with TrainingLog(log_folder, state.epoch) as log:
        while state.epoch < settings.epochs and not state.stopping.finished:
            encoder.train()
            head.train()
            losses = []
            for batch in np.array_split(learned[state.draws.permutation(len(learned))], steps):
                slices = draw_tumor_slices(
                    [patients[i] for i in batch], settings.slices, reference, encoder, state.draws, state.generator
                )
                loss = _error(head(*tumor_tokens(slices, encoder)), target[batch], known[batch])
                optimizer.zero_grad()
                loss.backward()
                nn.utils.clip_grad_norm_(parameters, 1.0)
                optimizer.step()
                schedule.step()
                losses.append(loss.detach())
            scalars = {
                "MSE": float(torch.stack(losses).cpu().double().mean()),
                "learning_rate": float(schedule.get_last_lr()[0]),
            }
            if len(inner):
                predicted = _predict([patients[i] for i in inner], reference, encoder, head)
                scalars["inner_MSE"] = float(_error(predicted, target[inner], known[inner]))
                r = pearson(z[inner], predicted.cpu().numpy())
                scalars["inner_r"] = float(np.median(r[np.isfinite(r)])) if np.isfinite(r).any() else float("nan")
                state.stopping.note(scalars["inner_MSE"])
            state.epoch += 1
            log.write(state.epoch, scalars)
            if checkpoint is not None:
                state.save(checkpoint, made_from)
            progress(state.epoch / settings.epochs, _step(state.epoch, settings.epochs, scalars))
    state.stopping.put_back()
    return encoder.cpu().eval(), head.cpu().eval()


def _step(epoch: int, epochs: int, scalars: Mapping[str, float]) -> str:
    errors = ", ".join(f"{name.replace('_', ' ')} {value:.3f}" for name, value in scalars.items() if "MSE" in name)
    return f"epoch {epoch} of {epochs}, {errors}"


def _error(predicted: torch.Tensor, target: torch.Tensor, known: torch.Tensor) -> torch.Tensor:
    return ((predicted - target) ** 2 * known).sum() / known.sum()


@torch.no_grad()
def _predict(patients: Sequence[PreparedPatient], reference: int, encoder: TransUNet, head: PaperHead) -> torch.Tensor:
    """Return z ``[patients, genes]`` as a prediction gives it: from all slices with tumor, unchanged."""
    encoder.eval()
    head.eval()
    predicted = []
    for patient in patients:
        slices = stack_tumor_slices([patient], [np.flatnonzero(patient.tumor.any(axis=(1, 2)))], reference, encoder)
        predicted.append(head(*tumor_tokens(slices, encoder)))
    return torch.cat(predicted)


def _made_from(
    patients: Sequence[PreparedPatient], z: np.ndarray, encoder: TransUNet, settings: PaperSettings, reference: int
) -> str:
    """Return a digest of all that decides the result, apart from the device."""
    digest = hashlib.sha256(json.dumps([settings.to_json(), reference, [p.digest() for p in patients]]).encode())
    digest.update(np.ascontiguousarray(z).data)
    for tensor in encoder.state_dict().values():
        digest.update(tensor.cpu().contiguous().numpy())
    return digest.hexdigest()
