"""Ages of patients in years, from columns that also hold days, codes for missing, and what is no age."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

_AGE = re.compile(r"([+-]?[0-9]{1,6}(?:[.,][0-9]*)?)\s*(?:y|yr|yrs|year|years)?(?:\s+old)?", re.IGNORECASE)
_OLDEST = 120.0
_DAYS_A_YEAR = 365.25
# Ages in months reach 1,440; a column of days in which nobody is 5 years old is not told from one of them.
_FEWEST_DAYS = 1800.0
_CODES = frozenset({-1.0, -9.0, -99.0, -999.0, -9999.0, 999.0, 9999.0, 99999.0})
# These could be ages: they are codes where nobody else's age is near.
_CODES_IF_APART = (0.0, 99.0)
_APART = 10.0
# Single wrong ages are left out; in a column with more of them nothing is sure.
_MOST_IMPLAUSIBLE = 0.1


@dataclass(frozen=True)
class Ages:
    """The ages of a column.

    Attributes:
        years: by row.
        implausible: reason by row, where the number is no age.
        in_days: whether the column gave days.
    """

    years: Mapping[int, float]
    implausible: Mapping[int, str]
    in_days: bool = False


def age_number(text: str) -> float | None:
    """Return the number of an age such as "44", "44,5" or "044Y"; None for what is no age."""
    found = _AGE.fullmatch(text.strip())
    return float(found[1].replace(",", ".")) if found else None


def ages_of(numbers: Mapping[int, float]) -> Ages:
    """Return the ages in years.

    A column whose every number is beyond 120, or below -120 (days since birth, as in TCGA's ``days_to_birth``), gives
    days. In a column of years a number below 0 or above 120 is no age, nor is a code for a missing value.

    Args:
        numbers: of the cells that hold one, by row.

    Raises:
        ValueError: the column is of months, of years of birth, or of something else.
    """
    codes = {row: number for row, number in numbers.items() if number in _CODES}
    rest = {row: number for row, number in numbers.items() if row not in codes}
    implausible = {row: f"{number:g} stands for a missing value" for row, number in codes.items()}
    values = np.array(list(rest.values()))
    if len(values) and ((values > _OLDEST).all() or (values < -_OLDEST).all()):
        _check_days(np.abs(values))
        return Ages({row: abs(number) / _DAYS_A_YEAR for row, number in rest.items()}, implausible, in_days=True)
    wrong = {row: number for row, number in rest.items() if not 0 <= number <= _OLDEST}
    if len(wrong) > max(1, _MOST_IMPLAUSIBLE * len(rest)):
        number = next(iter(wrong.values()))
        raise ValueError(f"{len(wrong)} of its {len(rest)} ages are below 0 or above 120 years, such as {number:g}")
    implausible |= {row: f"{number:g} is no age in years" for row, number in wrong.items()}
    years = {row: number for row, number in rest.items() if row not in wrong}
    for code in _CODES_IF_APART:
        others = [number for number in years.values() if number != code]
        rows = [row for row, number in years.items() if number == code]
        if rows and others and min(abs(number - code) for number in others) > _APART:
            implausible |= dict.fromkeys(rows, f"{code:g} stands for a missing value: nobody else is near that age")
            years = {row: number for row, number in years.items() if row not in rows}
    return Ages(years, implausible)


def _check_days(sizes: np.ndarray) -> None:
    low, high = sizes.min(), sizes.max()
    if low >= 1900 and high <= 2100:
        raise ValueError(f"its ages are between {low:g} and {high:g}: these are years of birth")
    if high < _FEWEST_DAYS:
        raise ValueError(f"its ages are between {low:g} and {high:g}: these are no years, and may be months or days")
    if high > _OLDEST * _DAYS_A_YEAR:
        raise ValueError(f"its ages go up to {high:g}: these are neither years nor days")
