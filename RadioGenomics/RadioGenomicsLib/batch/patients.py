"""The patients of a batch: one subfolder each, or one row of a CSV each."""

from __future__ import annotations

import csv
import os
import re
from dataclasses import dataclass
from dataclasses import field
from pathlib import Path

from RadioGenomicsLib.errors import InputError
from RadioGenomicsLib.pipeline.request import check_pseudonym

# A folder's name has up to 255 bytes; while results are written, theirs is longer by a mark.
_LONGEST_NAME = 200
_NO_NAME = re.compile(r'[/\\:*?"<>|\x00-\x1f]')
_PSEUDONYM, _DRAWN_ON = "pseudonym", "drawn_on"


@dataclass(frozen=True)
class Patient:
    """One row of a batch.

    Attributes:
        name: the patient's folder below the output folder.
        volumes: what ``--volume`` would take: ``ROLE=PATH`` or a path.
        roi: tumor mask file, or None for the model's own proposal.
        pseudonym: what provenance and report call the patient; nothing if empty.
        drawn_on: role of the channel that the mask was drawn on; by the mask's grid if empty.
    """

    name: str
    volumes: list[str] = field(default_factory=list)
    roi: Path | None = None
    pseudonym: str = ""
    drawn_on: str = ""


def read_patients(source: Path, output: Path | None = None) -> list[Patient]:
    """List the patients of a folder (one subfolder each) or of a CSV.

    Args:
        source: the folder or CSV. Hidden folders, and the results where they go below the folder, are no patients.
        output: where the results go.

    Raises:
        InputError: the source is not there, cannot be read, holds no patient, or names one twice.
    """
    # Whole paths, for the workers may run in other folders.
    source = source.absolute()
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
        if not 1 <= len(os.fsencode(name)) <= _LONGEST_NAME or name in (".", "..") or _NO_NAME.search(name):
            raise InputError(source, f"{name[:40]!r} cannot be a folder's name", "Rename the patient.")
    return patients


def _subfolders(folder: Path) -> list[Path]:
    return [path for path in sorted(folder.iterdir()) if path.is_dir() and not path.name.startswith(".")]


def _same(path: Path, output: Path | None) -> bool:
    return output is not None and path.resolve() == output.resolve()


def _read_csv(source: Path) -> list[Patient]:
    header, rows = _table(source)
    if header and "patient" not in header:
        mend = "Name the columns patient, FLAIR, T1c, … and roi, with commas between them."
        raise InputError(source, "it has no column 'patient'", mend)
    for column in header:
        if column and header.count(column) > 1:
            raise InputError(source, f"the column {column!r} is there twice", "Keep one of them.")
    patients = []
    for number, cells in rows:
        row = {column: cell for column, cell in zip(header, cells, strict=False) if column}
        lost = [cell for cell, column in zip(cells, [*header, *[""] * len(cells)], strict=False) if cell and not column]
        if lost:
            reason = f"row {number} has more cells than columns ({lost[0][:40]!r})"
            raise InputError(source, reason, "Give every cell a column.")
        name = row.pop("patient", "")
        if not name:
            raise InputError(source, f"row {number} names no patient", "Name the patient, or remove the row.")
        pseudonym, drawn_on = check_pseudonym(row.pop(_PSEUDONYM, "")), row.pop(_DRAWN_ON, "")
        paths = {column: source.parent / text for column, text in row.items() if text}
        roi = paths.pop("roi", None)
        patients.append(Patient(name, [f"{role}={path}" for role, path in paths.items()], roi, pseudonym, drawn_on))
    return patients


def _table(source: Path) -> tuple[list[str], list[tuple[int, list[str]]]]:
    """Return the header, and the rows that are not empty with their numbers; blanks around a cell are not part of it.

    Commas part the cells, or semicolons or tabs where the header has those and no commas, as Excel writes them.
    """
    try:
        text = source.read_text(encoding="utf-8-sig")
        first = text.partition("\n")[0]
        delimiter = next((one for one in (",", ";", "\t") if one in first), ",")
        lines = list(csv.reader(text.splitlines(keepends=True), delimiter=delimiter, skipinitialspace=True))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise InputError(source, "it cannot be read as a CSV", "Save it as CSV in UTF-8.") from error
    table = [(number, [cell.strip() for cell in cells]) for number, cells in enumerate(lines, start=1)]
    table = [(number, cells) for number, cells in table if any(cells)]
    return (table[0][1], table[1:]) if table else ([], [])
