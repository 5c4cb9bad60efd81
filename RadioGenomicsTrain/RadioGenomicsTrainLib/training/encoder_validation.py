"""What every fold's encoder makes of the patients it has not seen."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from RadioGenomicsLib.errors import BundleError
from RadioGenomicsLib.model.encoder import encode
from RadioGenomicsLib.model.encoder import stack_planes
from RadioGenomicsLib.model.network import NetworkSettings
from RadioGenomicsLib.model.network import TransUNet
from RadioGenomicsLib.model.weights import load_tensors
from RadioGenomicsTrainLib.training.prepared import PreparedPatient


def load_encoder(path: Path, network: NetworkSettings) -> TransUNet:
    """Return a trained encoder in evaluation mode.

    Raises:
        BundleError: the file is damaged, or of another network.
    """
    import torch

    model = TransUNet(network)
    try:
        model.load_state_dict({name: torch.from_numpy(array) for name, array in load_tensors(path).items()})
    except (BundleError, RuntimeError) as error:
        raise BundleError(path, "it is no whole encoder of this network", "Delete it, and train again.") from error
    return model.eval()


def tumor_probability(patient: PreparedPatient, encoder: TransUNet, reference: int) -> np.ndarray:
    """Return an encoder's probability of tumor ``[slice, row, column]``."""
    return encode(encoder, _planes(patient, encoder, reference), "cpu").tumor


def patient_tokens(patient: PreparedPatient, encoder: TransUNet, reference: int) -> np.ndarray:
    """Return an encoder's tokens ``[slice, embedding, row / 16, column / 16]``."""
    return encode(encoder, _planes(patient, encoder, reference), "cpu", plain=True).tokens


def outline_held_out(
    patients: Sequence[PreparedPatient],
    folds: Sequence[np.ndarray],
    encoder_of: Callable[[int], TransUNet],
    reference: int,
) -> list[np.ndarray]:
    """Return every patient's probability of tumor from the encoder of the fold that held them out, in order."""
    found: dict[int, np.ndarray] = {}
    for number, test in enumerate(folds):
        encoder = encoder_of(number)
        found |= {int(index): tumor_probability(patients[index], encoder, reference) for index in test}
    return [found[index] for index in range(len(patients))]


def _planes(patient: PreparedPatient, encoder: TransUNet, reference: int) -> np.ndarray:
    return stack_planes(patient.channels.astype(np.float32), reference, encoder.settings.neighbors)
