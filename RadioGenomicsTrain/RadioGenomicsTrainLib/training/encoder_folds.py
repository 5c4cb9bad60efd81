"""Train one encoder per fold and one on everybody, each once: finished ones are found again by what made them."""

from __future__ import annotations

import hashlib
import json
import multiprocessing
from collections.abc import Mapping
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures import as_completed
from dataclasses import asdict
from pathlib import Path

import numpy as np

from RadioGenomicsLib.model.network import NetworkSettings
from RadioGenomicsLib.model.weights import save_tensors
from RadioGenomicsLib.progress import Progress
from RadioGenomicsLib.progress import silent
from RadioGenomicsTrainLib.training.augmentation import Augmentation
from RadioGenomicsTrainLib.training.encoder import EncoderSettings
from RadioGenomicsTrainLib.training.encoder import train_encoder
from RadioGenomicsTrainLib.training.prepared import PreparedPatient


def encoder_key(patients: Sequence[PreparedPatient], network: NetworkSettings, settings: EncoderSettings) -> str:
    """Return a name for the encoder that these patients and settings make."""
    made_from = [network.to_json(), settings.to_json(), asdict(Augmentation()), [p.digest() for p in patients]]
    return hashlib.sha256(json.dumps(made_from, sort_keys=True).encode()).hexdigest()[:16]


def train_encoders(
    patients: Mapping[str, PreparedPatient],
    training_sets: Mapping[str, np.ndarray],
    network: NetworkSettings,
    settings: EncoderSettings,
    folder: Path,
    *,
    jobs: int = 1,
    progress: Progress = silent,
) -> dict[str, Path]:
    """Train an encoder for every training set, several at once, and return where their weights are.

    Args:
        patients: by barcode.
        training_sets: name, such as "fold 1", to the indices of the patients it may see.
        network: architecture.
        settings: schedule.
        folder: where weights are kept; one that is there already is not trained again.
        jobs: encoders trained at the same time, each on one thread; the result does not depend on it.
        progress: told of every finished encoder.
    """
    everybody = list(patients.values())
    paths: dict[str, Path] = {}
    waiting = {}
    folder.mkdir(parents=True, exist_ok=True)
    # A fresh interpreter per job: forking a process that has used torch's threads can hang.
    with ProcessPoolExecutor(jobs, mp_context=multiprocessing.get_context("spawn")) as pool:
        for name, indices in training_sets.items():
            chosen = [everybody[i] for i in indices]
            paths[name] = folder / f"encoder-{encoder_key(chosen, network, settings)}.safetensors"
            if not paths[name].exists():
                waiting[pool.submit(_train, chosen, network, settings, paths[name])] = name
        for done, future in enumerate(as_completed(waiting)):
            future.result()
            progress((done + 1) / len(waiting), f"encoder of {waiting[future]} trained")
    return paths


def _train(
    patients: Sequence[PreparedPatient], network: NetworkSettings, settings: EncoderSettings, path: Path
) -> None:
    import torch

    torch.set_num_threads(1)
    log = path.with_suffix(".log")

    def write(_fraction: float, step: str) -> None:
        with log.open("a") as stream:
            stream.write(step + "\n")

    model = train_encoder(patients, network, settings, progress=write)
    save_tensors({name: tensor.numpy() for name, tensor in model.state_dict().items()}, path)
