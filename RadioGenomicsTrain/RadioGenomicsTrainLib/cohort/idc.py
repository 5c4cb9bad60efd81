"""What to fetch of a collection from the NCI Imaging Data Commons, by a written rule.

The index comes with the package idc-index (in idc-index-data), so that planning needs no network.
"""

from __future__ import annotations

import csv
import math
import re
from collections.abc import Collection
from dataclasses import dataclass
from dataclasses import fields
from pathlib import Path
from typing import Any

from RadioGenomicsLib.errors import DependencyError
from RadioGenomicsLib.errors import InputError
from RadioGenomicsLib.errors import OutputError
from RadioGenomicsLib.whole_outputs import file_written_whole
from RadioGenomicsTrainLib.cohort.dropped import Dropped
from RadioGenomicsTrainLib.cohort.series_selection import SelectionRule
from RadioGenomicsTrainLib.cohort.series_selection import SeriesFacts
from RadioGenomicsTrainLib.cohort.series_selection import choose_series

# TCIA gives these out on application only: a face can be made of a head scan.
CONTROLLED = frozenset({"tcga_gbm", "tcga_lgg"})
_COLUMNS = [
    "collection_id", "PatientID", "StudyInstanceUID", "StudyDate", "StudyDescription", "SeriesInstanceUID",
    "SeriesDescription", "SeriesNumber", "Modality", "instanceCount", "series_size_MB", "license_short_name",
    "source_DOI", "sop_class_name",
]  # fmt: skip
# Of collections, patients and UIDs.
_PLAIN_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_. -]*")


class AccessError(InputError):
    """The data are given out on application only."""


@dataclass(frozen=True)
class PlannedSeries:
    """One series to fetch; the columns of a plan's table.

    Attributes:
        patient: as the collection names it.
        role: channel it is for.
        collection: of IDC, "tcga_luad".
        study_date: "1999-12-31", shifted by the archive.
        modality: of DICOM.
        description: of the series.
        images: number of files.
        size_MB: of all files, in 10^6 bytes.
        licence: as IDC names it, "CC BY 3.0".
        doi: of the collection or analysis it comes from.
        study_uid: Study Instance UID.
        series_uid: Series Instance UID.
    """

    patient: str
    role: str
    collection: str
    study_date: str
    modality: str
    description: str
    images: int
    size_MB: float  # noqa: N815 - the unit as it is written
    licence: str
    doi: str
    study_uid: str
    series_uid: str

    @property
    def place(self) -> Path:
        """Where it lies under the download folder: collection/patient/study/modality_series."""
        return Path(self.collection, self.patient, self.study_uid, f"{self.modality}_{self.series_uid}")


@dataclass(frozen=True)
class Plan:
    """What to fetch.

    Attributes:
        series: by patient and role.
        dropped: series and patients passed over, each with its reason.
        index_version: of idc-index-data.
        rule: id of the selection rule.
    """

    series: tuple[PlannedSeries, ...]
    dropped: tuple[Dropped, ...]
    index_version: str
    rule: str

    @property
    def patients(self) -> int:
        """Number of patients."""
        return len({one.patient for one in self.series})

    @property
    def megabytes(self) -> float:
        """Size of all series, in 10^6 bytes."""
        return sum(one.size_MB for one in self.series)


def plan(collection: str, rule: SelectionRule, patients: Collection[str] | None = None) -> Plan:
    """Choose the series of a collection by a rule.

    Args:
        collection: its name in TCIA or IDC, "TCGA-LUAD" or "tcga_luad".
        rule: which series are taken.
        patients: only these, such as those with expression; None for all.

    Raises:
        AccessError: its scans are under controlled access (TCGA-GBM, TCGA-LGG).
        DependencyError: idc-index is not installed.
        InputError: no such collection, no scans of the rule's modality, or none that the rule takes.
    """
    name = collection.strip().lower().replace("-", "_")
    table, version = _read_index(name, rule.modality)
    if name in CONTROLLED and table.empty:
        raise AccessError(
            collection,
            f"its {rule.modality} scans are under controlled access and not in IDC",
            "Apply for them at TCIA (cancerimagingarchive.net), fetch them there and give their folder.",
        )
    if table.empty:
        mend = "Give a collection as TCIA names it, such as TCGA-LUAD, and the rule for its modality."
        raise InputError(collection, f"IDC has no {rule.modality} of it (idc-index-data {version})", mend)
    series: list[PlannedSeries] = []
    dropped: list[Dropped] = []
    for patient, rows in table.groupby("PatientID", sort=True):
        if patients is not None and patient not in patients:
            dropped.append(Dropped("patient", patient, "it is not among the patients asked for"))
            continue
        by_uid = {row["SeriesInstanceUID"]: row for row in rows.to_dict("records")}
        chosen, passed_over = choose_series(patient, map(_facts, by_uid.values()), rule)
        series += [_planned(by_uid[chosen[role].uid], role) for role in sorted(chosen)]
        dropped += passed_over
        if not chosen:
            dropped.append(Dropped("patient", patient, f"no study holds {' and '.join(rule.required)}"))
    if not series:
        raise InputError(collection, "no patient has what the rule wants", "Choose another rule or other patients.")
    return Plan(tuple(series), tuple(dropped), version, rule.id)


