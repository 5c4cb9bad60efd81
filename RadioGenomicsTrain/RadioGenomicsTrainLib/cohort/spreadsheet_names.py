"""Gene names that a spreadsheet turned into dates or numbers (Ziemann et al. 2016), in any language.

``MARCH1`` becomes 1-Mar, ``SEPT2`` 2. Sep, 2021-09-02 or the serial number 44441, and RIKEN's ``2310009E13`` 2.31E+13.
What a date was cannot always be told: 1-Mar was MARCH1 or MARC1, 3/9/2001 MARCH9 or SEPT3.
"""

from __future__ import annotations

import re
from datetime import date
from datetime import timedelta

# What stands before the number in genes that are taken for a date of the month.
_PREFIXES = {
    1: ("JAN",),
    2: ("FEB",),
    3: ("MAR", "MARC", "MARCH"),
    4: ("APR",),
    5: ("MAY",),
    6: ("JUN",),
    7: ("JUL",),
    8: ("AUG",),
    9: ("SEP", "SEPT"),
    10: ("OCT",),
    11: ("NOV",),
    12: ("DEC",),
}
# The first letters in English, German, French, Spanish, Italian, Portuguese, Dutch, Scandinavian languages, Polish,
# Czech, Turkish and Russian; the longest that fit decide.
_MONTHS = {
    1: "jan janv jän ene gen sty led oca янв",
    2: "feb fév fev févr lut úno şub фев",
    3: "mar mär mrz maart mrt mars march märz marz marzo março bře марта мар",
    4: "apr avr abr kwi dub nis апр",
    5: "may mai mag mei maj kvě май мая",
    6: "jun juin giu cze čvn haz июн",
    7: "jul juil lug lip čvc tem июл",
    8: "aug août aou ago sie srp ağu авг",
    9: "sep sept set wrz zář eyl сен",
    10: "oct okt ott out paź říj eki окт",
    11: "nov lis kas ноя",
    12: "dec dez déc dic des gru pro ara дек",
}
_ENGLISH = re.compile("jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec", re.IGNORECASE)
_MONTH_OF = {start: month for month, starts in _MONTHS.items() for start in starts.split()}
_WORD = r"(?P<month>[^\W\d_]{3,12})\.?"
_SEPARATOR = r"\s*[-./ \u2010-\u2013]\s*"
_YEAR = rf"(?:(?:{_SEPARATOR}|,\s*)(?:\d\d|\d{{4}}))?"
_DAY_FIRST = re.compile(rf"(?P<number>\d{{1,2}})(?:{_SEPARATOR}|\.\s*){_WORD}{_YEAR}")
_MONTH_FIRST = re.compile(rf"{_WORD}{_SEPARATOR}(?P<number>\d{{1,2}}){_YEAR}")
_EAST_ASIAN = re.compile(r"(?:\d{4}年)?(?P<month>\d{1,2})月(?P<number>\d{1,2})日")
_TIME = r"(?:[T ]00:00(?::00(?:\.0+)?)?)?"
_YEAR_FIRST = re.compile(rf"(\d{{4}})[-/.](\d{{1,2}})[-/.](\d{{1,2}}){_TIME}")
_YEAR_LAST = re.compile(rf"(\d{{1,2}})[-/.](\d{{1,2}})[-/.](\d{{4}}|\d\d){_TIME}")
_NO_YEAR = re.compile(r"(\d{1,2})/(\d{1,2})")
_SERIAL = re.compile(r"(\d{5})(?:\.0+)?")
# Windows counts from the end of 1899, older Macintoshes from 1904 on.
_EPOCHS = (date(1899, 12, 30), date(1904, 1, 1))
_FIRST_YEAR, _LAST_YEAR = 1990, 2060
# No date is longer, in any language.
_LONGEST = 40
_MANGLED = re.compile(r"\d+(?:[.,]\d+)?E\+\d+", re.IGNORECASE)


def is_mangled_number(name: str) -> bool:
    """Tell whether a name is a number as a spreadsheet shows long ones, such as 2.31E+13."""
    return _MANGLED.fullmatch(name.strip()) is not None


def symbols_of_date(name: str) -> list[str] | None:
    """Return every symbol that a date may have been, whether there is such a gene or not; None for what is no date.

    Examples:
        >>> symbols_of_date("9-Sep"), symbols_of_date("TP53")
        (['SEP9', 'SEPT9'], None)
    """
    days = _days(name.strip()) if len(name) <= _LONGEST else []
    if not days:
        return None
    return [f"{prefix}{number}" for month, number in days for prefix in _PREFIXES[month]]


def _days(name: str) -> list[tuple[int, int]]:
    """Return the readings of a date as month and the number of the gene."""
    for form in (_DAY_FIRST, _MONTH_FIRST, _EAST_ASIAN):
        found = form.fullmatch(name)
        if found and (month := _month(found["month"])) and not (form is _MONTH_FIRST and _may_be_a_name(found)):
            return [(month, int(found["number"]))]
    if found := _YEAR_FIRST.fullmatch(name):
        return _readings(int(found[1]), [(int(found[2]), int(found[3]))])
    if found := _YEAR_LAST.fullmatch(name):
        first, second, year = (int(part) for part in found.groups())
        return _readings(year, [(second, first), (first, second)])
    if found := _NO_YEAR.fullmatch(name):
        return _possible([(int(found[2]), int(found[1])), (int(found[1]), int(found[2]))])
    if found := _SERIAL.fullmatch(name):
        dates = [epoch + timedelta(days=int(found[1])) for epoch in _EPOCHS]
        if _FIRST_YEAR <= dates[0].year <= _LAST_YEAR:
            return [reading for one in dates for reading in _readings(one.year, [(one.month, one.day)])]
    return []


def _may_be_a_name(found: re.Match[str]) -> bool:
    """Tell whether a month before a number may be a gene's alias: SET-7 is none of September, set-07 is."""
    word = found["month"]
    return not _ENGLISH.match(word) and (word.isupper() or len(found["number"]) < 2)


def _month(text: str) -> int | None:
    if text.isdecimal():
        return int(text) if 1 <= int(text) <= 12 else None
    word = text.casefold()
    return next((_MONTH_OF[word[:n]] for n in range(len(word), 2, -1) if word[:n] in _MONTH_OF), None)


def _readings(year: int, days: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return the readings; the first of a month may also be the number of a year: "Mar-02" is March 2002."""
    possible = _possible(days)
    return possible + [(month, year % 100) for month, day in possible if day == 1 and 2 <= year % 100 <= 31]


def _possible(days: list[tuple[int, int]]) -> list[tuple[int, int]]:
    return list(dict.fromkeys((month, day) for month, day in days if 1 <= month <= 12 and 1 <= day <= 31))
