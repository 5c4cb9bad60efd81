"""What a frozen network trained on photographs sees in a scan, averaged over a region."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from RadioGenomicsLib.errors import BundleError
from RadioGenomicsLib.model.batches import run_batches
from RadioGenomicsLib.model.weights import load_tensors
from RadioGenomicsLib.resources import resource_path

if TYPE_CHECKING:
    from RadioGenomicsLib.model.efficientnet_lite import EfficientNetLite

# The network's red, green and blue are the first three channels of the model.
PLANES = 3
# The network gives so many features.
FEATURES = 192
# A pixel of them is this many of the grid: stride 16 on slices enlarged twice.
PIXELS_PER_FEATURE = 8
# z-scores beyond these say nothing more; halved, they fill the range of the photographs it was trained on.
_RANGE = (-3.0, 4.0)
# Few slices at a time stay in the processor's cache; with channels last, that takes half the time.
_BATCH = 2


def shipped_network() -> EfficientNetLite:
    """Return the shipped network, for training a bundle; a bundle carries its own copy."""
    return network_of(load_tensors(resource_path("Encoders", "efficientnet-lite0-stride16.safetensors")))


def network_of(weights: dict[str, np.ndarray]) -> EfficientNetLite:
    """Build the network from its weights, in evaluation mode.

    Raises:
        BundleError: they are not its weights.
    """
    import torch

    from RadioGenomicsLib.model.efficientnet_lite import EfficientNetLite

    network = EfficientNetLite()
    try:
        network.load_state_dict({name: torch.from_numpy(array) for name, array in weights.items()})
    except RuntimeError as error:
        mend = "Get the bundle again, or choose another one."
        raise BundleError("deep features", "the weights are not those of EfficientNet-Lite0", mend) from error
    return network.eval().to(memory_format=torch.channels_last)  # type: ignore[call-overload]  # torch has it


def feature_maps(network: EfficientNetLite, channels: np.ndarray) -> np.ndarray:
    """Return the features of every slice, the mean over the scan and its mirror image.

    It runs on the CPU: a second's work, and the same result on every machine with the same libraries.

    Args:
        network: in evaluation mode.
        channels: ``[3, slice, row, column]`` normalized intensities, an absent channel zero; rows and columns are
            multiples of 8.

    Returns:
        ``[slice, 192, row / 8, column / 8]`` float32.
    """
    import torch
    from torch.nn import functional

    slices = torch.from_numpy(np.clip(channels, *_RANGE).astype(np.float32) / 2).movedim(0, 1)

    def run(few: torch.Tensor) -> np.ndarray:
        with torch.inference_mode():
            large = functional.interpolate(few, scale_factor=2, mode="bilinear")
            large = large.contiguous(memory_format=torch.channels_last)
            return (network(large) + network(large.flip(-1)).flip(-1)).numpy() / 2

    return np.concatenate(run_batches(run, slices.split(_BATCH), "cpu"))


def mean_in_region(maps: np.ndarray, region: np.ndarray) -> np.ndarray:
    """Return the mean features ``[192]`` of a region; NaN where it is empty.

    Args:
        maps: of :func:`feature_maps`.
        region: mask ``[slice, row, column]``; a cell of the maps counts as much as the region fills it.
    """
    slices, rows, columns = region.shape
    filled = region.reshape(
        slices, rows // PIXELS_PER_FEATURE, PIXELS_PER_FEATURE, columns // PIXELS_PER_FEATURE, PIXELS_PER_FEATURE
    ).sum(axis=(2, 4))
    total = filled.sum()
    if not total:
        return np.full(maps.shape[1], np.nan)
    return np.einsum("sfrc,src->f", maps, filled.astype(np.float64)) / total
