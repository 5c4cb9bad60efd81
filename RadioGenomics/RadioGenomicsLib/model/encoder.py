"""Run the network over a study, slice batch by slice batch, on whatever device there is."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from RadioGenomicsLib.errors import DependencyError
from RadioGenomicsLib.model.batches import run_batches
from RadioGenomicsLib.model.tumor_proposal import LEAST_LIKELY
from RadioGenomicsLib.progress import Progress
from RadioGenomicsLib.progress import silent

if TYPE_CHECKING:
    import torch

    from RadioGenomicsLib.model.network import TransUNet

log = logging.getLogger(__name__)

# Slices at a time: few, so that a scan's batches fill all threads of the CPU about evenly.
_BATCH = 8
# The outline is the mean over the scan and its mirror image as they are and at these contrasts, as training varied
# them. A slice whose first two views see no voxel half as likely as an outline's least is not looked at again.
_CONTRASTS = (0.85, 1.2)
_TRACE = LEAST_LIKELY / 2


@dataclass(frozen=True)
class Encoded:
    """What the network says of a study.

    Attributes:
        tumor: ``[slice, row, column]`` probability of tumor, the mean over the scan and its mirror image, and in slices
            where these show a trace of it also over other contrasts.
        tokens: ``[slice, embedding, row / 16, column / 16]``.
        device: where it ran.
        notes: what had to be changed to make it run, in words for the user.
    """

    tumor: np.ndarray
    tokens: np.ndarray
    device: str
    notes: tuple[str, ...] = ()


def stack_planes(channels: np.ndarray, reference: int, neighbors: int) -> np.ndarray:
    """Return the planes of every slice, ``[slice, channels + 2 * neighbors, row, column]``.

    Args:
        channels: ``[channel, slice, row, column]``; beyond the first and last slice the edge is repeated.
        reference: the channel whose neighboring slices are added.
        neighbors: slices to each side.
    """
    slices = channels.shape[1]
    offsets = [offset for offset in range(-neighbors, neighbors + 1) if offset != 0]
    beside = [channels[reference, np.clip(np.arange(slices) + offset, 0, slices - 1)] for offset in offsets]
    return np.stack([*channels, *beside], axis=1)


def choose_device(wanted: str) -> str:
    """Return "cuda", "mps" or "cpu"; "auto" takes the fastest there is.

    Raises:
        DependencyError: the device that was asked for is not there.
    """
    import torch

    there = {"cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available(), "cpu": True}
    if wanted == "auto":
        return next(device for device, usable in there.items() if usable)
    if not there.get(wanted, False):
        usable = ", ".join(device for device, is_there in there.items() if is_there)
        raise DependencyError(f"device {wanted}", "it is not available here", f"Use auto or one of: {usable}.")
    return wanted


def encode(
    network: TransUNet, planes: np.ndarray, device: str, progress: Progress = silent, *, plain: bool = False
) -> Encoded:
    """Run the network over all slices; on lack of memory halve the batch, then go to the CPU, and say so.

    Args:
        network: in evaluation mode.
        planes: ``[slice, inputs, row, column]`` float32.
        device: where to start.
        progress: told after every batch.
        plain: the outline is that of the plain view alone, for those who need the tokens; they are the same.
    """
    import torch

    notes: list[str] = []
    batch = _BATCH
    while True:
        try:
            tumor, tokens = _run(network.to(device), planes, device, batch, progress, plain)
            return Encoded(tumor, tokens, device, tuple(notes))
        except RuntimeError as error:
            # CUDA has a type of its own for it, MPS only the words.
            out_of_memory = isinstance(error, torch.OutOfMemoryError) or "out of memory" in str(error)
            if not out_of_memory or (device == "cpu" and batch == 1):
                raise
            if batch > 1:
                batch //= 2
                notes.append(f"The {device} ran out of memory; slices were run {batch} at a time.")
            else:
                device, batch = "cpu", _BATCH
                notes.append("The GPU ran out of memory; the CPU did the work.")
            log.warning(notes[-1])


def _run(
    network: TransUNet, planes: np.ndarray, device: str, batch: int, progress: Progress, plain: bool
) -> tuple[np.ndarray, np.ndarray]:
    import torch

    def run(part: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        with torch.inference_mode():
            seen = torch.from_numpy(part).to(device)
            probability, tokens = _plain(network, seen) if plain else _views(network, seen)
            return probability.float().cpu().numpy(), tokens.float().cpu().numpy()

    parts = [planes[start : start + batch] for start in range(0, len(planes), batch)]
    tumor, tokens = zip(*run_batches(run, parts, device, progress), strict=True)
    return np.concatenate(tumor), np.concatenate(tokens)


def _plain(network: TransUNet, seen: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    logits, _, tokens = network(seen)
    return logits.sigmoid()[:, 0], tokens


def _views(network: TransUNet, seen: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Return tumor probabilities ``[slice, row, column]`` averaged over views, and the tokens of the plain view."""
    tumor, tokens = _both_ways(network, seen)
    traced = tumor.amax(dim=(1, 2)) >= _TRACE
    if traced.any():
        others = [_both_ways(network, seen[traced] * contrast)[0] for contrast in _CONTRASTS]
        tumor[traced] = (tumor[traced] + sum(others)) / (1 + len(others))
    return tumor, tokens


def _both_ways(network: TransUNet, planes: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Return the mean probability of the planes and their mirror image, and the tokens of the planes as they lie."""
    logits, _, tokens = network(planes)
    mirrored, _, _ = network(planes.flip(-1))
    return (logits.sigmoid() + mirrored.sigmoid().flip(-1))[:, 0] / 2, tokens
