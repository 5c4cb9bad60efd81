"""A table of patients as rows of text, from text with tabs, commas or semicolons or from a spreadsheet."""

from __future__ import annotations

import csv
import io
import re
import zlib
from collections.abc import Iterator
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from RadioGenomicsTrainLib.cohort.text_table import open_text

# What read_rows raises where a file is no such table.
UNREADABLE = (OSError, ValueError, EOFError, csv.Error, zlib.error)
_DELIMITERS = "\t,;"
_ROWS_LOOKED_AT = 50
_COLUMNS_SHOWN = 5


@dataclass(frozen=True)
class TableRows:
    """The cells of a table, without blanks around them.

    Attributes:
        names: of the columns; empty where the first row names none.
        rows: as many cells each as there are names.
        delimiter: tab, comma or semicolon; empty for a spreadsheet.
    """

    names: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    delimiter: str

    def column(self, name: str) -> list[str]:
        """Return the cells of a column.

        Raises:
            ValueError: no column has this name, or several have, with different cells.
        """
        found = {tuple(row[i] for row in self.rows) for i, one in enumerate(self.names) if one == name.strip()}
        if len(found) > 1:
            raise ValueError(f"it has several columns {name!r}, with different values")
        if not found:
            raise ValueError(f"it lacks the column {name!r}{self._instead(name.strip())}")
        return list(found.pop())

    def _instead(self, name: str) -> str:
        if any(row[0] == name for row in self.rows):
            return ", but has a row of this name: its patients are columns, and have to be rows"
        alike = [one for one in self.names if one.casefold() == name.casefold()]
        shown = ", ".join(repr(one[:40]) for one in (alike or [one for one in self.names if one][:_COLUMNS_SHOWN]))
        return f"; it has {shown}" if shown else ""


def read_rows(path: Path, sheet: str | None = None) -> TableRows:
    """Read a table whose first row names its columns.

    Passed over are lines that start with ``#`` above the names (cBioPortal), rows that repeat the names, and empty
    rows. A row may be shorter than the first one, and longer by empty cells only.

    Args:
        path: text, gzipped or not, or an .xlsx.
        sheet: of an .xlsx; the first where None.

    Raises:
        OSError, ValueError, EOFError, csv.Error, zlib.error: it cannot be read, has no text, or a row is too long.
    """
    if path.suffix.lower() == ".xlsx":
        lines, delimiter = _spreadsheet(path, sheet), ""
    else:
        lines, delimiter = _text(path)
    lines = [line for line in lines if any(line)]
    if not lines:
        return TableRows((), (), delimiter)
    names, *rows = lines
    width = len(names)
    for number, row in enumerate(rows):
        if any(row[width:]):
            hint = "; were its decimal commas taken for separators?" if delimiter == "," else ""
            raise ValueError(f"row {number + 1} has {len(row)} cells below {width} names{hint}")
    padded = (tuple(row[:width]) + ("",) * (width - len(row)) for row in rows if row != names)
    return TableRows(tuple(names), tuple(padded), delimiter)


def _text(path: Path) -> tuple[list[list[str]], str]:
    try:
        with open_text(path) as stream:
            text = stream.read().lstrip("\n\r")
    except UnicodeDecodeError as error:
        raise ValueError("it is not UTF-8 text; save it as CSV UTF-8") from error
    if "\0" in text:
        raise ValueError("it has zero bytes: it is no text, or UTF-16 without its mark")
    while text.startswith("#"):
        text = text[_end_of_line(text) :].lstrip("\n\r")
    # Excel's own first line.
    declared = re.match(r"\"?sep=([\t,;])\"?[\n\r]+", text, re.IGNORECASE)
    text = text[declared.end() :] if declared else text
    delimiter = declared[1] if declared else _delimiter(text)
    return [[cell.strip() for cell in row] for row in _cells(text, delimiter)], delimiter


def _end_of_line(text: str) -> int:
    ends = [text.find(end) for end in "\n\r" if end in text]
    return min(ends) + 1 if ends else len(text)


def _delimiter(text: str) -> str:
    """Return what splits most of the first rows into as many cells as the names; among equals, into more cells."""

    def evenness(delimiter: str) -> tuple[int, int]:
        rows = [len(row) for row in islice(_cells(text, delimiter), _ROWS_LOOKED_AT) if any(row)]
        return (sum(width == rows[0] for width in rows), rows[0]) if rows and rows[0] > 1 else (0, 0)

    return max(_DELIMITERS, key=evenness)


def _cells(text: str, delimiter: str) -> Iterator[list[str]]:
    return csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)


def _spreadsheet(path: Path, sheet: str | None) -> list[list[str]]:
    import pandas as pd

    options = {"header": None, "dtype": str, "keep_default_na": False, "na_filter": False}
    try:
        table = pd.read_excel(path, sheet_name=sheet or 0, engine="openpyxl", **options)
    except OSError:
        raise
    except Exception as error:  # a damaged spreadsheet makes openpyxl raise nearly anything
        raise ValueError(str(error)) from error
    # pandas does not tell which error a formula ended in.
    return [_stripped(row) for row in table.fillna("#ERROR!").itertuples(index=False)]


def _stripped(row: Sequence[object]) -> list[str]:
    return [str(cell).strip() for cell in row]
