"""Train one encoder per fold and one on everybody, each once: finished ones are found again by what made them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from collections.abc import Sequence
from dataclasses import asdict
from dataclasses import dataclass
from dataclasses import fields
from pathlib import Path

import numpy as np

from RadioGenomicsLib.fan_out import Failed
from RadioGenomicsLib.fan_out import Workers
from RadioGenomicsLib.fan_out import fan_out
from RadioGenomicsLib.model.network import NetworkSettings
from RadioGenomicsLib.model.weights import is_whole
from RadioGenomicsLib.model.weights import save_tensors
from RadioGenomicsLib.progress import Progress
from RadioGenomicsLib.progress import silent
from RadioGenomicsLib.progress import within
from RadioGenomicsLib.whole_outputs import scratch_folder
from RadioGenomicsTrainLib.training.augmentation import Augmentation
from RadioGenomicsTrainLib.training.distributed import join
from RadioGenomicsTrainLib.training.distributed import launched
from RadioGenomicsTrainLib.training.encoder import EncoderSettings
from RadioGenomicsTrainLib.training.encoder import train_encoder
from RadioGenomicsTrainLib.training.prepared import PreparedPatient
from RadioGenomicsTrainLib.work_folder import faults_told


def encoder_key(
    patients: Sequence[PreparedPatient],
    network: NetworkSettings,
    settings: EncoderSettings,
    start_from: Path | None = None,
) -> str:
    """Return a name for the encoder that these patients, settings and first weights make."""
    # What is not set is left out, so that an encoder keeps its name when a setting is added.
    schedule = {name: value for name, value in settings.to_json().items() if value is not None}
    made_from = [network.to_json(), schedule, asdict(Augmentation()), [p.digest() for p in patients]]
    if start_from is not None:
        made_from.append(hashlib.sha256(start_from.read_bytes()).hexdigest())
    return hashlib.sha256(json.dumps(made_from, sort_keys=True).encode()).hexdigest()[:16]


def train_encoders(
    patients: Mapping[str, PreparedPatient],
    training_sets: Mapping[str, np.ndarray],
    network: NetworkSettings,
    settings: EncoderSettings,
    folder: Path,
    *,
    jobs: int = 1,
    scheduler: str | None = None,
    start_from: Path | None = None,
    device: str = "auto",
    progress: Progress = silent,
) -> dict[str, Path]:
    """Train an encoder for every training set, several at once, and return where their weights are.

    Every one is trained on one thread, so that the result does not depend on who trains it. An interrupted training
    goes on from its last whole epoch. Started by ``torchrun``, all processes train one encoder after the other
    together.

    Args:
        patients: by barcode.
        training_sets: name, such as "fold 1", to the indices of the patients it may see.
        network: architecture.
        settings: schedule.
        folder: where weights and the course of every training are kept; an encoder that is there whole is not
            trained again. A cluster's computers must share it.
        jobs: encoders trained at the same time.
        scheduler: address of a Dask cluster that trains instead.
        start_from: weights that all start from, as ``pretraining.py`` makes them; random ones where None.
        device: "auto", "cuda", "mps" or "cpu".
        progress: told of every epoch.

    Raises:
        RadioGenomicsError: an encoder could not be trained.
    """
    everybody = list(patients.values())
    folder.mkdir(parents=True, exist_ok=True)
    paths, waiting = {}, {}
    for name, indices in training_sets.items():
        chosen = [everybody[i] for i in indices]
        paths[name] = folder / f"encoder-{encoder_key(chosen, network, settings, start_from)}.safetensors"
        if not is_whole(paths[name]):
            waiting[f"encoder of {name}"] = _Job(indices.tolist(), network, settings, paths[name], start_from, device)
    if launched():
        _train_together(everybody, waiting, progress)
    elif waiting:
        _train_side_by_side(everybody, waiting, folder, Workers(jobs, scheduler), progress)
    return paths


@dataclass(frozen=True)
class _Job:
    """An encoder to be trained: on which patients, how, and where to."""

    indices: list[int]
    network: NetworkSettings
    settings: EncoderSettings
    path: Path
    start_from: Path | None
    device: str

    def train(self, everybody: Sequence[PreparedPatient], progress: Progress) -> None:
        """Train, and write the weights."""
        ranks = join(self.device)
        checkpoint = self.path.with_suffix(".checkpoint")
        model = train_encoder(
            [everybody[i] for i in self.indices],
            self.network,
            self.settings,
            start_from=self.start_from,
            device=self.device,
            checkpoint=checkpoint,
            log_folder=self.path.with_suffix(""),
            progress=progress,
        )
        if ranks.first:
            save_tensors({name: tensor.numpy() for name, tensor in model.state_dict().items()}, self.path)
            checkpoint.unlink(missing_ok=True)  # two runs in one work folder may train it at the same time
        ranks.wait()


def _train_together(everybody: Sequence[PreparedPatient], waiting: Mapping[str, _Job], progress: Progress) -> None:
    # All have seen what is waiting before the first of them writes a file.
    for job in list(waiting.values())[:1]:
        join(job.device).wait()
    for number, (name, job) in enumerate(waiting.items()):
        part = within(progress, number / len(waiting), (number + 1) / len(waiting))
        job.train(everybody, _naming(part, name))


def _naming(progress: Progress, name: str) -> Progress:
    def report(fraction: float, step: str) -> None:
        progress(fraction, f"{name}: {step}")

    return report


def _train_side_by_side(
    everybody: Sequence[PreparedPatient],
    waiting: Mapping[str, _Job],
    folder: Path,
    workers: Workers,
    progress: Progress,
) -> None:
    # Workers get their patients by a file: a cohort is too large to be sent with every job.
    with scratch_folder(folder) as scratch:
        stored = scratch / "patients.npz"
        store_patients(everybody, stored)
        items = {name: (stored, job) for name, job in waiting.items()}
        for _, outcome in fan_out(_train, items, workers, progress):
            if isinstance(outcome, Failed):
                raise outcome.error


@faults_told()
def _train(item: tuple[Path, _Job], progress: Progress) -> None:
    import torch

    stored, job = item
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        job.train(load_patients(stored), progress)
    finally:
        torch.set_num_threads(threads)


def store_patients(patients: Sequence[PreparedPatient], path: Path) -> None:
    """Write patients into one file that processes beside this one can read."""
    arrays = {f"{number} {f.name}": getattr(p, f.name) for number, p in enumerate(patients) for f in fields(p)}
    np.savez(path, **arrays)


def load_patients(path: Path) -> list[PreparedPatient]:
    """Read what ``store_patients`` has written."""
    names = [field.name for field in fields(PreparedPatient)]
    with np.load(path, allow_pickle=False) as arrays:
        count = len(arrays.files) // len(names)
        return [PreparedPatient(**{name: arrays[f"{number} {name}"] for name in names}) for number in range(count)]
