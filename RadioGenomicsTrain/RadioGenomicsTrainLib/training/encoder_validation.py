"""What every fold's encoder makes of the patients it has not seen."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from RadioGenomicsLib.model.encoder import encode
from RadioGenomicsLib.model.encoder import stack_planes
from RadioGenomicsLib.model.network import NetworkSettings
from RadioGenomicsLib.model.network import TransUNet
from RadioGenomicsLib.model.weights import load_tensors
from RadioGenomicsTrainLib.training.prepared import PreparedPatient


@dataclass(frozen=True)
class UnseenPatient:
    """A patient through an encoder that was trained without them.

    Attributes:
        probability: of tumor, ``[slice, row, column]``.
        tokens: ``[slice, embedding, row / 16, column / 16]``.
    """

    probability: np.ndarray
    tokens: np.ndarray


def load_encoder(path: Path, network: NetworkSettings) -> TransUNet:
    """Return a trained encoder in evaluation mode."""
    import torch

    model = TransUNet(network)
    model.load_state_dict({name: torch.from_numpy(array) for name, array in load_tensors(path).items()})
    return model.eval()


def encode_patient(patient: PreparedPatient, encoder: TransUNet, reference: int) -> UnseenPatient:
    """Run an encoder over a patient."""
    planes = stack_planes(patient.channels.astype(np.float32), reference, encoder.settings.neighbors)
    encoded = encode(encoder, planes, "cpu")
    return UnseenPatient(encoded.tumor, encoded.tokens)


def encode_held_out(
    patients: Sequence[PreparedPatient],
    folds: Sequence[np.ndarray],
    encoder_of: Callable[[int], TransUNet],
    reference: int,
) -> list[UnseenPatient]:
    """Return every patient through the encoder of the fold that held them out, in order."""
    found: dict[int, UnseenPatient] = {}
    for number, test in enumerate(folds):
        encoder = encoder_of(number)
        found |= {int(index): encode_patient(patients[index], encoder, reference) for index in test}
    return [found[index] for index in range(len(patients))]
