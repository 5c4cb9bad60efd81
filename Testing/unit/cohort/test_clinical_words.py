"""Spellings of sex and grade."""

from __future__ import annotations

import pytest

from RadioGenomicsTrainLib.cohort.clinical_words import grade_of
from RadioGenomicsTrainLib.cohort.clinical_words import is_not_assessed
from RadioGenomicsTrainLib.cohort.clinical_words import sex_of


@pytest.mark.parametrize(
    ("texts", "sex"),
    [
        (("female", "FEMALE", "Female", "F", "f", "Woman", "weiblich", "W", "femme", "mujer"), "female"),
        (("male", "MALE", "Male", "M", "m", "Man", "männlich", "homme", "hombre"), "male"),
        (("1", "2", "0", "H", "X", "other", "mal"), None),
    ],
)
def test_a_sex_has_one_spelling(texts: tuple[str, ...], sex: str | None) -> None:
    assert {sex_of(text) for text in texts} == {sex}


@pytest.mark.parametrize(
    ("texts", "grade"),
    [
        (
            (
                "G2",
                "g2",
                "Grade II",
                "GRADE 2",
                "II",
                "2",
                "2.0",
                "WHO grade 2",
                "WHO Grade II",
                "WHO II",
                "II°",
                "\u2161",
            ),
            "G2",
        ),
        (
            ("WHO 2021 grade IV", "CNS WHO grade 4", "WHO CNS grade 4", "WHO (2016) grade IV", "IV", "Grade 4 (GBM)"),
            "G4",
        ),
        (("G3", "Grade III", "iii", "Grade: 3", "grade_3", "Grade-3", "Grad III"), "G3"),
        (("II-III", "II/III", "2-3", "high grade", "low", "G5", "IIII", "V", "GX", "22", "grade 2 3"), None),
    ],
)
def test_a_grade_has_one_spelling(texts: tuple[str, ...], grade: str | None) -> None:
    assert {text: grade_of(text) for text in texts} == dict.fromkeys(texts, grade)


def test_gx_was_not_assessed() -> None:
    assert is_not_assessed("GX")
    assert is_not_assessed("Grade X")
    assert not is_not_assessed("G2")
