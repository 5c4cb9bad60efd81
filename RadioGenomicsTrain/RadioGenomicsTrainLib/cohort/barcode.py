"""TCGA barcodes: patient, tissue source site, sample type, vial, portion.

``TCGA-CS-4938-01B-11R-1896-07``: project, tissue source site, participant, sample type and vial, portion and
analyte, plate, center (GDC encyclopedia, "TCGA Barcode").
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from RadioGenomicsLib.errors import InputError
from RadioGenomicsTrainLib.cohort.dropped import Dropped

_FORM = re.compile(
    r"TCGA-(?P<site>[A-Z0-9]{2})-(?P<participant>[A-Z0-9]{4})"
    r"(?:-(?P<sample_type>\d{2})(?P<vial>[A-Z])?"
    r"(?:-(?P<portion>\d{2})(?P<analyte>[A-Z])?(?:-[A-Z0-9]{2,4}){0,2})?)?"
)

SAMPLE_TYPES = {
    1: "primary solid tumor",
    2: "recurrent solid tumor",
    3: "primary blood-derived cancer",
    5: "additional new primary",
    6: "metastasis",
    10: "blood-derived normal",
    11: "solid tissue normal",
}


@dataclass(frozen=True)
class Barcode:
    """A parsed barcode.

    Attributes:
        site: tissue source site, two characters.
        participant: four characters.
        sample_type: 1 primary, 2 recurrent, 11 normal tissue, ...; None in a patient's barcode.
        vial: A is the first; empty where not given.
        portion: two digits; empty where not given.
        analyte: R is RNA; empty where not given.
    """

    site: str
    participant: str
    sample_type: int | None = None
    vial: str = ""
    portion: str = ""
    analyte: str = ""

    @property
    def patient(self) -> str:
        """The patient's own barcode, ``TCGA-CS-4938``."""
        return f"TCGA-{self.site}-{self.participant}"

    @property
    def is_primary_tumor(self) -> bool:
        """Tell whether the sample is the primary tumor; a patient's barcode stands for it."""
        return self.sample_type in (None, 1, 3)


def parse_barcode(text: str) -> Barcode:
    """Parse a TCGA barcode of any length, with ``-``, ``.`` or ``_`` between its fields.

    Raises:
        InputError: it is no TCGA barcode.
    """
    match = _FORM.fullmatch(re.sub(r"[._]", "-", text.strip()).upper())
    if match is None:
        raise InputError(
            repr(text),
            "this is no TCGA barcode",
            "Name patients as in TCGA-CS-4938, and samples as in TCGA-CS-4938-01.",
        )
    field = match.groupdict(default="")
    return Barcode(
        site=field["site"],
        participant=field["participant"],
        sample_type=int(field["sample_type"]) if field["sample_type"] else None,
        vial=field["vial"],
        portion=field["portion"],
        analyte=field["analyte"],
    )


def is_barcode(text: str) -> bool:
    """Tell whether a text is a TCGA barcode."""
    return _FORM.fullmatch(re.sub(r"[._]", "-", text.strip()).upper()) is not None


def one_sample_per_patient(names: Iterable[str]) -> tuple[dict[str, str], list[Dropped]]:
    """Choose the sample that stands for each patient.

    Only primary tumors are chosen; among several of one patient, the first vial, then the first portion, then the
    first in the list.

    Args:
        names: barcodes as they stand in a file.

    Returns:
        The chosen name for each patient, in the order of the list, and the samples left out.

    Raises:
        InputError: a name is no TCGA barcode, or one name stands twice.
    """
    chosen: dict[str, tuple[tuple[str, str], str]] = {}
    dropped, seen = [], set()
    for name in names:
        if name in seen:
            raise InputError(name, "this sample stands twice in one file", "Keep one column for each sample.")
        seen.add(name)
        barcode = parse_barcode(name)
        if not barcode.is_primary_tumor:
            what = SAMPLE_TYPES.get(barcode.sample_type, f"sample type {barcode.sample_type:02d}")
            dropped.append(Dropped("sample", name, f"it is no primary tumor but a {what}"))
            continue
        rank = (barcode.vial, barcode.portion)
        held = chosen.get(barcode.patient)
        if held is None or rank < held[0]:
            chosen[barcode.patient] = (rank, name)
        if held is not None:
            loser, winner = (held[1], name) if rank < held[0] else (name, held[1])
            dropped.append(Dropped("sample", loser, f"{winner} comes first among this patient's samples"))
    return {patient: name for patient, (_, name) in chosen.items()}, dropped
