"""Training as a user would write it: any network, the default layout and precision, one loop.

The slices, what is done to them, the loss of the outline, the optimizer and its schedule are the product's; what the
product does beyond them (bfloat16, channels last, repainting, averaged weights) is left out.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from collections.abc import Sequence
from dataclasses import dataclass
from dataclasses import field

import numpy as np
import torch
from torch import nn

from RadioGenomicsLib.model.network import NetworkSettings
from RadioGenomicsTrainLib.training.augmentation import Augmentation
from RadioGenomicsTrainLib.training.encoder import EncoderSettings
from RadioGenomicsTrainLib.training.encoder_tasks import segmentation_loss
from RadioGenomicsTrainLib.training.encoder_tasks import set_exercise
from RadioGenomicsTrainLib.training.slices import Slices
from Testing.benchmarks.lgg_patients import REFERENCE


@dataclass
class Course:
    """A training's seconds since its start, and the loss of the outline in held-out patients, after every epoch."""

    seconds: list[float] = field(default_factory=list)
    losses: list[float] = field(default_factory=list)

    @classmethod
    def mean(cls, courses: Sequence[Course]) -> Course:
        """Return the mean course of trainings that differ in their seed alone."""
        seconds, losses = ([getattr(one, name) for one in courses] for name in ("seconds", "losses"))
        return cls(np.mean(seconds, axis=0).tolist(), np.mean(losses, axis=0).tolist())

    def time_to(self, loss: float) -> float:
        """Return the seconds until the loss was as low, on a straight line between epochs; infinite where never."""
        for epoch, reached in enumerate(self.losses):
            if reached <= loss:
                last = slice(max(epoch - 1, 0), epoch + 1)
                # np.interp asks for rising values; a loss that was reached has fallen.
                return float(np.interp(-loss, [-one for one in self.losses[last]], self.seconds[last]))
        return float("inf")


def train_plainly(
    build: Callable[[], nn.Module],
    slices: Slices,
    settings: EncoderSettings,
    held_out: Slices | None = None,
) -> Course:
    """Train a network in float32 to outline the tumor.

    Args:
        build: makes the network; its answer, or the first of its answers, is ``[slice, 1, row, column]`` logits.
        slices: to learn from.
        settings: epochs, batch, rate, decay and seed; the rest is not used.
        held_out: slices of other patients; the same are drawn that ``EncoderTraining`` draws of its inner patients.
    """
    start, channels = time.perf_counter(), NetworkSettings().channels
    torch.manual_seed(settings.seed)
    network = build().train()
    draws, generator = np.random.default_rng(settings.seed), torch.Generator().manual_seed(settings.seed)
    optimizer = torch.optim.AdamW(network.parameters(), settings.learning_rate, weight_decay=settings.weight_decay)
    steps = len(_batches(slices, settings, np.random.default_rng(0)))
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimizer, settings.learning_rate, total_steps=settings.epochs * steps, pct_start=0.15
    )
    course = Course()
    for _ in range(settings.epochs):
        for batch in _batches(slices, settings, draws):
            planes, tumor = slices.planes[batch].float(), slices.tumor[batch].float()
            exercise = set_exercise(planes, tumor, channels, REFERENCE, Augmentation(hide=0.0), generator)
            loss = segmentation_loss(_outline(network, exercise.seen.contiguous()), exercise.tumor)
            optimizer.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(network.parameters(), 1.0)
            optimizer.step()
            schedule.step()
        if held_out is not None:
            course.losses.append(_loss(network, held_out, settings))
        course.seconds.append(time.perf_counter() - start)
    return course


@torch.no_grad()
def _loss(network: nn.Module, held_out: Slices, settings: EncoderSettings) -> float:
    network.eval()
    losses = [
        segmentation_loss(_outline(network, held_out.planes[batch].float()), held_out.tumor[batch].float())
        for batch in _batches(held_out, settings, np.random.default_rng(settings.seed))
    ]
    network.train()
    return float(torch.stack(losses).mean())


def _batches(slices: Slices, settings: EncoderSettings, draws: np.random.Generator) -> list[np.ndarray]:
    drawn = slices.draw(settings.tumor_slices, settings.other_slices, draws)
    return np.array_split(drawn, int(np.ceil(len(drawn) / settings.batch)))


def _outline(network: nn.Module, planes: torch.Tensor) -> torch.Tensor:
    answer = network(planes)
    return answer[0] if isinstance(answer, tuple) else answer
