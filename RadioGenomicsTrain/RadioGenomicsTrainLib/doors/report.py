"""Make the report of a validation."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from RadioGenomicsLib.errors import InputError
from RadioGenomicsTrainLib.work_folder import faults_told


@faults_told()
def report(work: Path, beside: Sequence[Path] = ()) -> Path:
    """Write the report of ``WORK/validation`` to ``WORK/report`` and return its page; nothing is computed anew.

    Args:
        work: of the cohort.
        beside: work folders of other cohorts, which the table of cohorts shows beside this one.

    Raises:
        InputError: there is no validation.
        OutputError: the report cannot be written.
    """
    records = [folder / "validation" for folder in (work, *beside)]
    for record in records:
        if not (record / "record.json").is_file():
            raise InputError(record, "there is no validation", "Run first: radiogenomics-train validate")
    from RadioGenomicsTrainLib.report.html import write_report
    from RadioGenomicsTrainLib.validation.cohort_table import write_cohort_table
    from RadioGenomicsTrainLib.validation.record_rows import rows_of_record

    rows = [row for record in records for row in rows_of_record(record)]
    write_cohort_table(rows, records[0] / "cohorts.csv")
    return write_report(records[0], work / "report")
