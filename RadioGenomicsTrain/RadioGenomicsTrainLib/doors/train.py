"""Train the encoders of a cohort, or the published method where that is asked for."""

from __future__ import annotations

from dataclasses import dataclass
from dataclasses import field
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
        encoders: weights by what they were trained on: "fold 1" …, "everybody"; none of the published method.
        paper: out-of-fold predictions of the published method, one file per expression table; none without it.
    """

    prepared: Prepared
    encoders: dict[str, Path] = field(default_factory=dict)
    paper: tuple[Path, ...] = ()


@faults_told()
def train(request: CohortRequest, progress: Progress = silent) -> Trained:
    """Prepare the cohort and train everything that validation and bundle need.

    With the kernel head these are the encoders, which go to ``WORK/encoders``; with the published head it is that
    method's predictions, which go to ``WORK/paper``. Whatever is there is not trained again, and an interrupted
    training goes on from its last whole epoch. Started by ``torchrun``, all processes train one encoder after the
    other together.

    Raises:
        InputError: fewer patients than folds can be prepared.
        RadioGenomicsError: a training failed.
        Canceled: from ``progress``.
    """
    return train_paper(request, progress) if request.head == "paper" else train_encoders_of(request, progress)


@faults_told()
def train_encoders_of(request: CohortRequest, progress: Progress = silent) -> Trained:
    """Prepare the cohort and train its encoders, whatever the head; otherwise as :func:`train`."""
    from RadioGenomicsTrainLib.training.encoder_folds import train_encoders

    prepared, folds = _prepare(request, within(progress, 0.0, 0.1))
    settings = request.settings()
    everybody = np.arange(len(prepared.patients))
    sets = {f"fold {number + 1}": np.setdiff1d(everybody, test) for number, test in enumerate(folds)}
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


def train_paper(request: CohortRequest, progress: Progress = silent) -> Trained:
    """Prepare the cohort and keep the published method's predictions and refits; otherwise as :func:`train`."""
    from RadioGenomicsTrainLib.training.paper_folds import PaperMethod
    from RadioGenomicsTrainLib.training.paper_folds import store_paper_predictions
    from RadioGenomicsTrainLib.training.paper_training import PaperSettings
    from RadioGenomicsTrainLib.training.validation_blocks import validation_blocks

    prepared, folds = _prepare(request, within(progress, 0.0, 0.1))
    settings = request.settings()
    found = store_paper_predictions(
        prepared.patients,
        validation_blocks(prepared.cohort.description, list(prepared.patients), {}, settings.splits).blocks,
        folds,
        PaperMethod(settings.network, PaperSettings(), request.first_weights, settings.reference, request.device),
        request.work / "paper",
        request.workers,
        within(progress, 0.1, 1.0),
        refits=request.refits,
    )
    return Trained(prepared, paper=tuple(found))


def _prepare(request: CohortRequest, progress: Progress) -> tuple[Prepared, list[np.ndarray]]:
    """Return the cohort and the folds that everything is trained on."""
    from RadioGenomicsTrainLib.validation.folds import patient_folds

    prepared, settings = prepare(request, progress), request.settings()
    count = len(prepared.patients)
    if count < settings.folds:
        mend = f"The reasons why others are left out are in {request.work}."
        raise InputError(prepared.cohort.description.id, f"only {count} patients can be prepared", mend)
    return prepared, patient_folds(count, settings.folds, settings.seed)
