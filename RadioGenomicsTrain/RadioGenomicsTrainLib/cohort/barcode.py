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
    r"(?:-(?P<portion>\d{2})(?P<analyte>[A-Z])?(?:-(?P<plate>[A-Z0-9]{2,4})(?:-\d{2})?)?)?)?"
)
_PATIENT = re.compile(r"(?<![A-Z0-9])TCGA[-._]([A-Z0-9]{2})[-._]([A-Z0-9]{4})(?![A-Z0-9])", re.IGNORECASE)

SAMPLE_TYPES = {
    1: "primary solid tumor",
    2: "recurrent solid tumor",
    3: "primary blood-derived cancer",
    5: "additional new primary",
    6: "metastasis",
    10: "blood-derived normal",
    11: "solid tissue normal",
}
_ANALYTES = {"H": 0, "R": 1, "T": 2}


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
        plate: later ones sort later; empty where not given.
    """

    site: str
    participant: str
    sample_type: int | None = None
    vial: str = ""
    portion: str = ""
    analyte: str = ""
    plate: str = ""

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
        plate=field["plate"],
    )


def is_barcode(text: str) -> bool:
    """Tell whether a text is a TCGA barcode."""
    return _FORM.fullmatch(re.sub(r"[._]", "-", text.strip()).upper()) is not None


def sample_type_name(barcode: Barcode) -> str:
    """Return what a sample is, in words."""
    return SAMPLE_TYPES.get(barcode.sample_type or 0, f"sample type {barcode.sample_type or 0:02d}")


def find_patient(text: str) -> str | None:
    """Return the patient's barcode that stands anywhere in a text, such as a folder's name; None without one.

    Examples:
        >>> find_patient("TCGA-06-0119_1999.12.31_flair.nii.gz"), find_patient("TCGA-GBM")
        ('TCGA-06-0119', None)
    """
    match = _PATIENT.search(text)
    return None if match is None else f"TCGA-{match[1]}-{match[2]}".upper()


def one_sample_per_patient(names: Iterable[str]) -> tuple[dict[str, str], list[Dropped]]:
    """Choose the sample that stands for each patient.

    The rule, in this order; the first difference decides:

    1. Sample type: only primary tumors (01, 03); a patient's own barcode stands for one.
    2. Vial: the first. Later ones are often formalin-fixed.
    3. Analyte: H (hybrid protocol) before R (RNA) before T (total RNA), as in Broad's Firehose.
    4. Plate: the latest, as in Firehose: a second run is made to replace the first.
    5. Portion: the highest, as in Firehose.
    6. The first in the list.

    Firehose: https://gdac.broadinstitute.org/runs/gdc/report_2017_07_22/TCGA-LAML_Replicate_Samples.html

    Args:
        names: barcodes as they stand in a file.

    Returns:
        The chosen name for each patient, in the order of the list, and the samples left out.

    Raises:
        InputError: a name is no TCGA barcode, or one name stands twice.
    """
    samples: dict[str, list[tuple[str, Barcode]]] = {}
    dropped, seen = [], set()
    for name in names:
        if name in seen:
            raise InputError(name, "this sample stands twice in one file", "Keep one column for each sample.")
        seen.add(name)
        barcode = parse_barcode(name)
        if barcode.is_primary_tumor or barcode.sample_type is None:
            samples.setdefault(barcode.patient, []).append((name, barcode))
        else:
            dropped.append(Dropped("sample", name, f"it is no primary tumor but a {sample_type_name(barcode)}"))
    chosen = {}
    for patient, found in samples.items():
        # Both sorts keep the order of equals; the last one counts most.
        found.sort(key=lambda sample: (sample[1].plate, sample[1].portion), reverse=True)
        found.sort(key=lambda sample: (sample[1].vial, _ANALYTES.get(sample[1].analyte, len(_ANALYTES))))
        (chosen[patient], best), *others = found
        dropped += [
            Dropped("sample", name, f"{chosen[patient]} comes first among this patient's samples{_by(best, other)}")
            for name, other in others
        ]
    return chosen, dropped


def _by(best: Barcode, other: Barcode) -> str:
    """Tell which part of the barcode decided."""
    for part in ("vial", "analyte", "plate", "portion"):
        if getattr(best, part) != getattr(other, part):
            return f", by its {part}"
    return ""
