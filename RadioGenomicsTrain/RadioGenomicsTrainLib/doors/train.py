"""Train the encoders of a cohort, and the published method where it is asked for."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from RadioGenomicsLib.errors import InputError
from RadioGenomicsLib.progress import Progress
from RadioGenomicsLib.progress import silent
from RadioGenomicsLib.progress import within
from RadioGenomicsTrainLib.doors.prepare import Prepared
from RadioGenomicsTrainLib.doors.prepare import prepare
from RadioGenomicsTrainLib.doors.request import CohortRequest
from RadioGenomicsTrainLib.work_folder import faults_told


@dataclass(frozen=True, eq=False)
class Trained:
    """What a training left.

    Attributes:
        prepared: the cohort.
        encoders: weights by what they were trained on: "fold 1" …, "everybody".
        paper: out-of-fold predictions of the published method, one file per expression table; none without it.
    """

    prepared: Prepared
    encoders: dict[str, Path]
    paper: tuple[Path, ...] = ()


@faults_told()
def train(request: CohortRequest, progress: Progress = silent) -> Trained:
    """Prepare the cohort and train everything that validation and bundle need.

    Encoders go to ``WORK/encoders``, predictions of the published method to ``WORK/paper``. Whatever is there is not
    trained again, and an interrupted training goes on from its last whole epoch. Started by ``torchrun``, all
    processes train one encoder after the other together.

    Raises:
        InputError: fewer patients than folds can be prepared.
        RadioGenomicsError: a training failed.
        Canceled: from ``progress``.
    """
    if request.head == "paper":
        trained = train_encoders_of(request, within(progress, 0.0, 0.6))
        return Trained(trained.prepared, trained.encoders, _train_paper(request, trained, within(progress, 0.6, 1.0)))
    return train_encoders_of(request, progress)


@faults_told()
def train_encoders_of(request: CohortRequest, progress: Progress = silent) -> Trained:
    """Prepare the cohort and train its encoders; as :func:`train`, without the published method."""
    from RadioGenomicsTrainLib.training.encoder_folds import train_encoders

    prepared = prepare(request, within(progress, 0.0, 0.1))
    settings = request.settings()
    count = len(prepared.patients)
    if count < settings.folds:
        mend = f"The reasons why others are left out are in {request.work}."
        raise InputError(prepared.cohort.description.id, f"only {count} patients can be prepared", mend)
    everybody = np.arange(count)
    sets = {f"fold {n + 1}": np.setdiff1d(everybody, test) for n, test in enumerate(_folds(request, count))}
    encoders = train_encoders(
        prepared.patients,
        sets | {"everybody": everybody},
        settings.network,
        settings.encoder,
        request.work.absolute() / "encoders",
        jobs=request.workers.jobs,
        scheduler=request.workers.scheduler,
        start_from=request.first_weights,
        device=request.device,
        progress=within(progress, 0.1, 1.0),
    )
    return Trained(prepared, encoders)


def _folds(request: CohortRequest, count: int) -> list[np.ndarray]:
    from RadioGenomicsTrainLib.validation.folds import patient_folds

    settings = request.settings()
    return patient_folds(count, settings.folds, settings.seed)


def _train_paper(request: CohortRequest, trained: Trained, progress: Progress) -> tuple[Path, ...]:
    from RadioGenomicsTrainLib.training.paper_folds import PaperMethod
    from RadioGenomicsTrainLib.training.paper_folds import store_paper_predictions
    from RadioGenomicsTrainLib.training.paper_training import PaperSettings
    from RadioGenomicsTrainLib.training.validation_blocks import validation_blocks

    settings = request.settings()
    patients = trained.prepared.patients
    folds = _folds(request, len(patients))
    found = store_paper_predictions(
        patients,
        validation_blocks(trained.prepared.cohort.description, list(patients), {}, settings.splits).blocks,
        folds,
        [trained.encoders[f"fold {number + 1}"] for number in range(len(folds))],
        PaperMethod(settings.network, PaperSettings(), settings.reference, request.device),
        request.work / "paper",
        request.workers,
        progress,
    )
    return tuple(found)
