"""Words and numbers that stand for a missing value."""

from __future__ import annotations

import numpy as np
import pytest

from RadioGenomicsTrainLib.cohort.missing_codes import missing_codes
from RadioGenomicsTrainLib.cohort.missing_words import is_failed_formula
from RadioGenomicsTrainLib.cohort.missing_words import is_missing


@pytest.mark.parametrize(
    "text",
    [
        "", " ", "NA", "NA ", "N/A", "nan", "NaN", "None", "null", "-", "--", "'--", ".", "?", "<NA>",
        "unknown", "Unknown",
        "not reported", "Not Reported", "Not Allowed To Collect", "not applicable", "[Not Available]",
        "[Not Applicable]",
        "[Not Evaluated]", "[Unknown]", "[Discrepancy]", "[Completed]", "[Pending]", "(missing)", "#N/A", "#DIV/0!",
        "not  available",
    ],
)  # fmt: skip
def test_words_for_missing_are_missing(text: str) -> None:
    assert is_missing(text)


@pytest.mark.parametrize("text", ["0", "IDHwt", "no", "normal", "-1", "Nan Li", "NANOG", "G2", "WT", "[Mutant]"])
def test_other_words_are_not(text: str) -> None:
    assert not is_missing(text)


def test_a_formula_that_failed_is_told_from_a_gap() -> None:
    assert is_failed_formula("#DIV/0!")
    assert not is_failed_formula("NA")


@pytest.mark.parametrize(
    ("values", "codes"),
    [
        ([-999, 0, 224, 89546, np.nan], {-999}),
        ([-9999, -9999, 1, 2], {-9999}),
        ([-999, -999, -999, 5], {-999}),
        ([999, 5], set()),  # of two numbers either may be the odd one
        ([0.1, 0.9, 0.5, 999], {999}),
        ([0.1, 0.9, 1e30, -3.4e38], {1e30, -3.4e38}),
        ([-99, -50, 20, 10], set()),  # among negative values, and no farther away
        ([999, 2000, 15, 100], set()),
        ([99, 101, 97], set()),
        ([-999, np.nan], set()),  # nothing to compare it with
    ],
)
def test_a_number_is_a_code_where_the_rest_of_the_column_says_so(values: list[float], codes: set[float]) -> None:
    assert set(missing_codes(np.array(values))) == codes
