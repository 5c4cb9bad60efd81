"""Prepare the scans of a cohort for training."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from RadioGenomicsLib.errors import InputError
from RadioGenomicsLib.errors import OutputError
from RadioGenomicsLib.progress import Progress
from RadioGenomicsLib.progress import silent
from RadioGenomicsLib.progress import within
from RadioGenomicsLib.whole_outputs import file_written_whole
from RadioGenomicsTrainLib.cohort.dropped import Dropped
from RadioGenomicsTrainLib.doors.request import CohortRequest

if TYPE_CHECKING:
    from RadioGenomicsTrainLib.cohort.manifest import Cohort
    from RadioGenomicsTrainLib.training.prepared import PreparedPatient

DROPPED = "dropped.json"


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
    if not patients:
        mend = f"The reasons are in {request.work / DROPPED}."
        raise InputError(cohort.description.id, "none of its patients can be prepared", mend)
    return Prepared(cohort, patients, dropped)


def write_dropped(dropped: Sequence[Dropped], work: Path) -> None:
    """Write what was left out, each with its reason.

    Raises:
        OutputError: it cannot be written.
    """
    try:
        with file_written_whole(work / DROPPED) as aside:
            aside.write_text(json.dumps([asdict(one) for one in dropped], indent=2) + "\n", encoding="utf-8")
    except OSError as error:
        reason = f"it cannot be written ({error.strerror or error})"
        raise OutputError(work / DROPPED, reason, "Free space on the disk, or choose another folder.") from error
