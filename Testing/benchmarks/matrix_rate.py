"""How much of a device's matrix-multiplication rate a training step of the encoder reaches."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from torch.utils.flop_counter import FlopCounterMode

from RadioGenomicsLib.model.network import NetworkSettings
from RadioGenomicsLib.model.network import TransUNet
from RadioGenomicsTrainLib.training.augmentation import Augmentation
from RadioGenomicsTrainLib.training.encoder import EncoderSettings
from RadioGenomicsTrainLib.training.encoder_tasks import multitask_loss
from RadioGenomicsTrainLib.training.encoder_tasks import set_exercise
from RadioGenomicsTrainLib.training.slices import Slices
from Testing.benchmarks.lgg_patients import REFERENCE


@dataclass(frozen=True)
class Rate:
    """A training step's slices per second, its operations per second in matrix products and convolutions, and the peak.

    The peak is what one large bfloat16 matrix product reaches on the same device.
    """

    slices: float
    operations: float
    peak: float


def training_rate(slices: Slices, device: str, *, compiled: bool, steps: int = 8) -> Rate:
    """Measure the product's step, data resident on the device, in bfloat16 and channels last.

    Args:
        slices: to learn from.
        device: "cpu" or "cuda".
        compiled: whether the network goes through torch.compile.
        steps: timed, after three that are not.
    """
    settings, place = EncoderSettings(), torch.device(device)
    network = TransUNet(NetworkSettings()).to(place, memory_format=torch.channels_last)  # type: ignore[call-overload]
    optimizer = torch.optim.AdamW(network.parameters(), settings.learning_rate, fused=True)
    called = torch.compile(network, dynamic=False) if compiled else network
    there, generator = slices.to(place), torch.Generator(place).manual_seed(0)
    draws = np.random.default_rng(0)

    def step(through: torch.nn.Module) -> None:
        batch = draws.integers(0, len(there.owner), settings.batch)
        planes, tumor = there.planes[batch].float(), there.tumor[batch].float()
        channels = network.settings.channels
        exercise = set_exercise(planes, tumor, channels, REFERENCE, Augmentation(), generator)
        loss = multitask_loss(through, exercise, settings.reconstruction_weight)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()

    with FlopCounterMode(display=False) as counter:
        step(network)
    for _ in range(2):
        step(called)
    seconds = _seconds(lambda: [step(called) for _ in range(steps)], device) / steps
    return Rate(settings.batch / seconds, counter.get_total_flops() / seconds, _peak(device))


def _peak(device: str) -> float:
    size = 8192 if device == "cuda" else 2048
    left, right = (torch.randn(size, size, device=device).bfloat16() for _ in range(2))
    left @ right
    return max(2 * size**3 / _seconds(lambda: left @ right, device) for _ in range(5))


def _seconds(call: Callable[[], object], device: str) -> float:
    wait = torch.cuda.synchronize if device == "cuda" else lambda: None
    wait()
    start = time.perf_counter()
    call()
    wait()
    return time.perf_counter() - start
