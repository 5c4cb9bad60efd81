"""Pre-train the encoder on 3,064 contrast-enhanced T1 slices of other patients (Cheng et al., figshare 1512427).

The tasks are those of the training that follows: outline the tumor and repaint hidden parts. The slices have one
channel; the others are absent, that is zero. They are axial, coronal and sagittal, with skull, and bear no patient
ids: neighboring slices are of one patient, so that they are held out in blocks.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from scipy import ndimage
from torch.nn import functional

from RadioGenomicsLib.errors import InputError
from RadioGenomicsLib.model.network import NetworkSettings
from RadioGenomicsLib.model.network import TransUNet
from RadioGenomicsLib.model.preprocessing import Preprocessing
from RadioGenomicsLib.progress import Progress
from RadioGenomicsLib.progress import silent
from RadioGenomicsTrainLib.training.augmentation import Augmentation
from RadioGenomicsTrainLib.training.encoder_training import EncoderSettings
from RadioGenomicsTrainLib.training.encoder_training import EncoderTraining
from RadioGenomicsTrainLib.training.slices import Slices

# Of 250: what is darker is air.
_AIR = 15
# 3,064 slices of 233 patients are 13 each: a block stands for a patient where patients are drawn or held out.
_BLOCK = 13

PRETRAINING = EncoderSettings(epochs=12, tumor_slices=_BLOCK, other_slices=0)


def pretrain_encoder(
    path: Path,
    network: NetworkSettings,
    settings: EncoderSettings = PRETRAINING,
    progress: Progress = silent,
    *,
    channel: int = 2,
    device: str = "auto",
    checkpoint: Path | None = None,
    log_folder: Path | None = None,
) -> TransUNet:
    """Train on slices of one channel, and return the averaged network in evaluation mode.

    Args:
        path: an NPZ of ``image`` and ``mask``, both uint8 ``[slice, column, row]`` as MATLAB stores them.
        network: architecture of the training that follows.
        settings: schedule.
        progress: told of every epoch.
        channel: the place of contrast-enhanced T1 among the channels.
        device, checkpoint, log_folder: as of ``train_encoder``.

    Raises:
        InputError: the file has no such slices.
        DependencyError: the device is not there.
    """
    slices = one_channel_slices(path, network, channel)
    inner = None
    if settings.patience is not None:
        slices, inner = split_in_stretches(slices)
    # Blanked, the only channel would leave nothing to learn from.
    augmentation = replace(Augmentation(), drop_channel=0.0)
    training = EncoderTraining(
        slices, network, settings, reference=channel, augmentation=augmentation, inner=inner, device=device
    )
    return training.run(checkpoint, log_folder, progress)


def split_in_stretches(slices: Slices) -> tuple[Slices, Slices]:
    """Split blocks of slices into those to learn from and those to stop by, with a gap that no patient spans.

    Of every forty blocks, eight in a row are held out, and two on either side are left out.
    """
    place = np.unique(slices.owner) % 40
    inner, learned = np.flatnonzero(place < 8), np.flatnonzero((place >= 10) & (place < 38))
    return slices.of_patients(learned), slices.of_patients(inner)


def one_channel_slices(path: Path, network: NetworkSettings, channel: int) -> Slices:
    """Read the slices, bring them to the network's grid, and leave every other channel zero.

    Raises:
        InputError: the file has no such slices.
    """
    try:
        with np.load(path, allow_pickle=False) as arrays:
            image, mask = arrays["image"], arrays["mask"]
    except (OSError, ValueError, KeyError) as error:
        mend = "Give an NPZ file with the arrays image and mask, both uint8 [slice, column, row]."
        raise InputError(path, "it has no slices to pre-train on", mend) from error
    one, tumor = head_on_grid(image.swapaxes(1, 2), mask.swapaxes(1, 2) > 0, Preprocessing())
    planes = torch.zeros(len(one), network.inputs, *one.shape[1:], dtype=torch.float16)
    planes[:, channel] = torch.from_numpy(one)
    return Slices(planes, torch.from_numpy(tumor)[:, None], np.arange(len(one)) // _BLOCK)


def head_on_grid(image: np.ndarray, tumor: np.ndarray, settings: Preprocessing) -> tuple[np.ndarray, np.ndarray]:
    """Fit the head of every slice into the network's grid and normalize it, as preparation does with a brain.

    Args:
        image: ``[slice, row, column]`` of any intensities from 0.
        tumor: masks, bool.
        settings: grid and clipping.

    Returns:
        Robust z-scores inside the head and the lower clip limit around it, float16, and the masks.
    """
    heads = np.stack([ndimage.binary_fill_holes(_largest(one > _AIR)) for one in image])
    matrices = torch.from_numpy(np.stack([_crop(head, settings) for head in heads])).float()
    stacked = torch.from_numpy(np.stack([image, heads, tumor], axis=1).astype(np.float32))
    grid = functional.affine_grid(matrices, [len(image), 3, settings.rows, settings.columns], align_corners=False)
    on_grid = functional.grid_sample(stacked, grid, align_corners=False).numpy()
    inside = on_grid[:, 1] > 0.5
    z = np.full(inside.shape, settings.clip[0], np.float32)
    for out, values, head in zip(z, on_grid[:, 0], inside, strict=True):
        low, center, high = np.percentile(values[head], (16, 50, 84))
        out[head] = np.clip((values[head] - center) * 2 / (high - low), *settings.clip)
    return z.astype(np.float16), (on_grid[:, 2] > 0.5) & inside


def _largest(mask: np.ndarray) -> np.ndarray:
    labels, _ = ndimage.label(mask)
    return labels == np.bincount(labels.ravel())[1:].argmax() + 1


def _crop(head: np.ndarray, settings: Preprocessing) -> np.ndarray:
    """Return the ``[2, 3]`` sampling matrix that fits the head's bounding box into the grid, pixels staying square."""
    size = np.array(head.shape)
    box = ndimage.find_objects(head.astype(int))[0]
    first, last = (np.array([getattr(side, end) for side in box]) for end in ("start", "stop"))
    grid = np.array([settings.rows, settings.columns])
    pixel = ((last - first) / (grid - 2 * settings.margin)).max()
    scale, shift = pixel * grid / size, (first + last) / size - 1
    return np.array([[scale[1], 0, shift[1]], [0, scale[0], shift[0]]])
