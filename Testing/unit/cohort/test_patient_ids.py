"""Names of patients: TCGA barcodes, or a form that the cohort file gives."""

from __future__ import annotations

import re

import pytest

from RadioGenomicsLib.errors import InputError
from RadioGenomicsTrainLib.cohort.patient_ids import TCGA
from RadioGenomicsTrainLib.cohort.patient_ids import PatientId
from RadioGenomicsTrainLib.cohort.patient_ids import PatientIds

HOSPITALS = PatientIds(re.compile("(?P<patient>(?P<site>[A-Z]+)-[0-9]{3})(?:-[a-z])?"))


def test_a_barcode_tells_patient_and_site() -> None:
    assert TCGA.identify("TCGA.CS.4938.01A") == PatientId("TCGA-CS-4938", "CS")
    assert TCGA.is_name("TCGA-CS-4938")
    assert not TCGA.is_name("R01-003")


def test_a_pattern_tells_patient_and_site() -> None:
    assert HOSPITALS.identify(" AMC-003-b ") == PatientId("AMC-003", "AMC")
    assert HOSPITALS.is_name("AMC-003")
    assert not HOSPITALS.is_name("TP53")


def test_a_pattern_without_a_site_leaves_it_empty() -> None:
    assert PatientIds(re.compile("(?P<patient>R01-[0-9]{3})")).identify("R01-007") == PatientId("R01-007", "")


@pytest.mark.parametrize(("ids", "reason"), [(TCGA, "no TCGA barcode"), (HOSPITALS, "no patient of the form")])
def test_another_name_is_refused(ids: PatientIds, reason: str) -> None:
    with pytest.raises(InputError, match=reason):
        ids.identify("somebody")


def test_of_several_samples_the_first_stands() -> None:
    chosen, dropped = HOSPITALS.one_sample_per_patient(["A-001-b", "A-001-a", "B-002"])
    assert chosen == {"A-001": "A-001-b", "B-002": "B-002"}
    assert [(one.kind, one.subject) for one in dropped] == [("sample", "A-001-a")]


def test_tcga_samples_go_by_the_barcode_s_rule() -> None:
    chosen, dropped = TCGA.one_sample_per_patient(["TCGA-CS-4938-02", "TCGA-CS-4938-01"])
    assert chosen == {"TCGA-CS-4938": "TCGA-CS-4938-01"}
    assert "recurrent" in dropped[0].reason


def test_a_sample_that_stands_twice_is_refused() -> None:
    with pytest.raises(InputError, match="stands twice"):
        HOSPITALS.one_sample_per_patient(["A-001", "A-001"])
