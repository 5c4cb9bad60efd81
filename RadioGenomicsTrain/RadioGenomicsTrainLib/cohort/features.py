"""Tables of image features as they are published: text, gaps, divisions by zero and outcomes among the columns.

Nothing here looks at expression. What is left out depends on the features alone, so it cannot favor a gene; gaps
stay NaN, and filling and scaling are fitted by the head on each training fold.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from RadioGenomicsLib.errors import InputError
from RadioGenomicsTrainLib.cohort.dropped import Dropped
from RadioGenomicsTrainLib.cohort.patient_ids import TCGA
from RadioGenomicsTrainLib.cohort.patient_ids import PatientId
from RadioGenomicsTrainLib.cohort.patient_ids import PatientIds
from RadioGenomicsTrainLib.cohort.sources import FeatureSource

if TYPE_CHECKING:
    import pandas as pd

# What stands for "no value" in published tables; any other text makes a column one of text.
_MISSING = frozenset({"", "NA", "N/A", "NaN", "nan", "null", "None", "-", "--", "?"})
_FAILED = frozenset({"#DIV/0!", "#VALUE!", "#NUM!", "#REF!", "#N/A", "#NAME?", "#NULL!", "#ERROR!"})
# A feature known in fewer patients than this would be the filling value more often than a measurement.
_LEAST_KNOWN = 0.5


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

    Of several rows of one patient the first stands. Left out are the columns that the cohort file leaves out, and
    those that hold text, do not vary, or are known in fewer than half of the patients.

    Args:
        source: where it is and which of its columns are features.
        ids: how the cohort writes patients.

    Returns:
        The table, in the order of the file, and everything left out.

    Raises:
        InputError: it cannot be read, lacks a named column or sheet, names no patients, or has no usable feature.
    """
    cells = _read_cells(source)
    for column in (source.patient_column, *source.leave_out):
        if column not in cells:
            mend = "Correct the cohort file's [features] part."
            raise InputError(source.path, f"it has no column {column!r}", mend)
    patients, rows, dropped = _one_row_per_patient(cells[source.patient_column].tolist(), source, ids)
    cells = cells.drop(columns=source.patient_column).iloc[rows]
    columns, names = [], []
    for name in cells:
        why = _why_no_feature(name, source)
        values, lost = (None, []) if why else _numbers(name, cells[name].tolist(), patients)
        why = why or _why_unusable(values)
        if why or values is None:
            dropped.append(Dropped("feature", name, why))
        else:
            columns.append(values)
            names.append(name)
            dropped += lost
    if not names:
        mend = "Look at keep and leave_out in the cohort file's [features] part."
        raise InputError(source.path, "none of its columns is a usable feature", mend)
    return FeatureTable(tuple(patients), tuple(names), np.column_stack(columns)), dropped


def _read_cells(source: FeatureSource) -> pd.DataFrame:
    """Return the table as text, cell by cell as written."""
    import pandas as pd

    options = {"dtype": str, "keep_default_na": False, "na_filter": False}
    try:
        if source.path.suffix == ".xlsx":
            table = pd.read_excel(source.path, sheet_name=source.sheet or 0, engine="openpyxl", **options)
            table = table.fillna("#ERROR!")  # pandas does not tell which error a formula ended in
        else:
            separator = "\t" if source.path.name.removesuffix(".gz").endswith(".tsv") else ","
            table = pd.read_csv(source.path, sep=separator, **options)
    except Exception as error:  # a damaged spreadsheet makes openpyxl raise nearly anything
        mend = "Give a .csv, .tsv or .xlsx table with one row per patient."
        raise InputError(source.path, f"this is no table of features ({error})", mend) from error
    return table.rename(columns=str)


def _one_row_per_patient(
    cells: list[str], source: FeatureSource, ids: PatientIds
) -> tuple[list[PatientId], list[int], list[Dropped]]:
    first: dict[PatientId, int] = {}
    dropped = []
    for row, cell in enumerate(cells):
        patient = _patient(cell, source, ids)
        if patient in first:
            dropped.append(Dropped("sample", cell, f"{cells[first[patient]]} comes first among this patient's rows"))
        else:
            first[patient] = row
    return list(first), list(first.values()), dropped


def _patient(cell: str, source: FeatureSource, ids: PatientIds) -> PatientId:
    match = source.name.search(cell) if source.name else None
    try:
        return ids.identify(match[0] if match else cell)
    except InputError as error:
        reason = f"its column {source.patient_column!r} names no patient by {cell!r}: {error.reason}"
        raise InputError(source.path, reason, error.mend) from error


def _why_no_feature(name: str, source: FeatureSource) -> str:
    if name in source.leave_out:
        return "the cohort file leaves it out: it is no image feature"
    if source.keep and not source.keep.fullmatch(name):
        return "the cohort file does not keep it: it is no image feature"
    return ""


def _numbers(name: str, cells: list[str], patients: list[PatientId]) -> tuple[np.ndarray | None, list[Dropped]]:
    """Return a column's numbers, NaN for gaps, and its failed calculations; None if it holds text."""
    values, failed = np.full(len(cells), np.nan), []
    for row, cell in enumerate(cells):
        text = cell.strip()
        if text in _MISSING:
            continue
        try:
            number = np.nan if text in _FAILED else float(text)
        except ValueError:
            return None, []
        if np.isfinite(number):
            values[row] = number
        else:
            failed.append(Dropped("value", f"{patients[row].name} {name}", f"it is {text}"))
    return values, failed


def _why_unusable(values: np.ndarray | None) -> str:
    if values is None:
        return "it holds text"
    known = values[np.isfinite(values)]
    if not len(known) or len(known) < _LEAST_KNOWN * len(values):
        return f"it is known in only {len(known)} of {len(values)} patients"
    if np.ptp(known) <= 1e-12 * np.abs(known).max():
        return "it has the same value in every patient"
    return ""
