"""Tables of image features as they are published: text, gaps, divisions by zero and outcomes among the columns.

Nothing here looks at expression. What is left out depends on the features alone, so it cannot favor a gene; gaps
stay NaN, and filling and scaling are fitted by the head on each training fold.
"""

from __future__ import annotations

from collections.abc import Collection
from collections.abc import Mapping
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from RadioGenomicsLib.errors import InputError
from RadioGenomicsTrainLib.cohort.dropped import BY_COHORT_FILE
from RadioGenomicsTrainLib.cohort.dropped import Dropped
from RadioGenomicsTrainLib.cohort.missing_codes import missing_codes
from RadioGenomicsTrainLib.cohort.missing_words import is_failed_formula
from RadioGenomicsTrainLib.cohort.missing_words import is_missing
from RadioGenomicsTrainLib.cohort.number_text import NumberForm
from RadioGenomicsTrainLib.cohort.number_text import number_form
from RadioGenomicsTrainLib.cohort.patient_ids import TCGA
from RadioGenomicsTrainLib.cohort.patient_ids import PatientId
from RadioGenomicsTrainLib.cohort.patient_ids import PatientIds
from RadioGenomicsTrainLib.cohort.sources import FeatureSource
from RadioGenomicsTrainLib.cohort.table_rows import UNREADABLE
from RadioGenomicsTrainLib.cohort.table_rows import TableRows
from RadioGenomicsTrainLib.cohort.table_rows import read_rows

# A feature known in fewer patients than this would be the filling value more often than a measurement.
_LEAST_KNOWN = 0.5
_MEND_NUMBERS = "Export it with decimal points and without thousands separators, or leave that column out."


@dataclass(frozen=True, eq=False)
class FeatureTable:
    """Image features of n patients.

    Attributes:
        patients: n, each once.
        names: d columns.
        values: [n, d] float64; NaN where not measured.
    """

    patients: tuple[PatientId, ...]
    names: tuple[str, ...]
    values: np.ndarray

    def __post_init__(self) -> None:
        if self.values.shape != (len(self.patients), len(self.names)):
            raise ValueError(f"{self.values.shape} is not {len(self.patients)} patients by {len(self.names)} features")


def read_features(source: FeatureSource, ids: PatientIds = TCGA) -> tuple[FeatureTable, list[Dropped]]:
    """Read a table of features.

    Of several rows of one patient the first of the primary tumor stands. Left out are the columns that the cohort file
    leaves out, and those that hold text, do not vary, or are known in fewer than half of the patients. Numbers may have
    decimal commas, thousands separators or percent signs where these can mean only one thing; a number that stands for
    a missing value (-999 among volumes) is missing.

    Args:
        source: where it is and which of its columns are features.
        ids: how the cohort writes patients.

    Returns:
        The table, in the order of the file, and everything left out.

    Raises:
        InputError: it cannot be read, lacks a named column or sheet, names no patients, has two columns of one name,
            numbers whose commas cannot be told, or no usable feature.
    """
    try:
        table = read_rows(source.path, source.sheet)
        if not table.names:
            raise ValueError("it is empty")
    except UNREADABLE as error:
        mend = "Give a .csv, .tsv or .xlsx table with one row per patient."
        raise InputError(source.path, f"this is no table of features ({error})", mend) from error
    leave_out = {column.strip() for column in source.leave_out}
    try:
        patient_cells = table.column(source.patient_column)
        for column in leave_out:
            table.column(column)
    except ValueError as error:
        raise InputError(source.path, str(error), "Correct the cohort file's [features] part.") from error
    patients, rows, dropped = _one_row_per_patient(patient_cells, source, ids, table.names)
    columns, unusable = _feature_columns(table, rows, source, leave_out)
    values, found = _numbers(columns, patients, table.delimiter, source.path)
    dropped += [*unusable, *found]
    if not values:
        mend = "Look at keep and leave_out in the cohort file's [features] part."
        raise InputError(source.path, "none of its columns is a usable feature", mend)
    return FeatureTable(tuple(patients), tuple(values), np.column_stack(list(values.values()))), dropped


def _one_row_per_patient(
    cells: list[str], source: FeatureSource, ids: PatientIds, others: Sequence[str]
) -> tuple[list[PatientId], list[int], list[Dropped]]:
    first: dict[PatientId, int] = {}
    dropped = []
    for row, cell in enumerate(cells):
        patient = _patient(cell, source, ids, others)
        if tissue := ids.other_tissue(_name(cell, source)):
            dropped.append(Dropped("sample", cell, f"it is no primary tumor but a {tissue}"))
        elif patient in first:
            dropped.append(Dropped("sample", cell, f"{cells[first[patient]]} comes first among this patient's rows"))
        else:
            first[patient] = row
    return list(first), list(first.values()), dropped


