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
from RadioGenomicsTrainLib.training.encoder_validation import load_encoder
from RadioGenomicsTrainLib.training.encoder_validation import patient_tokens
from RadioGenomicsTrainLib.training.paper_training import PaperSettings
from RadioGenomicsTrainLib.training.paper_training import train_paper_model
from RadioGenomicsTrainLib.training.prepared import PreparedPatient
from RadioGenomicsTrainLib.validation.array_cache import find_arrays
from RadioGenomicsTrainLib.validation.cohort_data import Block
from RadioGenomicsTrainLib.work_folder import faults_told


@dataclass(frozen=True)
class PaperMethod:
    """The published method on a cohort.

    Attributes:
        network: of the encoders.
        settings: schedule of the training.
        reference: the channel whose neighboring slices the network sees.
        device: "auto", "cuda", "mps" or "cpu".
    """

    network: NetworkSettings
    settings: PaperSettings
    reference: int = 1
    device: str = "auto"


@dataclass(frozen=True)
class _Fold:
    """A fold's way to a worker.

    Attributes:
        method: what is trained.
        test: ``[n_test]`` patients left out.
        encoder: weights of the encoder of this fold.
        data: file of all patients; beside it, that of their targets.
        result: where the predictions go.
    """

    method: PaperMethod
    test: np.ndarray
    encoder: Path
    data: Path
    result: Path


def store_paper_predictions(
    patients: Mapping[str, PreparedPatient],
    blocks: Sequence[Block],
    folds: Sequence[np.ndarray],
    encoders: Sequence[Path],
    method: PaperMethod,
    folder: Path,
    workers: Workers = HERE,
    progress: Progress = silent,
) -> list[Path]:
    """Train every fold once, and write ``predictions_<block>.npz``: patients, symbols, predicted, mean.

    A fold that is there already is not trained again, and one that was interrupted goes on from its last whole epoch.

    Args:
        patients: by barcode.
        blocks: genes, as the validation tests them.
        folds: test patients of each fold.
        encoders: weights of the segmentation encoder of each fold, which did not see its test patients.
        method: what is trained.
        folder: for predictions, checkpoints and logs.
        workers: who trains.
        progress: told of every epoch.

    Raises:
        RadioGenomicsError: a fold could not be trained.
    """
    folder = folder.absolute()
    folder.mkdir(parents=True, exist_ok=True)
    everybody = list(patients.values())
    targets = _targets(blocks, len(everybody))
    results: list[Path] = []
    digests = [patient.digest() for patient in everybody]
    with scratch_folder(folder) as scratch:
        data = scratch / "patients.npz"
        waiting: dict[str, _Fold] = {}
        for number, (test, encoder) in enumerate(zip(folds, encoders, strict=True)):
            results.append(folder / f"fold-{_key(method, test, encoder, digests, targets)}.npz")
            if _read(results[-1]) is None:
                waiting[f"paper mode, fold {number + 1}"] = _Fold(method, test, encoder.absolute(), data, results[-1])
        if waiting:
            store_patients(everybody, data)
            np.save(_beside(data), targets)
        for _, outcome in fan_out(_train, waiting, workers, progress):
            if isinstance(outcome, Failed):
                raise outcome.error
    predicted, mean = np.full(targets.shape, np.nan), np.full(targets.shape, np.nan)
    for test, result in zip(folds, results, strict=True):
        predicted[test] = _read(result)
        mean[test] = np.nanmean(targets[_others(test, len(targets))], axis=0)
    return _write_blocks(blocks, list(patients), predicted, mean, folder)


@faults_told()
def _train(fold: _Fold, progress: Progress) -> None:
    import torch

    threads = torch.get_num_threads()
    # As in every worker, so that the result does not depend on who trains it.
    torch.set_num_threads(1)
    try:
        everybody, targets = load_patients(fold.data), np.load(_beside(fold.data), allow_pickle=False)
        chosen = _others(fold.test, len(everybody))
        checkpoint = fold.result.with_suffix(".checkpoint")
        encoder, head = train_paper_model(
            [everybody[i] for i in chosen],
            targets[chosen],
            load_encoder(fold.encoder, fold.method.network),
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
        _write(fold.result, predicted=predicted)
        checkpoint.unlink(missing_ok=True)  # two runs in one work folder may train it at the same time
    finally:
        torch.set_num_threads(threads)


def _targets(blocks: Sequence[Block], count: int) -> np.ndarray:
    """Return z of all blocks side by side, ``[count, G]``; NaN where a patient is not in a block."""
    parts = [np.full((count, block.families[0].y.shape[1]), np.nan) for block in blocks]
    for part, block in zip(parts, blocks, strict=True):
        part[block.rows] = block.families[0].y
    return np.concatenate(parts, axis=1)


def _write_blocks(
    blocks: Sequence[Block], names: list[str], predicted: np.ndarray, mean: np.ndarray, folder: Path
) -> list[Path]:
    paths, first = [], 0
    for block in blocks:
        symbols = block.families[0].symbols
        columns = slice(first, first + len(symbols))
        first += len(symbols)
        paths.append(folder / f"predictions_{block.id}.npz")
        arrays = {"predicted": predicted[:, columns], "mean": mean[:, columns]}
        _write(paths[-1], patients=np.array(names), symbols=np.array(symbols), **arrays)
    return paths


def _key(method: PaperMethod, test: np.ndarray, encoder: Path, digests: Sequence[str], targets: np.ndarray) -> str:
    made_from = [method.network.to_json(), method.settings.to_json(), method.reference, test.tolist(), digests]
    digest = hashlib.sha256(json.dumps(made_from).encode())
    digest.update(encoder.read_bytes())
    digest.update(np.ascontiguousarray(targets).data)
    return digest.hexdigest()[:16]


def _read(path: Path) -> np.ndarray | None:
    return (find_arrays(path) or {}).get("predicted")


def _write(path: Path, **arrays: np.ndarray) -> None:
    with file_written_whole(path) as aside:
        np.savez(aside, **arrays)  # type: ignore[arg-type]  # takes them for its own options


def _beside(data: Path) -> Path:
    return data.with_name(f"{data.stem}.targets.npy")


def _others(test: np.ndarray, count: int) -> np.ndarray:
    return np.setdiff1d(np.arange(count), test)
