"""Clinical traits of patients, gathered from several tables by declared columns."""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Sequence
from dataclasses import dataclass
from dataclasses import fields
from pathlib import Path
from typing import Any

from RadioGenomicsLib.errors import InputError
from RadioGenomicsTrainLib.cohort.clinical_column import read_trait
from RadioGenomicsTrainLib.cohort.dropped import Dropped
from RadioGenomicsTrainLib.cohort.patient_ids import TCGA
from RadioGenomicsTrainLib.cohort.patient_ids import PatientIds
from RadioGenomicsTrainLib.cohort.table_rows import UNREADABLE
from RadioGenomicsTrainLib.cohort.table_rows import read_rows

# The second and third row of TCGA's "biotab" files name the columns again, and their data elements.
_DATA_ELEMENT = "CDE_ID"
_MEND_ROWS = "Check the file, and the cohort file's [[clinical]] part."


@dataclass(frozen=True)
class ClinicalTraits:
    """What is known of a patient; None where nothing is.

    Attributes:
        age: at diagnosis, years.
        sex: "female" or "male".
        grade: WHO grade, "G1" to "G4".
        stage: pathologic stage as written by the source, "Stage_II".
        histology: as written by the source.
        idh: "Mutant" or "WT".
        codeletion: of 1p and 19q, "codel" or "non-codel".
        subtype: molecular subtype as written by the source: "IDHwt", "IDHmut-codel" or "IDHmut-non-codel" in glioma,
            PAM50 in breast cancer.
    """

    age: float | None = None
    sex: str | None = None
    grade: str | None = None
    stage: str | None = None
    histology: str | None = None
    idh: str | None = None
    codeletion: str | None = None
    subtype: str | None = None


@dataclass(frozen=True)
class ClinicalSource:
    """One table and how to read it.

    Attributes:
        path: separated by tabs, commas or semicolons, or an .xlsx.
        patient_column: which column names the patient.
        columns: trait name to column name.
        values: trait name to what the source's codes mean, such as {"sex": {"1": "female"}}.
    """

    path: Path
    patient_column: str
    columns: Mapping[str, str]
    values: Mapping[str, Mapping[str, str]]


def read_clinical(
    sources: Sequence[ClinicalSource], ids: PatientIds = TCGA
) -> tuple[dict[str, ClinicalTraits], list[Dropped]]:
    """Read traits by patient; the first source that knows a trait of a patient decides it.

    Where a table has several rows of one patient, what they know is put together, but for rows of recurrent tumors and
    of normal tissue beside others. A trait of which they know different
    values is unknown, and listed. Sex becomes "female" or "male", a grade "G1" to "G4", an age years, from whatever
    usual spelling; words for missing (:mod:`.missing_words`) are missing.

    Args:
        sources: the tables.
        ids: how they write patients.

    Returns:
        The traits, and every value that was written but is not used, with the reason.

    Raises:
        InputError: a table cannot be read, lacks a column, names no patient in a row, has ages that are none, or
            writes sex or grade only in words that are not known.
    """
    found: dict[str, dict[str, Any]] = {}
    dropped: list[Dropped] = []
    for source in sources:
        traits_of, lost = _read_source(source, ids)
        dropped += lost
        for patient, traits in traits_of.items():
            found[patient] = {**traits, **found.get(patient, {})}
    return {patient: ClinicalTraits(**traits) for patient, traits in found.items()}, dropped


def _read_source(source: ClinicalSource, ids: PatientIds) -> tuple[dict[str, dict[str, Any]], list[Dropped]]:
    _check_traits(source)
    try:
        table = read_rows(source.path)
    except UNREADABLE as error:
        raise InputError(source.path, f"the clinical table cannot be read ({error})", "Check the file.") from error
    try:
        names = table.column(source.patient_column)
        columns = {trait: table.column(column) for trait, column in source.columns.items()}
    except ValueError as error:
        raise InputError(source.path, str(error), _MEND_ROWS) from error
    of_rows = {row: _patient(name, source, ids) for row, name in enumerate(names) if not _is_heading(name, source)}
    rows, dropped = _without_other_tissue(of_rows, names, ids)
    patients = [of_rows[row] for row in rows]
    merged: dict[str, dict[str, Any]] = {patient: {} for patient in patients}
    for trait, cells in columns.items():
        column = read_trait(trait, [cells[row] for row in rows], source.values.get(trait, {}), patients)
        if column.fault:
            raise InputError(source.path, f"{column.fault} (column {source.columns[trait]!r})", column.mend)
        if column.note:
            dropped.append(Dropped("reading", f"{source.path.name} {source.columns[trait]}", column.note))
        dropped += [Dropped("clinical", f"{patients[row]} {trait}", why) for row, why in column.unused.items()]
        known, conflicts = _merged(patients, column.values)
        dropped += [Dropped("clinical", f"{patient} {trait}", why) for patient, why in conflicts.items()]
        for patient, value in known.items():
            merged[patient][trait] = value
    return merged, dropped


def _without_other_tissue(
    of_rows: Mapping[int, str], names: Sequence[str], ids: PatientIds
) -> tuple[list[int], list[Dropped]]:
    """Leave out the rows of recurrent tumors and of normal tissue, where the patient has another row."""
    tissue = {row: ids.other_tissue(names[row]) for row in of_rows}
    primary = {patient for row, patient in of_rows.items() if not tissue[row]}
    dropped = {
        row: Dropped("sample", names[row], f"it is no primary tumor but a {tissue[row]}")
        for row, patient in of_rows.items()
        if tissue[row] and patient in primary
    }
    return [row for row in of_rows if row not in dropped], list(dropped.values())


def _is_heading(name: str, source: ClinicalSource) -> bool:
    return name == source.patient_column.strip() or name.startswith(_DATA_ELEMENT)


def _merged(patients: Sequence[str], values: Sequence[Any]) -> tuple[dict[str, Any], dict[str, str]]:
    """Return the one value of each patient, and why some have none in spite of several."""
    written: dict[str, dict[Any, None]] = {}
    for patient, value in zip(patients, values, strict=True):
        if value is not None:
            written.setdefault(patient, {})[value] = None
    known = {patient: next(iter(found)) for patient, found in written.items() if len(found) == 1}
    conflicts = {
        patient: f"its rows contradict each other: {', '.join(_shown(value) for value in found)}"
        for patient, found in written.items()
        if len(found) > 1
    }
    return known, conflicts


def _shown(value: object) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)


def _patient(cell: str, source: ClinicalSource, ids: PatientIds) -> str:
    try:
        return ids.identify(cell).name
    except InputError as error:
        reason = f"its column {source.patient_column!r} names no patient by {cell!r}: {error.reason}"
        raise InputError(source.path, reason, error.mend) from error


def _check_traits(source: ClinicalSource) -> None:
    known = {field.name for field in fields(ClinicalTraits)}
    for trait in (*source.columns, *source.values):
        if trait not in known:
            raise InputError(source.path, f"there is no trait {trait!r}", f"The traits are {', '.join(sorted(known))}.")
