"""Validate a cohort: the ladder, with statistics that hold."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from RadioGenomicsLib.progress import Progress
from RadioGenomicsLib.progress import silent
from RadioGenomicsLib.progress import within
from RadioGenomicsTrainLib.doors.prepare import prepare
from RadioGenomicsTrainLib.doors.request import CohortRequest
from RadioGenomicsTrainLib.work_folder import faults_told

if TYPE_CHECKING:
    from RadioGenomicsTrainLib.cohort.feature_cohort import FeatureCohort
    from RadioGenomicsTrainLib.cohort.manifest import Cohort


@faults_told()
def validate(request: CohortRequest, progress: Progress = silent, gene_sets: Path | None = None) -> Path:
    """Write the record of the validation to ``WORK/validation`` and return it.

    Images are prepared where they are not yet. Rungs that need trained encoders say so where ``train`` has not run.

    Args:
        request: the cohort, of images or of published features.
        progress: told of every step.
        gene_sets: a GMT file, such as MSigDB's hallmarks; without one no gene sets are tested.

    Raises:
        InputError: nothing can be tested.
        DependencyError: the device is not there.
        OutputError: the record cannot be written.
        Canceled: from ``progress``; what took long is kept.
    """
    from RadioGenomicsLib.model.encoder import choose_device
    from RadioGenomicsTrainLib.cohort.dropped import log_dropped
    from RadioGenomicsTrainLib.training.cohort_validation import validate_cohort

    cohort: Cohort | FeatureCohort
    if request.is_of_features():
        cohort, rest = request.load_features(), progress
        log_dropped(cohort.dropped)
    else:
        # Here too, because it lists what was left out.
        cohort, rest = prepare(request, within(progress, 0.0, 0.2)).cohort, within(progress, 0.2, 1.0)
    # The computers of a cluster need not have what this one has.
    unasked = request.workers.scheduler and request.device == "auto"
    device = "cpu" if unasked else choose_device(request.device)
    return validate_cohort(
        cohort,
        request.settings(),
        request.work,
        rest,
        gene_sets=gene_sets,
        start_from=request.first_weights,
        device=device,
        workers=request.workers,
    )