def _patient(cell: str, source: FeatureSource, ids: PatientIds, others: Sequence[str]) -> PatientId:
    try:
        return ids.identify(_name(cell, source))
    except InputError as error:
        if any(ids.is_name(name) for name in others):
            raise InputError(source.path, "its patients are columns, and have to be rows", "Transpose it.") from error
        reason = f"its column {source.patient_column!r} names no patient by {cell!r}: {error.reason}"
        raise InputError(source.path, reason, error.mend) from error


def _feature_columns(
    table: TableRows, rows: Sequence[int], source: FeatureSource, leave_out: Collection[str]
) -> tuple[dict[str, list[str]], list[Dropped]]:
    """Return the cells of every column that may be a feature, by name.

    Raises:
        InputError: two of them have one name and different cells.
    """
    columns: dict[str, list[str]] = {}
    dropped = []
    for place, name in enumerate(table.names):
        if name == source.patient_column.strip():
            continue
        cells = [table.rows[row][place] for row in rows]
        why = _why_no_feature(name, source, leave_out)
        if not name and all(is_missing(cell) for cell in cells):
            continue  # behind the last column of a spreadsheet
        if not why and name in columns:
            if columns[name] != cells:
                mend = "Rename one of them, or leave both out by leave_out in the cohort file's [features] part."
                raise InputError(source.path, f"it has two columns {name!r} with different values", mend)
            why = "it stands twice with the same values"
        if why:
            dropped.append(Dropped("feature", name or f"column {place + 1}", why))
        else:
            columns[name] = cells
    return columns, dropped


def _name(cell: str, source: FeatureSource) -> str:
    match = source.name.search(cell) if source.name else None
    return match[0] if match else cell


def _why_no_feature(name: str, source: FeatureSource, leave_out: Collection[str]) -> str:
    if not name:
        return "it has no name"
    if name in leave_out:
        return f"{BY_COHORT_FILE} leaves it out: it is no image feature"
    if source.keep and not source.keep.fullmatch(name):
        return f"{BY_COHORT_FILE} does not keep it: it is no image feature"
    return ""


def _numbers(
    columns: Mapping[str, list[str]], patients: Sequence[PatientId], delimiter: str, path: Path
) -> tuple[dict[str, np.ndarray], list[Dropped]]:
    """Return the numbers of every usable feature, NaN for gaps, and what was lost of them or assumed about them.

    Raises:
        InputError: it cannot be told what the commas in the numbers mean.
    """
    known = {name: [cell for cell in cells if not is_missing(cell)] for name, cells in columns.items()}
    try:
        form = number_form(known, delimiter)
    except ValueError as error:
        raise InputError(path, str(error), _MEND_NUMBERS) from error
    dropped = [Dropped("reading", path.name, form.note)] if form.note else []
    usable = {}
    for name, cells in columns.items():
        why = _why_no_numbers(known[name], form)
        values, lost = (np.empty(0), []) if why else _column(name, cells, patients, form)
        why = why or _why_unusable(values)
        if why:
            dropped.append(Dropped("feature", name, why))
            continue
        usable[name] = values
        dropped += lost
        if any(cell.endswith("%") for cell in known[name]):
            dropped.append(Dropped("reading", name, "its percentages were read without their sign: 5% as 5"))
    return usable, dropped


def _why_no_numbers(cells: Sequence[str], form: NumberForm) -> str:
    words = [cell for cell in cells if form.parse(cell) is None]
    if words:
        return f"it holds text: {words[0][:40]!r} in {len(words)} of {len(cells)} cells with a value"
    percentages = sum(cell.endswith("%") for cell in cells)
    if 0 < percentages < len(cells):
        return f"{percentages} of its {len(cells)} values are percentages, the others are not"
    return ""


def _column(
    name: str, cells: Sequence[str], patients: Sequence[PatientId], form: NumberForm
) -> tuple[np.ndarray, list[Dropped]]:
    numbers = [np.nan if is_missing(cell) else form.parse(cell) for cell in cells]
    values = np.array(numbers, dtype=np.float64)
    codes = missing_codes(values)
    lost = []
    for row, (cell, number) in enumerate(zip(cells, values.tolist(), strict=True)):
        why = f"it is {cell}" if np.isinf(number) or is_failed_formula(cell) else ""
        if number in codes:
            why = f"it is {cell}, which stands for a missing value here: {codes[number]}"
        if why:
            values[row] = np.nan
            lost.append(Dropped("value", f"{patients[row].name} {name}", why))
    return values, lost


def _why_unusable(values: np.ndarray) -> str:
    known = values[np.isfinite(values)]
    if not len(known) or len(known) < _LEAST_KNOWN * len(values):
        return f"it is known in only {len(known)} of {len(values)} patients"
    if np.ptp(known) <= 1e-12 * np.abs(known).max():
        return "it has the same value in every patient"
    return ""
