"""Many patients, one after another: a failure is noted and passed, a rerun does only what is missing."""

from __future__ import annotations

import csv
import json
import logging
import time
from dataclasses import dataclass
from dataclasses import field
from pathlib import Path

from RadioGenomicsLib.errors import Canceled
from RadioGenomicsLib.errors import InputError
from RadioGenomicsLib.errors import OutputError
from RadioGenomicsLib.errors import RadioGenomicsError
from RadioGenomicsLib.headless import Options
from RadioGenomicsLib.headless import find_volumes
from RadioGenomicsLib.headless import predict_study
from RadioGenomicsLib.headless import read_channels
from RadioGenomicsLib.imaging.reading import read_mask
from RadioGenomicsLib.progress import Progress
from RadioGenomicsLib.progress import silent
from RadioGenomicsLib.progress import within

FIGURES = ("tumor_ml", "distance_percentile", "far_from_training")  # as prediction.json names them
SUMMARY_COLUMNS = ("patient", "status", "reason", *FIGURES, "seconds", "folder")
_BEYOND = "cells beyond the columns"
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Patient:
    """One row of a batch.

    Attributes:
        name: the patient's folder below the output folder.
        volumes: what ``--volume`` would take: ``ROLE=PATH`` or a path.
        roi: tumor mask file, or None for the model's own proposal.
    """

    name: str
    volumes: list[str] = field(default_factory=list)
    roi: Path | None = None


def read_patients(source: Path, output: Path | None = None) -> list[Patient]:
    """List the patients of a folder (one subfolder each) or of a CSV.

    Args:
        source: the folder or CSV. Hidden folders, and the results where they go below the folder, are no patients.
        output: where the results go.

    Raises:
        InputError: the source is not there, cannot be read, holds no patient, or names one twice.
    """
    if source.is_dir():
        patients = [Patient(path.name, [str(path)]) for path in _subfolders(source) if not _same(path, output)]
    elif source.is_file():
        patients = _read_csv(source)
    else:
        raise InputError(source, "there is no such folder or CSV", "Check the path.")
    if not patients:
        raise InputError(source, "it holds no patient", "Give one subfolder, or one CSV row, per patient.")
    names = [patient.name for patient in patients]
    for name in names:
        if names.count(name) > 1:
            raise InputError(source, f"patient {name!r} is there twice", "Give each patient once.")
        if not name or name in (".", "..") or set(name) & set('/\\:*?"<>|'):
            raise InputError(source, f"{name!r} cannot be a folder's name", "Rename the patient.")
    return patients


def run_batch(
    patients: list[Patient], options: Options, output: Path, progress: Progress = silent
) -> list[dict[str, object]]:
    """Predict every patient into ``output/<name>`` and write ``output/summary.csv``.

    A patient whose folder is already there is not done again: a folder appears only when it is whole.

    Returns:
        One row per patient with :data:`SUMMARY_COLUMNS`.

    Raises:
        OutputError: the summary cannot be written.
        Canceled: from ``progress``; the patients done so far stay.
    """
    rows: list[dict[str, object]] = []
    _write_summary(rows, output)
    for n, patient in enumerate(patients):
        step = within(progress, n / len(patients), (n + 1) / len(patients))
        rows.append(_run_patient(patient, options, output / patient.name, step))
        _write_summary(rows, output)
    return rows


def _run_patient(patient: Patient, options: Options, folder: Path, progress: Progress) -> dict[str, object]:
    row: dict[str, object] = dict.fromkeys(SUMMARY_COLUMNS, "")
    row.update(patient=patient.name, folder=patient.name, status="done")
    progress(0.0, patient.name)
    started = time.monotonic()
    try:
        if not (folder / "prediction.json").is_file():
            channels = read_channels(find_volumes(patient.volumes))
            tumor = None if patient.roi is None else read_mask(patient.roi)
            predict_study(channels, options, folder, tumor=tumor, progress=_named(progress, patient.name))
            row["seconds"] = round(time.monotonic() - started, 1)
        row.update(_key_figures(folder))
    except Canceled:
        raise
    except RadioGenomicsError as error:
        row.update(status="failed", reason=str(error), folder="")
    except Exception as error:
        _log.exception("Patient %s failed unexpectedly", patient.name)
        row.update(status="failed", reason=f"unexpected {type(error).__name__}: {error}", folder="")
    return row


def _key_figures(folder: Path) -> dict[str, object]:
    prediction = json.loads((folder / "prediction.json").read_text(encoding="utf-8"))
    return {name: prediction[name] for name in FIGURES}


def _named(progress: Progress, name: str) -> Progress:
    def report(fraction: float, step: str) -> None:
        progress(fraction, f"{name}: {step}")

    return report


def _write_summary(rows: list[dict[str, object]], output: Path) -> None:
    """Write the rows so far, aside and then renamed, so that a killed batch leaves a whole file."""
    aside = output / "summary.csv.part"
    try:
        output.mkdir(parents=True, exist_ok=True)
        with aside.open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, SUMMARY_COLUMNS, lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)
        aside.replace(output / "summary.csv")
    except OSError as error:
        raise OutputError(output, f"the summary cannot be written ({error})", "Choose another folder.") from error


def _subfolders(folder: Path) -> list[Path]:
    return [path for path in sorted(folder.iterdir()) if path.is_dir() and not path.name.startswith(".")]


def _same(path: Path, output: Path | None) -> bool:
    return output is not None and path.resolve() == output.resolve()


def _read_csv(source: Path) -> list[Patient]:
    try:
        with source.open(newline="", encoding="utf-8-sig") as file:
            rows = list(csv.DictReader(file, restkey=_BEYOND, restval=""))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise InputError(source, "it cannot be read as a CSV", "Save it as CSV in UTF-8.") from error
    if rows and "patient" not in rows[0]:
        mend = "Name the columns patient, FLAIR, T1c, … and roi, with commas between them."
        raise InputError(source, "it has no column 'patient'", mend)
    patients = []
    for row in rows:
        if _BEYOND in row:
            raise InputError(source, f"the row of {row['patient']!r} has more cells than columns", "Mend the row.")
        paths = {column: source.parent / text for column, text in row.items() if column != "patient" and text}
        roi = paths.pop("roi", None)
        patients.append(Patient(row["patient"], [f"{role}={path}" for role, path in paths.items()], roi))
    return patients
