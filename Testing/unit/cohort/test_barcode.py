"""TCGA barcodes and which sample stands for a patient."""

from __future__ import annotations

import pytest

from RadioGenomicsLib.errors import InputError
from RadioGenomicsTrainLib.cohort.barcode import is_barcode
from RadioGenomicsTrainLib.cohort.barcode import one_sample_per_patient
from RadioGenomicsTrainLib.cohort.barcode import parse_barcode


def test_a_full_barcode_gives_all_its_fields() -> None:
    barcode = parse_barcode("TCGA-CS-4938-01B-11R-1896-07")
    assert barcode.patient == "TCGA-CS-4938"
    assert (barcode.site, barcode.sample_type, barcode.vial) == ("CS", 1, "B")
    assert (barcode.portion, barcode.analyte) == ("11", "R")


@pytest.mark.parametrize("text", ["TCGA-CS-4938", "TCGA.CS.4938", "TCGA_CS_4938", " tcga-cs-4938 "])
def test_every_way_to_write_a_patient_is_one_patient(text: str) -> None:
    barcode = parse_barcode(text)
    assert barcode.patient == "TCGA-CS-4938"
    assert barcode.sample_type is None
    assert barcode.is_primary_tumor


@pytest.mark.parametrize("text", ["", "patient 7", "TCGA-CS", "TCGA-CS-49388", "TCGA-CS-4938-1", "XTCGA-CS-4938"])
def test_what_is_no_barcode_is_refused_by_name(text: str) -> None:
    assert not is_barcode(text)
    with pytest.raises(InputError, match="no TCGA barcode"):
        parse_barcode(text)


def test_primary_tumors_stand_for_patients_and_the_others_are_listed() -> None:
    names = ["TCGA-DU-6404-02A", "TCGA-DU-6404-01B", "TCGA-DU-6404-01A", "TCGA-CS-4938-11A", "TCGA-CS-4941"]
    chosen, dropped = one_sample_per_patient(names)
    assert chosen == {"TCGA-DU-6404": "TCGA-DU-6404-01A", "TCGA-CS-4941": "TCGA-CS-4941"}
    reasons = {one.subject: one.reason for one in dropped}
    assert "recurrent" in reasons["TCGA-DU-6404-02A"]
    assert "TCGA-DU-6404-01A comes first" in reasons["TCGA-DU-6404-01B"]
    assert "normal" in reasons["TCGA-CS-4938-11A"]


def test_a_sample_that_stands_twice_is_refused() -> None:
    with pytest.raises(InputError, match="twice"):
        one_sample_per_patient(["TCGA-CS-4938-01", "TCGA-CS-4938-01"])
