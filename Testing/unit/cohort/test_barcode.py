"""TCGA barcodes and which sample stands for a patient."""

from __future__ import annotations

import numpy as np
import pytest

from RadioGenomicsLib.errors import InputError
from RadioGenomicsTrainLib.cohort.barcode import find_patient
from RadioGenomicsTrainLib.cohort.barcode import is_barcode
from RadioGenomicsTrainLib.cohort.barcode import one_sample_per_patient
from RadioGenomicsTrainLib.cohort.barcode import parse_barcode


def test_a_full_barcode_gives_all_its_fields() -> None:
    barcode = parse_barcode("TCGA-CS-4938-01B-11R-1896-07")
    assert barcode.patient == "TCGA-CS-4938"
    assert (barcode.site, barcode.sample_type, barcode.vial) == ("CS", 1, "B")
    assert (barcode.portion, barcode.analyte, barcode.plate) == ("11", "R", "1896")


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


def random_barcodes(seed: int, count: int) -> list[str]:
    """Return distinct full barcodes of a few patients, in every length and with every kind of plate."""
    rng = np.random.default_rng(seed)

    def pick(*choices: str) -> str:
        return choices[rng.integers(len(choices))]

    names = set()
    while len(names) < count:
        parts = [
            f"TCGA-{pick('06', 'CS', 'A7')}-{pick('0001', 'A13E', '4938')}-{pick('01', '02', '03', '06', '11')}",
            pick("A", "B", "C"),
            f"-{pick('01', '11', '31')}{pick('R', 'T', 'H')}",
            f"-{pick('0182', '1896', 'A29S')}-07",
        ]
        names.add("".join(parts[: rng.integers(1, 5)]))
    return sorted(names, key=lambda _: rng.random())


@pytest.mark.parametrize("seed", range(20))
def test_whatever_the_samples_each_patient_with_a_primary_tumor_has_one_and_the_rest_is_listed(seed: int) -> None:
    names = random_barcodes(seed, 60)
    chosen, dropped = one_sample_per_patient(names)
    assert sorted([*chosen.values(), *(one.subject for one in dropped)]) == sorted(names)
    assert set(chosen) == {parse_barcode(name).patient for name in names if parse_barcode(name).is_primary_tumor}
    assert all(parse_barcode(name).patient == patient for patient, name in chosen.items())


@pytest.mark.parametrize("seed", range(20))
def test_the_choice_does_not_depend_on_the_order_of_full_barcodes(seed: int) -> None:
    names = [name for name in random_barcodes(seed, 80) if name.endswith("-07")]
    assert one_sample_per_patient(names)[0] == one_sample_per_patient(names[::-1])[0]


@pytest.mark.parametrize("seed", range(5))
def test_a_barcode_is_found_in_any_name_and_in_any_writing(seed: int) -> None:
    for name in random_barcodes(seed, 20):
        patient = parse_barcode(name).patient
        for text in (name, name.lower(), name.replace("-", "_"), f"sub-{name}_flair.nii.gz", f"{name}.1999.12.31"):
            assert find_patient(text) == patient


@pytest.mark.parametrize("text", ["", "TCGA-GBM", "TCGA-CS-49388", "XTCGA-CS-4938", "tcga_lgg", "1.3.6.1.4.1"])
def test_no_barcode_is_found_where_there_is_none(text: str) -> None:
    assert find_patient(text) is None


@pytest.mark.parametrize(
    ("first", "then", "part"),
    [
        ("TCGA-06-0001-01A-01R-0182-07", "TCGA-06-0001-01B-01H-1896-07", "vial"),
        ("TCGA-06-0001-01A-01H-0182-07", "TCGA-06-0001-01A-01R-1896-07", "analyte"),
        ("TCGA-06-0001-01A-01R-0182-07", "TCGA-06-0001-01A-01T-A29S-07", "analyte"),
        ("TCGA-06-0001-01A-01R-A29S-07", "TCGA-06-0001-01A-11R-1896-07", "plate"),
        ("TCGA-06-0001-01A-11R-1896-07", "TCGA-06-0001-01A-01R-1896-07", "portion"),
    ],
)
def test_samples_go_by_vial_then_analyte_then_plate_then_portion(first: str, then: str, part: str) -> None:
    for names in ([first, then], [then, first]):
        chosen, (lost,) = one_sample_per_patient(names)
        assert chosen == {"TCGA-06-0001": first}
        assert (lost.subject, part in lost.reason) == (then, True)
