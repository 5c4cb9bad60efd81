"""Tables of expression as people have them, told by what is in them: delimiter, direction, names of genes.

Read so far: UCSC Xena (Ensembl IDs x samples), cBioPortal (``Hugo_Symbol``, ``Entrez_Gene_Id``, samples), and plain
tables of genes x samples or samples x genes; gzipped or not.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from RadioGenomicsLib.errors import InputError
from RadioGenomicsTrainLib.cohort.dropped import Dropped
from RadioGenomicsTrainLib.cohort.patient_ids import PatientIds
from RadioGenomicsTrainLib.cohort.text_table import read_cells

if TYPE_CHECKING:
    import pandas as pd

_DECIMAL_COMMA = re.compile(r"[+-]?\d+,\d+")
# Columns of numbers that describe a gene.
_DESCRIBES_GENE = frozenset({"entrez_gene_id", "entrez", "entrezid", "gene_length", "length", "start", "end"})


@dataclass(frozen=True, eq=False)
class RawMatrix:
    """Values as a source has them.

    Attributes:
        samples: n names.
        genes: G names, of whatever kind.
        values: [n, G] float64; NaN where not measured.
        dropped: what the source holds besides.
    """

    samples: tuple[str, ...]
    genes: tuple[str, ...]
    values: np.ndarray
    dropped: tuple[Dropped, ...]


def read_matrix(path: Path, ids: PatientIds, leave_out: Sequence[str] = ()) -> RawMatrix:
    """Read a table.

    A byte-order mark, quotes, lines that start with ``#`` and columns that describe genes or samples in words are
    passed over; a row of words (such as the subtype of each sample) is left out and listed. A sample that stands
    several times counts once where the values agree.

    Args:
        path: the table.
        ids: how it writes patients.
        leave_out: rows and columns that are neither gene nor sample.

    Raises:
        InputError: no table, another delimiter, decimal commas, words among the numbers, no patients' names, infinite
            or no values, or a sample that stands twice with different values.
    """
    header, table = read_cells(path)
    unknown = set(leave_out) - {*header, *table[0]}
    if unknown:
        raise InputError(path, f"there is no row or column {sorted(unknown)[0]!r} to leave out", "Check the spelling.")
    if leave_out:
        table = table[~table[0].isin(leave_out)].reset_index(drop=True)
    used = [i for i, name in enumerate(header) if i and name not in leave_out]
    across = [i for i in used if ids.is_name(header[i])]
    dropped: list[Dropped] = []
    if across:
        _refuse_other_columns(path, header, table, set(used) - set(across), ids)
        values, text_rows = _numbers(path, header, table, across)
        dropped += [Dropped("gene", name, "its row holds words, not numbers") for name in table[0][text_rows]]
        genes, samples = _gene_names(header, table[~text_rows]), [header[i] for i in across]
        values = values[~text_rows].T
    else:
        column = _patient_column(path, table, used, ids)
        words = [i for i in _not_numeric(table) if i in set(used) and _is_words(table[i])]
        down = [i for i in used if i > column and i not in set(words)]
        dropped += [Dropped("gene", header[i], "its column holds words, not numbers") for i in words if i > column]
        values, _ = _numbers(path, header, table, down)
        genes, samples = [header[i] for i in down], [str(name).strip() for name in table[column]]
    if all(name.startswith("rna_") for name in genes):
        genes = [name.removeprefix("rna_") for name in genes]
    return _tidied(path, samples, genes, values, dropped)


def _patient_column(path: Path, table: pd.DataFrame, used: Sequence[int], ids: PatientIds) -> int:
    """Return the column that names the sample of each row: the first of words that are all patients' names."""
    for column in [0, *used]:
        if column and not _is_words(table[column]):
            break
        if len(table) and all(ids.is_name(str(name)) for name in table[column]):
            return column
    form = "TCGA barcodes" if ids.pattern is None else f"of the form {ids.pattern.pattern}"
    mend = "Name samples as in TCGA-CS-4938-01, or give their form in the cohort file's [patients] part."
    raise InputError(path, f"neither its columns nor its rows are {form}", mend)


def _refuse_other_columns(
    path: Path, header: Sequence[str], table: pd.DataFrame, others: set[int], ids: PatientIds
) -> None:
    for i in sorted(others):
        if header[i].lower() not in _DESCRIBES_GENE and not _is_words(table[i]):
            form = "TCGA barcodes" if ids.pattern is None else f"of the form {ids.pattern.pattern}"
            mend = "Correct the name, or take the column out."
            raise InputError(path, f"its samples are {form}, but not the column {header[i]!r}", mend)


