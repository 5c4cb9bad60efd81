"""Clinical traits of patients, gathered from several tables by declared columns."""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping
from collections.abc import Sequence
from dataclasses import dataclass
from dataclasses import fields
from pathlib import Path
from typing import Any

from RadioGenomicsLib.errors import InputError
from RadioGenomicsTrainLib.cohort.patient_ids import TCGA
from RadioGenomicsTrainLib.cohort.patient_ids import PatientIds

_AGE = re.compile(r"[0-9]{1,3}(\.[0-9]*)?")
_UNKNOWN = frozenset({"", "NA", "NaN", "nan", "[Not Available]", "Unknown", "--"})


@dataclass(frozen=True)
class ClinicalTraits:
    """What is known of a patient; None where nothing is.

    Attributes:
        age: at diagnosis, years.
        sex: "female" or "male".
        grade: WHO grade as written by the source, "G2".
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
        path: comma-separated, or tab-separated if it ends in .tsv.
        patient_column: which column names the patient.
        columns: trait name to column name.
        values: trait name to what the source's codes mean, such as {"sex": {"1": "female"}}.
    """

    path: Path
    patient_column: str
    columns: Mapping[str, str]
    values: Mapping[str, Mapping[str, str]]


def read_clinical(sources: Sequence[ClinicalSource], ids: PatientIds = TCGA) -> dict[str, ClinicalTraits]:
    """Read traits by patient; the first source that knows a trait of a patient decides it.

    Args:
        sources: the tables.
        ids: how they write patients.

    Raises:
        InputError: a table cannot be read, lacks a column, names no patient in a row, or has an age that is none.
    """
    found: dict[str, dict[str, Any]] = {}
    for source in sources:
        for patient, traits in _read_source(source, ids).items():
            found[patient] = {**traits, **found.get(patient, {})}
    return {patient: ClinicalTraits(**traits) for patient, traits in found.items()}


def _read_source(source: ClinicalSource, ids: PatientIds) -> dict[str, dict[str, str | float]]:
    _check_traits(source)
    try:
        with open(source.path, encoding="utf-8-sig", newline="") as stream:
            rows = list(csv.DictReader(stream, delimiter="\t" if source.path.suffix == ".tsv" else ","))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise InputError(source.path, f"the clinical table cannot be read ({error})", "Check the file.") from error
    missing = {source.patient_column, *source.columns.values()} - set(rows[0] if rows else ())
    if missing:
        raise InputError(
            source.path, f"it lacks the column {sorted(missing)[0]!r}", "Correct the cohort file's [[clinical]] part."
        )
    return {_patient(row[source.patient_column], source, ids): _traits(row, source) for row in rows}


def _patient(cell: str | None, source: ClinicalSource, ids: PatientIds) -> str:
    try:
        return ids.identify(cell or "").name
    except InputError as error:
        reason = f"its column {source.patient_column!r} names no patient by {cell!r}: {error.reason}"
        raise InputError(source.path, reason, error.mend) from error


def _traits(row: Mapping[str, str], source: ClinicalSource) -> dict[str, str | float]:
    traits: dict[str, str | float] = {}
    for trait, column in source.columns.items():
        text = (row[column] or "").strip()
        text = source.values.get(trait, {}).get(text, text)
        if text in _UNKNOWN:
            continue
        if trait == "age" and not _AGE.fullmatch(text):
            patient = row[source.patient_column]
            raise InputError(source.path, f"the age of {patient} is {text!r}", "Give ages in years.")
        traits[trait] = float(text) if trait == "age" else text
    return traits


def _check_traits(source: ClinicalSource) -> None:
    known = {field.name for field in fields(ClinicalTraits)}
    for trait in (*source.columns, *source.values):
        if trait not in known:
            raise InputError(source.path, f"there is no trait {trait!r}", f"The traits are {', '.join(sorted(known))}.")
