"""The published method once per fold: what it makes of the patients left out, kept for the validation."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from RadioGenomicsLib.fan_out import HERE
from RadioGenomicsLib.fan_out import Failed
from RadioGenomicsLib.fan_out import Workers
from RadioGenomicsLib.fan_out import fan_out
from RadioGenomicsLib.model.gene_models import predict_from_tokens
from RadioGenomicsLib.model.network import NetworkSettings
from RadioGenomicsLib.progress import Progress
from RadioGenomicsLib.progress import silent
from RadioGenomicsLib.whole_outputs import file_written_whole
from RadioGenomicsLib.whole_outputs import scratch_folder
from RadioGenomicsTrainLib.training.encoder_folds import load_patients
from RadioGenomicsTrainLib.training.encoder_folds import store_patients
from RadioGenomicsTrainLib.training.encoder_validation import patient_tokens
from RadioGenomicsTrainLib.training.first_weights import starting_network
from RadioGenomicsTrainLib.training.paper_training import PaperSettings
from RadioGenomicsTrainLib.training.paper_training import train_paper_model
from RadioGenomicsTrainLib.training.prepared import PreparedPatient
from RadioGenomicsTrainLib.validation.array_cache import find_arrays
from RadioGenomicsTrainLib.validation.cohort_data import Block
from RadioGenomicsTrainLib.validation.cohort_data import Refits
from RadioGenomicsTrainLib.validation.cohort_data import StoredPrediction
from RadioGenomicsTrainLib.validation.joint_null import permuted_rows
from RadioGenomicsTrainLib.validation.stored_predictions import write_prediction
from RadioGenomicsTrainLib.work_folder import faults_told


@dataclass(frozen=True)
class PaperMethod:
    """The published method on a cohort.

    Attributes:
        network: of the encoders.
        settings: schedule of the training.
        start_from: weights that the encoders start from; random ones where None.
        reference: the channel whose neighboring slices the network sees.
        device: "auto", "cuda", "mps" or "cpu".
    """

    network: NetworkSettings
    settings: PaperSettings
    start_from: Path | None = None
    reference: int = 1
    device: str = "auto"


@dataclass(frozen=True)
class _Fold:
    """A fold's way to a worker.

    Attributes:
        method: what is trained.
        test: ``[n_test]`` patients left out.
        order: ``[n]`` whose expression each patient is given.
        data: file of all patients; beside it, that of their targets.
        result: where the predictions go.
    """

    method: PaperMethod
    test: np.ndarray
    order: np.ndarray
    data: Path
    result: Path


def store_paper_predictions(
    patients: Mapping[str, PreparedPatient],
    blocks: Sequence[Block],
    folds: Sequence[np.ndarray],
    method: PaperMethod,
    folder: Path,
    workers: Workers = HERE,
    progress: Progress = silent,
    *,
    refits: int = 0,
) -> list[Path]:
    """Train every fold, and once more for each refit, and write ``predictions_<block>.npz`` of every block.

    A fold that is there already is not trained again, and one that was interrupted goes on from its last whole epoch.
    In a refit the patients exchange their expression, those with the same genes among each other; what a number of
    refits finds is found again by a larger number.

    Args:
        patients: by barcode.
        blocks: genes, as the validation tests them.
        folds: test patients of each fold.
        method: what is trained.
        folder: for predictions, checkpoints and logs.
        workers: who trains.
        progress: told of every epoch.
        refits: on permuted patients, for the null.

    Raises:
        RadioGenomicsError: a fold could not be trained.
    """
    folder = folder.absolute()
    folder.mkdir(parents=True, exist_ok=True)
    everybody = list(patients.values())
    targets = _targets(blocks, len(everybody))
    orders = [np.arange(len(everybody)), *_exchanges(targets, refits, method.settings.seed)]
    digests = [patient.digest() for patient in everybody]
    with scratch_folder(folder) as scratch:
        data = scratch / "patients.npz"
        results: list[list[Path]] = []
        waiting: dict[str, _Fold] = {}
        for refit, order in enumerate(orders):
            results.append([folder / f"fold-{_key(method, test, digests, targets[order])}.npz" for test in folds])
            name = "paper mode" if refit == 0 else f"paper mode, refit {refit} of {refits}"
            for number, (test, result) in enumerate(zip(folds, results[-1], strict=True)):
                if _read(result) is None:
                    waiting[f"{name}, fold {number + 1}"] = _Fold(method, test, order, data, result)
        if waiting:
            store_patients(everybody, data)
            np.save(_beside(data), targets)
        for _, outcome in fan_out(_train, waiting, workers, progress):
            if isinstance(outcome, Failed):
                raise outcome.error
    predicted, mean = _out_of_fold(targets, folds, results[0])
    refitted = np.empty((refits, *targets.shape), dtype=np.float32)
    for one, order, found in zip(refitted, orders[1:], results[1:], strict=True):
        one[:] = np.subtract(*_out_of_fold(targets[order], folds, found))
    exchanged = Refits(np.array(orders[1:]), refitted) if refits else None
    return _write_blocks(blocks, list(patients), StoredPrediction(predicted, mean, exchanged), folder)


@faults_told()
def _train(fold: _Fold, progress: Progress) -> None:
    import torch

    threads = torch.get_num_threads()
    # As in every worker, so that the result does not depend on who trains it.
    torch.set_num_threads(1)
    try:
        everybody, targets = load_patients(fold.data), np.load(_beside(fold.data), allow_pickle=False)[fold.order]
        chosen = _others(fold.test, len(everybody))
        checkpoint = fold.result.with_suffix(".checkpoint")
        encoder, head = train_paper_model(
            [everybody[i] for i in chosen],
            targets[chosen],
            starting_network(fold.method.network, fold.method.start_from, fold.method.settings.seed),
            fold.method.settings,
            reference=fold.method.reference,
            device=fold.method.device,
            checkpoint=checkpoint,
            log_folder=fold.result.with_suffix(""),
            progress=progress,
        )
        left_out = [everybody[i] for i in fold.test]
        tokens = [patient_tokens(patient, encoder, fold.method.reference) for patient in left_out]
        pairs = zip(tokens, left_out, strict=True)
        predicted = np.stack([predict_from_tokens(head, found, patient.tumor) for found, patient in pairs])
        with file_written_whole(fold.result) as aside:
            np.savez(aside, predicted=predicted)
        checkpoint.unlink(missing_ok=True)  # two runs in one work folder may train it at the same time
    finally:
        torch.set_num_threads(threads)


def _targets(blocks: Sequence[Block], count: int) -> np.ndarray:
    """Return z of all blocks side by side, ``[count, G]``; NaN where a patient is not in a block."""
    parts = [np.full((count, block.families[0].y.shape[1]), np.nan) for block in blocks]
    for part, block in zip(parts, blocks, strict=True):
        part[block.rows] = block.families[0].y
    return np.concatenate(parts, axis=1)


def _exchanges(targets: np.ndarray, count: int, seed: int) -> list[np.ndarray]:
    """Return permutations ``[n]`` of the patients, within those who have the same genes."""
    rng = np.random.default_rng(seed)
    _, alike = np.unique(np.isfinite(targets), axis=0, return_inverse=True)
    return [permuted_rows(rng, len(targets), alike) for _ in range(count)]


def _out_of_fold(
    targets: np.ndarray, folds: Sequence[np.ndarray], results: Sequence[Path]
) -> tuple[np.ndarray, np.ndarray]:
    """Return what the folds predicted and the means of their training patients, both ``[n, G]``."""
    predicted, mean = np.full(targets.shape, np.nan), np.full(targets.shape, np.nan)
    for test, result in zip(folds, results, strict=True):
        predicted[test] = _read(result)
        mean[test] = np.nanmean(targets[_others(test, len(targets))], axis=0)
    return predicted, mean


def _write_blocks(blocks: Sequence[Block], names: list[str], stored: StoredPrediction, folder: Path) -> list[Path]:
    paths, first = [], 0
    for block in blocks:
        symbols = block.families[0].symbols
        columns = slice(first, first + len(symbols))
        first += len(symbols)
        refits = stored.refits and Refits(stored.refits.orders, stored.refits.deviations[:, :, columns])
        paths.append(folder / f"predictions_{block.id}.npz")
        own = StoredPrediction(stored.predicted[:, columns], stored.mean[:, columns], refits)
        write_prediction(paths[-1], names, symbols, own)
    return paths


def _key(method: PaperMethod, test: np.ndarray, digests: Sequence[str], targets: np.ndarray) -> str:
    made_from = [method.network.to_json(), method.settings.to_json(), method.reference, test.tolist(), digests]
    digest = hashlib.sha256(json.dumps(made_from).encode())
    digest.update(b"" if method.start_from is None else method.start_from.read_bytes())
    digest.update(np.ascontiguousarray(targets).data)
    return digest.hexdigest()[:16]


def _read(path: Path) -> np.ndarray | None:
    return (find_arrays(path) or {}).get("predicted")


def _beside(data: Path) -> Path:
    return data.with_name(f"{data.stem}.targets.npy")


def _others(test: np.ndarray, count: int) -> np.ndarray:
    return np.setdiff1d(np.arange(count), test)
