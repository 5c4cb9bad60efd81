"""Prepare the scans of a cohort for training."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from RadioGenomicsLib.errors import InputError
from RadioGenomicsLib.progress import Progress
from RadioGenomicsLib.progress import silent
from RadioGenomicsLib.progress import within
from RadioGenomicsTrainLib.cohort.dropped import DROPPED
from RadioGenomicsTrainLib.cohort.dropped import Dropped
from RadioGenomicsTrainLib.cohort.dropped import log_dropped
from RadioGenomicsTrainLib.cohort.dropped import write_dropped
from RadioGenomicsTrainLib.doors.request import CohortRequest
from RadioGenomicsTrainLib.work_folder import faults_told

if TYPE_CHECKING:
    from RadioGenomicsTrainLib.cohort.manifest import Cohort
    from RadioGenomicsTrainLib.training.prepared import PreparedPatient


@dataclass(frozen=True, eq=False)
class Prepared:
    """A cohort whose scans are ready.

    Attributes:
        cohort: as its file describes it.
        patients: by barcode.
        dropped: all that was left out, from the sources to here.
    """

    cohort: Cohort
    patients: dict[str, PreparedPatient]
    dropped: tuple[Dropped, ...]


@faults_told()
def prepare(request: CohortRequest, progress: Progress = silent) -> Prepared:
    """Take every patient through the very steps of a prediction, and keep the arrays in ``WORK/prepared``.

    What was left out is listed with its reasons in ``WORK/dropped.json``.

    Raises:
        InputError: a file of the cohort cannot be read, or none of its patients can be prepared.
        Canceled: from ``progress``; the patients done so far stay.
    """
    from RadioGenomicsTrainLib.training.prepared_cohort import prepare_cohort

    cohort = request.load(within(progress, 0.0, 0.1))
    rest = within(progress, 0.1, 1.0)
    preprocessing = request.settings().preprocessing
    patients, unprepared = prepare_cohort(cohort, preprocessing, request.work / "prepared", rest, request.workers)
    dropped = (*cohort.dropped, *unprepared)
    write_dropped(dropped, request.work)
    log_dropped(dropped)
    if not patients:
        mend = f"The reasons are in {request.work / DROPPED}."
        raise InputError(cohort.description.id, "none of its patients can be prepared", mend)
    return Prepared(cohort, patients, dropped)
