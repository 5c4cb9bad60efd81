"""Make the report of a validation."""

from __future__ import annotations

from pathlib import Path

from RadioGenomicsLib.errors import InputError


def report(work: Path) -> Path:
    """Write the report of ``WORK/validation`` to ``WORK/report`` and return its page; nothing is computed anew.

    Raises:
        InputError: there is no validation.
        OutputError: the report cannot be written.
    """
    record = work / "validation"
    if not (record / "record.json").is_file():
        raise InputError(record, "there is no validation", "Run first: radiogenomics-train validate")
    from RadioGenomicsTrainLib.report.html import write_report

    return write_report(record, work / "report")
