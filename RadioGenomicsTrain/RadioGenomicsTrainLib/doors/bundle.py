"""Make a model bundle from a cohort."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from RadioGenomicsLib.errors import InputError
from RadioGenomicsLib.errors import OutputError
from RadioGenomicsLib.progress import Progress
from RadioGenomicsLib.progress import silent
from RadioGenomicsLib.progress import within
from RadioGenomicsTrainLib.doors.request import CohortRequest
from RadioGenomicsTrainLib.doors.train import train_encoders_of
from RadioGenomicsTrainLib.work_folder import faults_told

if TYPE_CHECKING:
    from RadioGenomicsLib.model.bundle import Bundle


@faults_told()
def bundle(request: CohortRequest, output: Path, progress: Progress = silent, kept: Path | None = None) -> Bundle:
    """Train what is not trained yet, and write the bundle.

    Args:
        request: the cohort; its head decides the kind of the bundle.
        output: the bundle's folder; must not exist yet.
        progress: told of every step.
        kept: a bundle of the same cohort whose encoder is taken; then only the gene head is made anew.

    Raises:
        OutputError: the output exists, or cannot be written.
        BundleError: no encoder can be taken from the kept bundle.
        InputError: fewer patients than folds can be prepared.
        Canceled: from ``progress``; what is trained stays.
    """
    if output.exists():
        raise OutputError(output, "it exists already", "Give a new folder; nothing is overwritten.")
    from RadioGenomicsTrainLib.training.build import build_bundle
    from RadioGenomicsTrainLib.training.paper_training import PaperSettings
    from RadioGenomicsTrainLib.training.refit_head import refit_head

    if kept is not None:
        if request.head != "kernel":
            mend = "Leave out --head paper, or --keep-encoder."
            raise InputError("--keep-encoder", "the published head is trained together with its encoder", mend)
        cohort = request.load(within(progress, 0.0, 0.1))
        return refit_head(cohort, request.settings(), request.work, kept, output, within(progress, 0.1, 1.0))
    settings = request.settings()
    if request.head == "paper":
        settings = replace(settings, head=PaperSettings())
        cohort, rest = request.load(within(progress, 0.0, 0.1)), within(progress, 0.1, 1.0)
    else:
        cohort = train_encoders_of(request, within(progress, 0.0, 0.7)).prepared.cohort
        rest = within(progress, 0.7, 1.0)
    return build_bundle(
        cohort,
        settings,
        request.work,
        output,
        jobs=request.workers.jobs,
        start_from=request.first_weights,
        progress=rest,
    )
