"""What a training starts from: the weights of another one, or random ones."""

from __future__ import annotations

from pathlib import Path

import torch

from RadioGenomicsLib.errors import BundleError
from RadioGenomicsLib.model.network import NetworkSettings
from RadioGenomicsLib.model.network import TransUNet
from RadioGenomicsLib.model.weights import load_tensors


def starting_network(network: NetworkSettings, start_from: Path | None, seed: int) -> TransUNet:
    """Return a network to train, in training mode, and seed torch's random numbers.

    Args:
        network: architecture.
        start_from: weights, as ``pretraining.py`` makes them; random ones where None.
        seed: of the random weights, and of what torch draws next.

    Raises:
        BundleError: the weights cannot be read, or are of another network.
    """
    torch.manual_seed(seed)
    model = TransUNet(network)
    if start_from is not None:
        first = {name: torch.from_numpy(array) for name, array in load_tensors(start_from).items()}
        try:
            model.load_state_dict(first)
        except RuntimeError as error:
            mend = "Give the file of an encoder of the same settings."
            raise BundleError(start_from, "its weights are of another network", mend) from error
    return model