def _not_numeric(table: pd.DataFrame) -> list[int]:
    return [i for i, kind in enumerate(table.dtypes) if kind.kind not in "iuf"]


def _is_words(column: pd.Series) -> bool:
    """Tell whether a column holds words and not one number."""
    import pandas as pd

    return bool(column.notna().any() and pd.to_numeric(column, errors="coerce").isna().all())


def _gene_names(header: Sequence[str], table: pd.DataFrame) -> list[str]:
    """Return the gene of each row; with its Entrez ID, as ``TP53|7157``, where a column gives it."""
    names = table[0].tolist()
    entrez = [i for i, name in enumerate(header) if i and name.lower() == "entrez_gene_id"]
    if not entrez:
        return names
    import pandas as pd

    numbers = pd.to_numeric(table[entrez[0]], errors="coerce")
    # Entrez IDs have up to nine digits.
    known = numbers.between(1, 1e10)
    return [f"{name}|{int(n)}" if good else name for name, n, good in zip(names, numbers, known, strict=True)]


def _numbers(
    path: Path, header: Sequence[str], table: pd.DataFrame, columns: Sequence[int]
) -> tuple[np.ndarray, np.ndarray]:
    """Return the cells of columns as numbers, and which rows hold nothing but words.

    Raises:
        InputError: a single cell is no number.
    """
    import pandas as pd

    mixed = set(_not_numeric(table))
    numeric = [place for place, i in enumerate(columns) if i not in mixed]
    values = np.full((len(table), len(columns)), np.nan)
    values[:, numeric] = table[[columns[place] for place in numeric]].to_numpy(dtype=np.float64, na_value=np.nan)
    words = np.zeros(values.shape, dtype=bool)
    for place in sorted(set(range(len(columns))) - set(numeric)):
        cells = table[columns[place]]
        values[:, place] = pd.to_numeric(cells, errors="coerce").to_numpy(dtype=np.float64, na_value=np.nan)
        words[:, place] = cells.notna().to_numpy() & np.isnan(values[:, place])
    text_rows = words.any(axis=1) & np.isnan(values).all(axis=1) & (len(columns) > 1)
    wrong = np.argwhere(words & ~text_rows[:, None])
    # A table whose every number has a decimal comma looks like one of nothing but words.
    for row, column in wrong[:1] if len(wrong) else np.argwhere(words)[-1:]:
        cell = str(table[columns[column]][row])
        where = f"the value of {table[0][row]} in {header[columns[column]]} is {cell!r}"
        if _DECIMAL_COMMA.fullmatch(cell.strip()):
            raise InputError(path, f"its numbers have decimal commas: {where}", "Export it with decimal points.")
        if len(wrong):
            raise InputError(path, f"this is no table of expression values: {where}", "Correct it, or leave it empty.")
    return values, text_rows


def _tidied(
    path: Path, samples: Sequence[str], genes: Sequence[str], values: np.ndarray, dropped: list[Dropped]
) -> RawMatrix:
    """Leave out what has no name or no value, and repeats of a sample."""
    if np.isinf(values).any():
        raise InputError(path, "it has infinite values", "Correct the table, or leave those cells empty.")
    first: dict[str, int] = {}
    for row, name in enumerate(samples):
        held = first.setdefault(name, row)
        if held != row and not np.array_equal(values[held], values[row], equal_nan=True):
            raise InputError(
                path, f"{name} stands twice with different values", "Keep one column or row for each sample."
            )
    known = np.isfinite(values)
    rows = [row for name, row in first.items() if known[row].any()]
    repeats = [name for row, name in enumerate(samples) if first[name] != row]
    empty = [name for name, row in first.items() if not known[row].any()]
    kept = np.array([bool(name) for name in genes], dtype=bool) & known.any(axis=0)
    if not rows or not kept.any():
        raise InputError(path, "this is no table of expression values: it holds no number", "Check the file.")
    lost = [(name, "it has no value" if name else "its row has no name") for name in _at(genes, ~kept)]
    return RawMatrix(
        samples=tuple(samples[row] for row in rows),
        genes=_at(genes, kept),
        values=values[np.ix_(np.array(rows), np.flatnonzero(kept))],
        dropped=(
            *dropped,
            *(Dropped("sample", name, "it has no value") for name in empty),
            *(Dropped("sample", name, "it stands several times with the same values") for name in repeats),
            *(Dropped("gene", name or "(no name)", why) for name, why in lost),
        ),
    )


def _at(names: Sequence[str], mask: np.ndarray) -> tuple[str, ...]:
    return tuple(names[i] for i in np.flatnonzero(mask).tolist())
