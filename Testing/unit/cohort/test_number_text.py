"""Numbers with decimal commas, thousands separators and percent signs."""

from __future__ import annotations

import pytest

from RadioGenomicsTrainLib.cohort.number_text import number_form


def read(cells: str, delimiter: str = "\t") -> list[float | None]:
    column = cells.split()
    return [number_form({"x": column}, delimiter).parse(cell) for cell in column]


@pytest.mark.parametrize(
    ("cells", "numbers"),
    [
        ("1 -2.5 .5 3. +4e-3 1E5", [1, -2.5, 0.5, 3, 0.004, 1e5]),
        ("10,9631 1,0 224 -0,25", [10.9631, 1, 224, -0.25]),
        ("1,2E-05 3", [1.2e-5, 3]),
        ("1.234,5 12 2.000.000", [1234.5, 12, 2e6]),
        ("0,123 0,5", [0.123, 0.5]),  # no group of thousands begins with 0
        ("1,234 10,5", [1.234, 10.5]),
        ("1,234 10.5", [1234, 10.5]),
        ("1,234,567 8", [1234567, 8]),
        ("1,234.5 7", [1234.5, 7]),
        ("1'234.5 7", [1234.5, 7]),
        ("1\u2019234 7", [1234, 7]),
        ("\u22125 5% 12.5%", [-5, 5, 12.5]),
    ],
)
def test_a_table_is_read_by_the_cells_that_mean_one_thing(cells: str, numbers: list[float]) -> None:
    assert read(cells) == pytest.approx(numbers)


def test_blanks_that_group_digits_are_passed_over() -> None:
    cells = ["1 234", "1\u00a0234,5", "1\u202f234\u202f567"]
    form = number_form({"x": cells}, ";")
    assert [form.parse(cell) for cell in cells] == [1234, 1234.5, 1234567]


@pytest.mark.parametrize("word", ["1_000", "12 mm", "1996.08.23", "TCGA", "0x10", "1,2,3", "12,34,567", "nan"])
def test_words_are_no_numbers(word: str) -> None:
    assert number_form({"x": [word, "5"]}, "\t").parse(word) is None


def test_a_column_of_words_has_no_say() -> None:
    form = number_form({"words": ["1,5", "left"], "x": ["1.5", "2"]}, "\t")
    assert form.note == ""
    assert form.parse("1,5") is None


@pytest.mark.parametrize(
    ("cells", "delimiter", "reason"),
    [
        ("1,5 2.5", "\t", "mixes decimal commas and points: 'x' holds '1,5', 'x' holds '2.5'"),
        ("1,5 1,234,567", "\t", "mixes"),
        ("1,5 2", ",", "decimal commas, and commas separate its columns: 'x' holds '1,5'"),
        ("1,234 5", "\t", "may be decimal or group thousands: 'x' holds '1,234'"),
    ],
)
def test_what_contradicts_itself_or_cannot_be_told_is_refused(cells: str, delimiter: str, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        read(cells, delimiter)


def test_what_was_assumed_is_told_with_a_cell() -> None:
    assert number_form({"x": ["1,5"]}, ";").note == "its commas are decimal: 'x' holds '1,5'"
    assert "group thousands" in number_form({"x": ["1,234", "0.5"]}, ",").note
    assert number_form({"x": ["1.5"]}, ",").note == ""
