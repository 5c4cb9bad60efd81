"""What the frozen encoders of the folds make of every patient: the features of one rung of the ladder."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from RadioGenomicsLib.fan_out import HERE
from RadioGenomicsLib.fan_out import Failed
from RadioGenomicsLib.fan_out import Workers
from RadioGenomicsLib.fan_out import fan_out
from RadioGenomicsLib.model.network import NetworkSettings
from RadioGenomicsLib.model.token_geometry import coverage
from RadioGenomicsLib.model.token_geometry import mean_token
from RadioGenomicsLib.progress import Progress
from RadioGenomicsLib.progress import silent
from RadioGenomicsLib.whole_outputs import scratch_folder
from RadioGenomicsTrainLib.training.encoder_folds import load_patients
from RadioGenomicsTrainLib.training.encoder_folds import store_patients
from RadioGenomicsTrainLib.training.encoder_validation import load_encoder
from RadioGenomicsTrainLib.training.encoder_validation import patient_tokens
from RadioGenomicsTrainLib.training.prepared import PreparedPatient
from RadioGenomicsTrainLib.validation.array_cache import find_arrays
from RadioGenomicsTrainLib.validation.array_cache import kept
from RadioGenomicsTrainLib.validation.array_cache import place_of
from RadioGenomicsTrainLib.validation.array_cache import read_arrays
from RadioGenomicsTrainLib.work_folder import faults_told

# HE2RNA's pooling: the tokens that say most of a feature, and not only all of them together.
_HIGHEST = 0.2


@dataclass(frozen=True)
class _Fold:
    """A fold's encoder on its way to a worker, and where what it makes of the patients goes."""

    encoder: Path
    network: NetworkSettings
    reference: int
    patients: Path
    result: Path


def token_features(
    patients: Sequence[PreparedPatient],
    encoders: Sequence[Path],
    network: NetworkSettings,
    reference: int,
    cache: Path,
    progress: Progress = silent,
    workers: Workers = HERE,
) -> np.ndarray:
    """Return ``[folds, n, 2 x embedding]``: every patient through every fold's encoder.

    The patients that a fold holds out are new to its encoder, and those it trains the gene head on come from the
    same encoder, so that both lie in one space.

    Args:
        patients: of the cohort.
        encoders: weights of each fold's encoder.
        network: architecture.
        reference: the channel whose neighboring slices the network sees.
        cache: folder of earlier results; a cluster's computers must share it.
        progress: told of every patient.
        workers: who encodes.

    Raises:
        RadioGenomicsError: a fold could not be encoded.
    """
    digests = [patient.digest() for patient in patients]
    cache = cache.absolute()
    cache.mkdir(parents=True, exist_ok=True)
    with scratch_folder(cache) as scratch:
        stored = scratch / "patients.npz"
        folds = [
            _Fold(
                path.absolute(),
                network,
                reference,
                stored,
                place_of(cache, "tokens", [path.name, network.to_json(), reference, digests]),
            )
            for path in encoders
        ]
        waiting = {f"encoder of fold {n + 1}": f for n, f in enumerate(folds) if find_arrays(f.result) is None}
        if waiting:
            store_patients(patients, stored)
        for _, outcome in fan_out(_encode, waiting, workers, progress):
            if isinstance(outcome, Failed):
                raise outcome.error
    return np.stack([read_arrays(fold.result)["pooled"] for fold in folds])


@faults_told()
def _encode(fold: _Fold, progress: Progress) -> None:
    import torch

    def make() -> dict[str, np.ndarray]:
        patients, encoder, pooled = load_patients(fold.patients), load_encoder(fold.encoder, fold.network), []
        for index, patient in enumerate(patients):
            pooled.append(pooled_tokens(patient_tokens(patient, encoder, fold.reference), patient.tumor))
            progress((index + 1) / len(patients), f"encoded {index + 1} of {len(patients)} patients")
        return {"pooled": np.stack(pooled)}

    threads = torch.get_num_threads()
    # As in every worker, so that the result does not depend on who encodes.
    torch.set_num_threads(1)
    try:
        kept(fold.result, make)
    finally:
        torch.set_num_threads(threads)


def pooled_tokens(tokens: np.ndarray, tumor: np.ndarray) -> np.ndarray:
    """Return the mean token of a tumor, and the mean of each feature's highest fifth ``[2 x embedding]``.

    Args:
        tokens: ``[slice, embedding, row / p, column / p]``.
        tumor: mask ``[slice, row, column]``, not empty.
    """
    inside = np.moveaxis(tokens, 1, -1)[coverage(tokens, tumor) > 0]
    count = max(1, round(_HIGHEST * len(inside)))
    return np.concatenate([mean_token(tokens, tumor), np.sort(inside, axis=0)[-count:].mean(axis=0)])
