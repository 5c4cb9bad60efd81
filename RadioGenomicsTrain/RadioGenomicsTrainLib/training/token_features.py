"""What the frozen encoders of the folds make of every patient: the features of one rung of the ladder."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from RadioGenomicsLib.model.network import NetworkSettings
from RadioGenomicsLib.model.token_geometry import coverage
from RadioGenomicsLib.model.token_geometry import mean_token
from RadioGenomicsLib.progress import Progress
from RadioGenomicsLib.progress import silent
from RadioGenomicsTrainLib.training.encoder_validation import encode_patient
from RadioGenomicsTrainLib.training.encoder_validation import load_encoder
from RadioGenomicsTrainLib.training.prepared import PreparedPatient
from RadioGenomicsTrainLib.validation.array_cache import cached

# HE2RNA's pooling: the tokens that say most of a feature, and not only all of them together.
_HIGHEST = 0.2


def token_features(
    patients: Sequence[PreparedPatient],
    encoders: Sequence[Path],
    network: NetworkSettings,
    reference: int,
    cache: Path,
    progress: Progress = silent,
) -> np.ndarray:
    """Return ``[folds, n, 2 x embedding]``: every patient through every fold's encoder.

    The patients that a fold holds out are new to its encoder, and those it trains the gene head on come from the
    same encoder, so that both lie in one space.

    Args:
        patients: of the cohort.
        encoders: weights of each fold's encoder.
        network: architecture.
        reference: the channel whose neighboring slices the network sees.
        cache: folder of earlier results.
        progress: told of every patient.
    """
    digests = [patient.digest() for patient in patients]
    found = []
    for number, path in enumerate(encoders):

        def make(number: int = number, path: Path = path) -> dict[str, np.ndarray]:
            encoder, pooled = load_encoder(path, network), []
            for index, patient in enumerate(patients):
                pooled.append(pooled_tokens(encode_patient(patient, encoder, reference).tokens, patient.tumor))
                done = number * len(patients) + index + 1
                progress(done / len(patients) / len(encoders), f"encoded {index + 1} patients with fold {number + 1}")
            return {"pooled": np.stack(pooled)}

        found.append(cached(cache, "tokens", [path.name, network.to_json(), reference, digests], make)["pooled"])
    return np.stack(found)


def pooled_tokens(tokens: np.ndarray, tumor: np.ndarray) -> np.ndarray:
    """Return the mean token of a tumor, and the mean of each feature's highest fifth ``[2 x embedding]``.

    Args:
        tokens: ``[slice, embedding, row / p, column / p]``.
        tumor: mask ``[slice, row, column]``, not empty.
    """
    inside = np.moveaxis(tokens, 1, -1)[coverage(tokens, tumor) > 0]
    count = max(1, round(_HIGHEST * len(inside)))
    return np.concatenate([mean_token(tokens, tumor), np.sort(inside, axis=0)[-count:].mean(axis=0)])
