"""Which series of a patient are taken, and why the others are passed over."""

from __future__ import annotations

import itertools

import pytest

from RadioGenomicsLib.errors import InputError
from RadioGenomicsTrainLib.cohort.series_rules import BRAIN_MR
from RadioGenomicsTrainLib.cohort.series_rules import BREAST_MR
from RadioGenomicsTrainLib.cohort.series_rules import CHEST_CT
from RadioGenomicsTrainLib.cohort.series_rules import find_rule
from RadioGenomicsTrainLib.cohort.series_selection import SelectionRule
from RadioGenomicsTrainLib.cohort.series_selection import SeriesFacts
from RadioGenomicsTrainLib.cohort.series_selection import choose_series


def series(description: str, date: str = "2000-01-01", slices: int = 40, **facts: object) -> SeriesFacts:
    """Return a brain MR series; its UID is its description and date unless given."""
    values = {"uid": f"{description} {date}", "modality": "MR", **facts}
    return SeriesFacts(description=description, date=date, slices=slices, **values)


def chosen(found: list[SeriesFacts], rule: SelectionRule = BRAIN_MR) -> dict[str, str]:
    """Return the description taken for each role; check that everything else is listed with a reason."""
    taken, dropped = choose_series("TCGA-06-0001", found, rule)
    assert len(taken) + len(dropped) == len(found)
    assert all(one.reason and one.subject.startswith("TCGA-06-0001") for one in dropped)
    return {role: one.description for role, one in sorted(taken.items())}


def why(found: list[SeriesFacts], rule: SelectionRule = BRAIN_MR) -> dict[str, str]:
    """Return the reason by description of what is passed over."""
    _, dropped = choose_series("P", found, rule)
    return {one.subject.split(" ", 2)[2]: one.reason for one in dropped}


STUDY = [series("AX FLAIR"), series("AX T1 PRE"), series("AX T1 +C"), series("AX T2 FSE")]


def test_each_role_of_a_study_is_found() -> None:
    assert chosen(STUDY) == {"FLAIR": "AX FLAIR", "T1": "AX T1 PRE", "T1c": "AX T1 +C", "T2": "AX T2 FSE"}


def test_the_earliest_study_with_the_required_role_is_taken_whole_and_not_filled_from_later_ones() -> None:
    found = [
        series("AX T1", date="1999-01-01"),
        series("AX FLAIR", date="1999-06-01"),
        *STUDY,
    ]
    assert chosen(found) == {"FLAIR": "AX FLAIR"}
    reasons = why(found)
    assert "earliest with FLAIR" in reasons["AX T1"]
    assert "earliest with FLAIR" in reasons["AX T2 FSE"]


def test_a_study_without_a_date_goes_last() -> None:
    found = [series("AX FLAIR", date="", uid="a"), series("FLAIR TRA", date="2000-01-01")]
    assert chosen(found) == {"FLAIR": "FLAIR TRA"}


def test_what_was_scanned_on_one_day_is_one_study_and_undated_scans_go_by_their_study() -> None:
    split = [series("AX FLAIR", study="1"), series("AX T2", study="2")]
    assert chosen(split) == {"FLAIR": "AX FLAIR", "T2": "AX T2"}
    undated = [series("AX FLAIR", date="", study="1"), series("AX T2", date="", study="2")]
    assert chosen(undated) == {"FLAIR": "AX FLAIR"}


def test_a_patient_without_the_required_role_has_nothing() -> None:
    found = [series("AX T1 PRE"), series("AX T2")]
    assert chosen(found) == {}
    assert why(found) == dict.fromkeys(("AX T1 PRE", "AX T2"), "its study has no FLAIR")


@pytest.mark.parametrize(
    ("first", "then"),
    [
        (series("3D FLAIR"), series("AX FLAIR")),
        (series("AX FLAIR", slices=24), series("FLAIR", slices=60)),
        (series("FLAIR"), series("SAG FLAIR", slices=60)),
        (series("AX FLAIR", slices=50), series("TRA FLAIR", slices=30)),
        (series("AX FLAIR", number=4), series("AX FLAIR rpt", number=9)),
        (series("AX FLAIR", number=9), series("AX FLAIR rpt")),
        (series("AX FLAIR", uid="1.2"), series("AX FLAIR", uid="1.3")),
    ],
    ids=["3D", "plane", "avoided", "slices", "number", "a number", "UID"],
)
def test_ties_go_by_preference_then_slices_then_number_then_uid(first: SeriesFacts, then: SeriesFacts) -> None:
    for found in ([first, then], [then, first]):
        taken, _ = choose_series("P", found, BRAIN_MR)
        assert taken["FLAIR"] == first


