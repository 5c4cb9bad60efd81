"""One training of the encoder: its networks, its schedule, and its course from epoch to epoch."""

from __future__ import annotations

import copy
import hashlib
import json
from dataclasses import asdict
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import nn
from torch.optim.swa_utils import get_ema_multi_avg_fn

from RadioGenomicsLib.model.json_block import JSONBlock
from RadioGenomicsLib.model.network import NetworkSettings
from RadioGenomicsLib.model.network import TransUNet
from RadioGenomicsLib.progress import Progress
from RadioGenomicsLib.progress import silent
from RadioGenomicsTrainLib.training.augmentation import Augmentation
from RadioGenomicsTrainLib.training.checkpoints import TrainingState
from RadioGenomicsTrainLib.training.distributed import batches
from RadioGenomicsTrainLib.training.distributed import join
from RadioGenomicsTrainLib.training.early_stopping import EarlyStopping
from RadioGenomicsTrainLib.training.encoder_tasks import multitask_loss
from RadioGenomicsTrainLib.training.encoder_tasks import segmentation_loss
from RadioGenomicsTrainLib.training.encoder_tasks import set_exercise
from RadioGenomicsTrainLib.training.first_weights import starting_network
from RadioGenomicsTrainLib.training.precision import mixed_precision
from RadioGenomicsTrainLib.training.slices import Slices
from RadioGenomicsTrainLib.training.training_log import TrainingLog


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
        averaging: decay of the exponential moving average of the weights, which is what is kept; less in the first
            steps, see :func:`averaging_decay`.
        seed: of all random numbers.
        patience: epochs without a better outline of the inner patients, a fifth of those given and not learned from,
            after which training ends; None learns from all and runs the whole schedule.
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
    patience: int | None = None


