"""Read the cells of a text table as people save them: tabs or commas, quotes, a byte-order mark, gzip."""

from __future__ import annotations

import codecs
import csv
import gzip
import io
import re
import zlib
from pathlib import Path
from typing import TYPE_CHECKING
from typing import TextIO

from RadioGenomicsLib.errors import InputError

if TYPE_CHECKING:
    import pandas as pd

_MISSING = ["", "NA", "NaN", "nan", "N/A", "null", "NULL", "#N/A", "#DIV/0!"]
_MEND = "Give a table of numbers with genes as rows and samples as columns, or the other way round."


def read_cells(path: Path) -> tuple[list[str], pd.DataFrame]:
    """Read a table separated by tabs or commas, gzipped or not.

    Returns:
        The names in the first row; the rows below, whose columns are numbered from 0. The first column is text.

    Raises:
        InputError: not there, damaged, not UTF-8, another delimiter, or rows of different lengths.
    """
    import pandas as pd

    try:
        with open_text(path) as stream:
            for line in stream:
                if line.strip() and not line.startswith("#"):
                    break
            else:
                raise ValueError("it is empty")
            if "\0" in line:
                raise ValueError("it has zero bytes: it is no text, or UTF-16 without its mark")
            delimiter = _delimiter(path, line)
            header = [name.strip() for name in next(csv.reader([line.rstrip("\r\n")], delimiter=delimiter))]
            # Not the first column: "NA" and "?" may be names of genes.
            missing = dict.fromkeys(range(1, len(header) + 1), _MISSING)
            options = {"sep": delimiter, "header": None, "keep_default_na": False, "na_values": missing}
            table = pd.read_csv(stream, dtype={0: str}, low_memory=False, **options)
        if table.shape[1] == len(header) + 1:
            header = ["", *header]  # as R's write.table does
        if table.shape[1] != len(header):
            raise ValueError(f"{len(header)} names above {table.shape[1]} columns")
    except UnicodeDecodeError as error:
        mend = "Save it as UTF-8 text with tabs (from a spreadsheet: export, not save)."
        raise InputError(path, "this is no table of expression values: it is not UTF-8 text", mend) from error
    except (OSError, ValueError, EOFError, csv.Error, zlib.error) as error:
        raise InputError(path, f"this is no table of expression values ({error})", _MEND) from error
    table[0] = table[0].str.strip()
    return header, table


def open_text(path: Path) -> TextIO:
    """Open a file as text without its byte-order mark, UTF-8 or UTF-16, gzipped or not, told by its first bytes."""
    with open(path, "rb") as stream:
        zipped = stream.read(2) == b"\x1f\x8b"
    with gzip.open(path) if zipped else open(path, "rb") as stream:
        utf16 = stream.read(2) in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
    # Opened this way so that closing the text closes the file.
    encoding = "utf-16" if utf16 else "utf-8-sig"
    return io.TextIOWrapper(gzip.open(path) if zipped else open(path, "rb"), encoding=encoding, newline="")


def _delimiter(path: Path, line: str) -> str:
    bare = re.sub('"[^"]*"', "", line)
    best = max("\t,;", key=bare.count)
    if best == ";":
        raise InputError(
            path, "its columns are separated by semicolons", "Export it with tabs or commas, and with decimal points."
        )
    if best not in bare:
        raise InputError(path, "this is no table of expression values: it has one column", "Separate columns by tabs.")
    return best
