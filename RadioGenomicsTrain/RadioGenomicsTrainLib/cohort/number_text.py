"""Numbers as people's spreadsheets write them: decimal commas, thousands separators and percent signs.

What a comma means is decided for the whole table, from the cells that can mean only one thing.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from collections.abc import Mapping
from collections.abc import Sequence
from dataclasses import dataclass

_EXPONENT = r"(?:[eE][+-]?\d+)?"
_PLAIN = re.compile(rf"[+-]?(?:\d+\.?\d*|\.\d+){_EXPONENT}")
_DECIMAL_COMMA = re.compile(rf"[+-]?(?:(?:\d*|\d{{1,3}}(?:\.\d{{3}})+),\d+{_EXPONENT}|\d{{1,3}}(?:\.\d{{3}}){{2,}})")
_THOUSANDS_COMMA = re.compile(r"[+-]?[1-9]\d{0,2}(?:,\d{3})+(?:\.\d*)?")
# Blanks of any width and apostrophes (Switzerland) group digits wherever they stand.
_GROUPED = re.compile(r"([+-]?\d{1,3})((?:[ \u00a0\u2009\u202f'\u2019]\d{3})+)((?:[.,]\d+)?)")
_INFINITE = re.compile(r"[+-]?inf(inity)?", re.IGNORECASE)


@dataclass(frozen=True)
class NumberForm:
    """How a table writes numbers.

    Attributes:
        parse: from a cell to its number; None for a cell that is none.
        note: what was assumed, in a sentence; empty where the numbers are plain.
    """

    parse: Callable[[str], float | None]
    note: str = ""


def number_form(columns: Mapping[str, Sequence[str]], delimiter: str) -> NumberForm:
    """Tell how a table writes its numbers; columns with a cell that is no number of any form have no say.

    Args:
        columns: cells by name, without the missing ones.
        delimiter: of the table; commas cannot be both delimiter and decimal mark.

    Raises:
        ValueError: its forms contradict each other, or cannot be told apart; the message names the cells.
    """
    commas: list[tuple[str, str]] = []
    points: list[tuple[str, str]] = []
    for name, cells in columns.items():
        bare = [_bare(cell) for cell in cells]
        if all(_PLAIN.fullmatch(cell) or _is_of_commas(cell) or _INFINITE.fullmatch(cell) for cell in bare):
            commas += [(cell, name) for cell in bare if _is_of_commas(cell)]
            points += [(cell, name) for cell in bare if "." in cell and _PLAIN.fullmatch(cell)][:1]
    if not commas:
        return NumberForm(_plain)
    decimals = [one for one in commas if not _THOUSANDS_COMMA.fullmatch(one[0])]
    thousands = [one for one in commas if not _DECIMAL_COMMA.fullmatch(one[0])]
    if decimals and (thousands or points):
        raise ValueError(f"it mixes decimal commas and points: {_where(decimals)}, {_where(thousands or points)}")
    if decimals and delimiter == ",":
        raise ValueError(f"its numbers have decimal commas, and commas separate its columns: {_where(decimals)}")
    if decimals:
        return NumberForm(_of_decimal_commas, f"its commas are decimal: {_where(decimals)}")
    if thousands or points:
        return NumberForm(_of_thousands_commas, f"its commas group thousands: {_where(commas)}")
    raise ValueError(f"a comma in it may be decimal or group thousands: {_where(commas)}")


def _where(found: Sequence[tuple[str, str]]) -> str:
    cell, column = found[0]
    return f"{column!r} holds {cell!r}"


def _is_of_commas(cell: str) -> bool:
    return bool(_DECIMAL_COMMA.fullmatch(cell) or _THOUSANDS_COMMA.fullmatch(cell))


def _bare(cell: str) -> str:
    """Return a number without percent sign and grouping blanks, and with the minus of a keyboard."""
    if _PLAIN.fullmatch(cell):
        return cell
    text = cell.strip().replace("\u2212", "-").removesuffix("%").rstrip()
    grouped = _GROUPED.fullmatch(text)
    return grouped[1] + re.sub(r"\D", "", grouped[2]) + grouped[3] if grouped else text


def _plain(cell: str) -> float | None:
    text = _bare(cell)
    return float(text) if _PLAIN.fullmatch(text) or _INFINITE.fullmatch(text) else None


def _of_decimal_commas(cell: str) -> float | None:
    text = _bare(cell)
    if _DECIMAL_COMMA.fullmatch(text):
        text = text.replace(".", "").replace(",", ".")
    return _plain(text)


def _of_thousands_commas(cell: str) -> float | None:
    text = _bare(cell)
    return _plain(text.replace(",", "") if _THOUSANDS_COMMA.fullmatch(text) else text)