def write_plan(planned: Plan, path: Path | str) -> None:
    """Write the series of a plan as CSV, whole or not at all; sizes in 10^6 bytes, dates shifted by the archive.

    Raises:
        OutputError: the place cannot be written to.
    """
    path = Path(path)
    names = [field.name for field in fields(PlannedSeries)]
    try:
        with file_written_whole(path) as aside, aside.open("w", encoding="utf-8", newline="") as stream:
            table = csv.writer(stream)
            table.writerow(names)
            table.writerows([getattr(one, name) for name in names] for one in planned.series)
    except OSError as error:
        raise OutputError(path, f"the plan cannot be written ({error})", "Check the folder.") from error


def read_plan(path: Path | str) -> tuple[PlannedSeries, ...]:
    """Read the series of a plan; rows may have been taken out by hand.

    Raises:
        InputError: it cannot be read, lacks something, or would be fetched to another folder.
    """
    try:
        with open(path, encoding="utf-8-sig", newline="") as stream:
            series = tuple(
                PlannedSeries(**{**row, "images": int(row["images"]), "size_MB": float(row["size_MB"])})  # type: ignore[arg-type]
                for row in csv.DictReader(stream, restkey="cells beyond the columns", restval="")
            )
        if not all(math.isfinite(one.size_MB) for one in series):
            raise ValueError("a size that is no number")
    except (OSError, UnicodeDecodeError, KeyError, TypeError, ValueError, csv.Error) as error:
        raise InputError(path, f"the plan cannot be read ({error})", "Make it again.") from error
    for one in series:
        for part in (one.collection, one.patient, one.study_uid, one.modality, one.series_uid):
            # What is fetched replaces what is there: a plan from elsewhere must not reach other folders.
            if not _PLAIN_NAME.fullmatch(part):
                raise InputError(path, f"{part!r} leads out of the download folder", "Do not use this plan.")
    return series


def _read_index(collection: str, modality: str) -> tuple[Any, str]:
    """Return the rows of a collection and modality, and the index's version."""
    try:
        import idc_index_data
        import pandas as pd
    except ImportError as error:
        raise DependencyError("idc-index", "it is not installed", "Install it: pip install idc-index.") from error
    wanted = [("collection_id", "==", collection), ("Modality", "==", modality)]
    table = pd.read_parquet(idc_index_data.IDC_INDEX_PARQUET_FILEPATH, columns=_COLUMNS, filters=wanted)
    for column in table.columns.difference(["instanceCount", "series_size_MB"]):
        table[column] = table[column].fillna("")
    return table, idc_index_data.__version__


def _facts(row: dict[str, Any]) -> SeriesFacts:
    number = str(row["SeriesNumber"])
    return SeriesFacts(
        uid=row["SeriesInstanceUID"],
        study=row["StudyInstanceUID"],
        date=str(row["StudyDate"]),
        description=row["SeriesDescription"],
        study_description=row["StudyDescription"],
        modality=row["Modality"],
        slices=int(row["instanceCount"]),
        number=int(number) if number.isdecimal() else None,
        flaw="it is a screen capture" if "Secondary Capture" in row["sop_class_name"] else "",
    )


def _planned(row: dict[str, Any], role: str) -> PlannedSeries:
    return PlannedSeries(
        patient=row["PatientID"],
        role=role,
        collection=row["collection_id"],
        study_date=str(row["StudyDate"]),
        modality=row["Modality"],
        description=row["SeriesDescription"],
        images=int(row["instanceCount"]),
        size_MB=float(row["series_size_MB"]),
        licence=row["license_short_name"],
        doi=row["source_DOI"],
        study_uid=row["StudyInstanceUID"],
        series_uid=row["SeriesInstanceUID"],
    )
