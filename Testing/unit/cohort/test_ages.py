"""Ages in years, from years and days."""

from __future__ import annotations

import pytest

from RadioGenomicsTrainLib.cohort.ages import age_number
from RadioGenomicsTrainLib.cohort.ages import ages_of


def ages(*numbers: float) -> tuple[dict[int, float], dict[int, str]]:
    found = ages_of(dict(enumerate(numbers)))
    return dict(found.years), dict(found.implausible)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("44", 44),
        ("44.5", 44.5),
        ("44,5", 44.5),
        ("044Y", 44),
        ("44 years", 44),
        ("44 years old", 44),
        ("-16071", -16071),
    ],
)
def test_an_age_is_a_number_with_or_without_years(text: str, number: float) -> None:
    assert age_number(text) == number


@pytest.mark.parametrize("text", ["forty", ">89", "90+", "018M", "inf", "1e2", "40-49", "2001-03-01"])
def test_other_words_are_no_ages(text: str) -> None:
    assert age_number(text) is None


@pytest.mark.parametrize("sign", [1, -1])
def test_a_column_of_days_becomes_years(sign: int) -> None:
    found = ages_of({0: sign * 16071, 1: sign * 23742})
    assert found.in_days
    assert found.years == {0: pytest.approx(44.0), 1: pytest.approx(65.0, abs=0.01)}


@pytest.mark.parametrize("code", [-9, -99, 999, 9999, 99, 0])
def test_a_code_for_missing_is_no_age(code: float) -> None:
    years, implausible = ages(44, code, 51, 60)
    assert years == {0: 44, 2: 51, 3: 60}
    assert "stands for a missing value" in implausible[1]


def test_the_oldest_and_the_youngest_keep_their_age_beside_others_like_them() -> None:
    assert ages(92, 99, 70)[0] == {0: 92, 1: 99, 2: 70}
    assert ages(0, 3, 5)[0] == {0: 0, 1: 3, 2: 5}


def test_a_single_impossible_age_is_left_out() -> None:
    years, implausible = ages(44, 51, 150)
    assert years == {0: 44, 1: 51}
    assert implausible == {2: "150 is no age in years"}


@pytest.mark.parametrize(
    ("numbers", "reason"),
    [
        ((1950, 1971), "years of birth"),
        ((480, 600), "may be months or days"),
        ((60000, 70000), "neither years nor days"),
        ((44, -3, 200), "2 of its 3 ages are below 0 or above 120 years, such as -3"),
        ((16071, 44, 23742), "above 120"),
    ],
)
def test_a_column_of_something_else_is_refused(numbers: tuple[float, ...], reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        ages(*numbers)