def test_the_choice_does_not_depend_on_the_order_of_the_files() -> None:
    found = [*STUDY, series("SAG FLAIR"), series("AX T1 GD", slices=44)]
    answers = {tuple(sorted(chosen(list(order)).items())) for order in itertools.permutations(found)}
    assert len(answers) == 1


@pytest.mark.parametrize(
    ("one", "reason"),
    [
        (series("AX FLAIR", flaw="it is a mosaic"), "a mosaic"),
        (series("AX FLAIR", modality="CT"), "modality is CT, not MR"),
        (series("3 plane loc FLAIR"), "localizer"),
        (series("FLAIR MPR cor"), "made from another"),
        (series("AX FLAIR", slices=9), "9 slices, fewer than 15"),
        (series("AX FLAIR", thickness_mm=10.0), "10 mm thick, more than 8 mm"),
        (series("DWI b1000"), "tells no role"),
    ],
)
def test_what_is_unfit_is_passed_over_with_the_reason(one: SeriesFacts, reason: str) -> None:
    assert chosen([one]) == {}
    assert reason in next(iter(why([one]).values()))


def test_a_t1_is_taken_for_contrast_enhanced_if_only_its_header_says_so() -> None:
    assert BRAIN_MR.role(series("AX T1", contrast=True)) == "T1c"
    assert BRAIN_MR.role(series("AX T1 PRE", contrast=True)) == "T1"
    assert BRAIN_MR.role(series("AX T1")) == "T1"


# Descriptions as they stand in TCGA-LUAD and TCGA-BRCA.
@pytest.mark.parametrize(
    ("descriptions", "wanted"),
    [
        (["Topogram  1.0  T20s", "CHEST ROUTINE  5.0  B20f", "CHEST ROUTINE  5.0  B60f"], "CHEST ROUTINE  5.0  B20f"),
        (["CT SCOUT HEAD IN", "CT WHOLE BODY", "LOW DOSE C- CHEST"], "LOW DOSE C- CHEST"),
        (["INSPIRATION", "EXPIRATION", "PRONE INSPRATION"], "INSPIRATION"),
        (["SOFT TISSUE", "LUNG", "SAG CHEST", "CHST COR", "Processed Images"], "SOFT TISSUE"),
        (["Chest", "ABDOMEN"], "Chest"),
        (["STD CTAC", "LUNG CTAC"], None),
        (["", "Topogram"], ""),
    ],
)
def test_the_chest_ct_is_found_among_real_descriptions(descriptions: list[str], wanted: str | None) -> None:
    found = [series(text, modality="CT") for text in descriptions]
    assert chosen(found, CHEST_CT).get("CT") == wanted


def test_a_study_for_a_biopsy_is_not_taken() -> None:
    found = [series("HELICAL MODE", modality="CT", study_description="CT LUNG BX")]
    assert "needle" in why(found, CHEST_CT)["HELICAL MODE"]


@pytest.mark.parametrize(
    ("descriptions", "wanted"),
    [
        (
            [
                "3 plane loc",
                "AX STIR-WaterSat",
                "Ax Vibrant MULTIPHASE",
                "Sag Vibrant +C",
                "Sag Vibrant Pre",
                "CAD~ sub 1",
            ],
            {"T1": "Sag Vibrant Pre", "T1c": "Sag Vibrant +C", "T2": "AX STIR-WaterSat"},
        ),
        (
            [
                "fl3d_dynamic_Pre",
                "fl3d_dynamic_1 min",
                "fl3d_dynamic_1 min_SUB",
                "fl3d_dynamic_5 min",
                "T2 fse",
            ],
            {"T1": "fl3d_dynamic_Pre", "T1c": "fl3d_dynamic_1 min", "T2": "T2 fse"},
        ),
        (
            ["SAG T1 (PRE)", "SAG 3D (POST-CONTRAST)", "SAG T2 (FAT-SAT) LEFT", "ASSET CALIBRATION"],
            {"T1": "SAG T1 (PRE)", "T1c": "SAG 3D (POST-CONTRAST)", "T2": "SAG T2 (FAT-SAT) LEFT"},
        ),
        (["VISTA", "dyn_eTHRIVE", "ssub", "dADC"], {"T1c": "dyn_eTHRIVE", "T2": "VISTA"}),
    ],
)
def test_breast_mr_is_found_among_real_descriptions(descriptions: list[str], wanted: dict[str, str]) -> None:
    assert chosen([series(text) for text in descriptions], BREAST_MR) == wanted


def test_a_rule_is_found_by_its_name() -> None:
    assert find_rule("chest-ct") is CHEST_CT
    with pytest.raises(InputError, match="brain-mr, chest-ct, breast-mr"):
        find_rule("knee")