class EncoderTraining:
    """A training between two epochs.

    Args:
        slices: to learn from.
        network: architecture.
        settings: schedule.
        reference: the channel whose neighboring slices the network sees, and which is never blanked.
        augmentation: how slices are changed.
        inner: slices of other patients to stop by, if the settings have a patience.
        start_from: weights to start from; random ones where None.
        device: "auto", "cuda", "mps" or "cpu".

    Raises:
        DependencyError: the device is not there.
        BundleError: the weights to start from cannot be read, or are of another network.
        InputError: several processes would not train this network as one does.
    """

    def __init__(
        self,
        slices: Slices,
        network: NetworkSettings,
        settings: EncoderSettings,
        *,
        reference: int,
        augmentation: Augmentation,
        inner: Slices | None = None,
        start_from: Path | None = None,
        device: str = "auto",
    ) -> None:
        self._ranks = join(device)
        place = self._ranks.device
        self._slices, self._inner = slices.to(place), None if inner is None else inner.to(place)
        self._settings, self._reference, self._augmentation = settings, reference, augmentation
        self._start_from = start_from
        model = starting_network(network, start_from, settings.seed)
        self._model = model.to(place, memory_format=torch.channels_last)  # type: ignore[call-overload]  # torch has it
        self._averaged = copy.deepcopy(self._model).eval()
        optimizer = torch.optim.AdamW(
            self._model.parameters(),
            lr=settings.learning_rate,
            weight_decay=settings.weight_decay,
            fused=place.type != "mps",
        )
        self._steps = int(np.ceil(len(self._draw(self._slices, np.random.default_rng(0))) / settings.batch))
        schedule = torch.optim.lr_scheduler.OneCycleLR(
            optimizer, settings.learning_rate, total_steps=settings.epochs * self._steps, pct_start=0.15
        )
        self._state = TrainingState(
            networks={"model": self._model, "averaged": self._averaged},
            optimizer=optimizer,
            schedule=schedule,
            generator=torch.Generator(place).manual_seed(settings.seed),
            draws=np.random.default_rng(settings.seed),
            stopping=EarlyStopping(settings.patience, {"averaged": self._averaged}),
        )
        self._shared = self._ranks.wrap(self._model)

    def run(
        self, checkpoint: Path | None = None, log_folder: Path | None = None, progress: Progress = silent
    ) -> TransUNet:
        """Train to the end, and return the averaged network in evaluation mode on the CPU.

        Args:
            checkpoint: keeps the state after every epoch; an interrupted training goes on from it.
            log_folder: for the scalars of every epoch.
            progress: told of every epoch, in the first process.
        """
        state, first, epochs = self._state, self._ranks.first, self._settings.epochs
        made_from = "" if checkpoint is None else self._made_from()
        if checkpoint is not None:
            state.restore(checkpoint, made_from)
        self._ranks.require_same_start(state.epoch)
        # The same sums on every run: no search for the fastest kernel, and no TensorFloat-32.
        exact = torch.backends.cudnn.flags(enabled=True, benchmark=False, deterministic=True, allow_tf32=False)
        with TrainingLog(log_folder if first else None, state.epoch) as log, exact:
            while state.epoch < epochs and not state.stopping.finished:
                scalars = {"loss": self._epoch(), "learning_rate": float(state.schedule.get_last_lr()[0])}
                if self._inner is not None:
                    scalars["inner_loss"] = self._ranks.agree(self._inner_loss(self._inner))
                    state.stopping.note(scalars["inner_loss"])
                state.epoch += 1
                if first:
                    log.write(state.epoch, scalars)
                    if checkpoint is not None:
                        state.save(checkpoint, made_from)
                    losses = ", ".join(
                        f"{name.replace('_', ' ')} {scalars[name]:.3f}" for name in scalars if "loss" in name
                    )
                    progress(state.epoch / epochs, f"epoch {state.epoch} of {epochs}, {losses}")
        state.stopping.put_back()
        return self._averaged.cpu()

    def _draw(self, slices: Slices, generator: np.random.Generator) -> np.ndarray:
        return slices.draw(self._settings.tumor_slices, self._settings.other_slices, generator)

    def _epoch(self) -> float:
        """Pass over the patients once, and return the mean loss."""
        state, ranks, settings = self._state, self._ranks, self._settings
        self._model.train()
        losses = []
        for batch in batches(self._draw(self._slices, state.draws), self._steps, ranks):
            exercise = set_exercise(
                self._slices.planes[batch].float(),
                self._slices.tumor[batch].float(),
                self._model.settings.channels,
                self._reference,
                self._augmentation,
                state.generator,
            )
            loss = multitask_loss(self._shared, exercise, settings.reconstruction_weight, ranks)
            state.optimizer.zero_grad()
            # The loss is that of the whole batch, its gradient that of this part: they are averaged over the processes.
            (loss * ranks.count).backward()
            nn.utils.clip_grad_norm_(self._model.parameters(), 1.0)
            state.optimizer.step()
            state.schedule.step()
            # A step of this schedule is a training step, whatever its attribute's name says.
            decay = averaging_decay(settings.averaging, state.schedule.last_epoch)
            average_weights(self._averaged, self._model, decay)
            losses.append(loss.detach())
        return float(torch.stack(losses).cpu().double().mean())

    @torch.no_grad()
    def _inner_loss(self, inner: Slices) -> float:
        """Return the segmentation loss of the averaged network on slices that are the same after every epoch."""
        drawn = self._draw(inner, np.random.default_rng(self._settings.seed))
        losses = []
        for batch in np.array_split(drawn, int(np.ceil(len(drawn) / self._settings.batch))):
            planes = inner.planes[batch].float().contiguous(memory_format=torch.channels_last)
            with mixed_precision(planes.device, self._ranks.bfloat16):
                logits, _, _ = self._averaged(planes)
            losses.append(segmentation_loss(logits.float(), inner.tumor[batch].float()))
        return float(torch.stack(losses).mean())

    def _made_from(self) -> str:
        """Return a digest of all that decides the result, apart from the device."""
        start = None if self._start_from is None else hashlib.sha256(self._start_from.read_bytes()).hexdigest()
        parts = [
            self._model.settings.to_json(),
            self._settings.to_json(),
            asdict(self._augmentation),
            self._reference,
            self._slices.digest(),
            None if self._inner is None else self._inner.digest(),
            start,
        ]
        return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


def averaging_decay(decay: float, step: int) -> float:
    """Return the decay after a training step: less at first, so that the random first weights are soon forgotten.

    The same rule as that of TensorFlow's ``ExponentialMovingAverage`` with ``num_updates``.

    Args:
        decay: that of late steps.
        step: how many are done, from 1.
    """
    return min(decay, (1 + step) / (10 + step))


def average_weights(averaged: nn.Module, model: nn.Module, decay: float) -> None:
    """Move the averaged network towards the model, by the share ``1 - decay`` of the way."""
    pairs = list(zip(averaged.state_dict().values(), model.state_dict().values(), strict=True))
    kept, new = zip(*(pair for pair in pairs if pair[0].is_floating_point()), strict=True)
    get_ema_multi_avg_fn(decay)(list(kept), list(new), None)
    for count, now in (pair for pair in pairs if not pair[0].is_floating_point()):
        count.copy_(now)
