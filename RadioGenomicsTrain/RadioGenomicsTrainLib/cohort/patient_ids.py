"""How a cohort writes its patients: TCGA barcodes, or names of a form that its file gives."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from RadioGenomicsLib.errors import InputError
from RadioGenomicsTrainLib.cohort import barcode
from RadioGenomicsTrainLib.cohort.dropped import Dropped


@dataclass(frozen=True)
class PatientId:
    """A patient.

    Attributes:
        name: as every table of the cohort is joined by.
        site: where the patient was treated, the tissue source site in TCGA; empty where the name does not tell.
    """

    name: str
    site: str


@dataclass(frozen=True)
class PatientIds:
    """The form of a cohort's names.

    Attributes:
        pattern: of a whole name, with the group ``patient`` and, where a name tells it, the group ``site``; None for
            TCGA barcodes.
    """

    pattern: re.Pattern[str] | None = None

    def identify(self, text: str) -> PatientId:
        """Return the patient that a name means.

        Raises:
            InputError: the name does not have the cohort's form.
        """
        if self.pattern is None:
            parsed = barcode.parse_barcode(text)
            return PatientId(parsed.patient, parsed.site)
        match = self.pattern.fullmatch(text.strip())
        if match is None:
            mend = "Correct the name, or the pattern in the cohort file's [patients] part."
            raise InputError(repr(text), f"this is no patient of the form {self.pattern.pattern}", mend)
        return PatientId(match["patient"], match.groupdict(default="").get("site", ""))

    def other_tissue(self, text: str) -> str:
        """Return what a name says its sample is, if that is not the primary tumor; only TCGA barcodes tell."""
        if self.pattern is not None or not barcode.is_barcode(text):
            return ""
        parsed = barcode.parse_barcode(text)
        return "" if parsed.is_primary_tumor else barcode.sample_type_name(parsed)

    def is_name(self, text: str) -> bool:
        """Tell whether a text has the cohort's form."""
        if self.pattern is None:
            return barcode.is_barcode(text)
        return self.pattern.fullmatch(text.strip()) is not None

    def one_sample_per_patient(self, names: Iterable[str]) -> tuple[dict[str, str], list[Dropped]]:
        """Choose the sample that stands for each patient.

        TCGA barcodes go by :func:`.barcode.one_sample_per_patient`; names of another form do not tell what a sample
        is, so the first one of a patient stands.

        Returns:
            The chosen name for each patient, in the order of the list, and the samples left out.

        Raises:
            InputError: a name does not have the cohort's form, or stands twice.
        """
        if self.pattern is None:
            return barcode.one_sample_per_patient(names)
        chosen: dict[str, str] = {}
        dropped = []
        for name in names:
            patient = self.identify(name).name
            if chosen.get(patient) == name:
                raise InputError(name, "this sample stands twice in one file", "Keep one column for each sample.")
            if patient in chosen:
                dropped.append(Dropped("sample", name, f"{chosen[patient]} comes first among this patient's samples"))
            else:
                chosen[patient] = name
        return chosen, dropped


TCGA = PatientIds()
