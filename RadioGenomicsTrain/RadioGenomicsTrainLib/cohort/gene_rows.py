"""Which row of an expression table stands for which gene, and which rows are no genes."""

from __future__ import annotations

import re
from collections.abc import Mapping
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from RadioGenomicsLib.errors import InputError
from RadioGenomicsTrainLib.cohort.dropped import Dropped
from RadioGenomicsTrainLib.cohort.gene_ids import GeneId
from RadioGenomicsTrainLib.cohort.gene_ids import GeneNames
from RadioGenomicsTrainLib.cohort.spreadsheet_names import is_mangled_number
from RadioGenomicsTrainLib.cohort.spreadsheet_names import symbols_of_date

# Of STAR (N_unmapped, ...), of HTSeq (__no_feature, ..., without underscores before 0.6), and spike-ins (ERCC-00002).
_COUNTS_READS = re.compile(
    r"N_\w+|X?__\w+|no_feature|ambiguous|too_low_aQual|not_aligned|alignment_not_unique", re.IGNORECASE
)
_SPIKE_IN = re.compile(r"ERCC-\d{5}")
_REPEAT = re.compile(r"(.+)\.\d{1,2}")
_WHOLE_NUMBER = re.compile(r"(\d{1,12})(?:\.0+)?")
# A table in which fewer names lead to a gene is of another species, another kind of name, or no expression at all.
_LEAST_KNOWN = 0.5
_FEWEST_ROW_NUMBERS = 3


@dataclass(frozen=True, eq=False)
class GeneRows:
    """The rows that are genes.

    Attributes:
        rows: indices of the chosen rows [G], ascending.
        genes: G genes, each once.
        dropped: the rows left out.
        notes: what was not read as written, in sentences.
        unknown: names that lead to no gene of HGNC; they are kept under their own name.
        named: how many rows are named like genes, known or not.
    """

    rows: np.ndarray
    genes: tuple[GeneId, ...]
    dropped: tuple[Dropped, ...]
    notes: tuple[str, ...]
    unknown: tuple[str, ...]
    named: int


def one_row_per_gene(names: Sequence[str], gene_names: GeneNames) -> GeneRows:
    """Choose the row that stands for each gene.

    Where several rows mean one gene, the row written with its approved symbol stands for it, else the first row;
    values are never averaged. Whole numbers are Entrez IDs where at least half of the names are such. A date that a
    spreadsheet made of a name (:mod:`.spreadsheet_names`) is the gene that it was if only one is possible, and left out
    otherwise, unless an Entrez ID tells. Left out are also rows that count reads, and spike-ins.

    Args:
        names: row names as they stand in a file.
        gene_names: the look-ups.

    Raises:
        ValueError: the names number the rows.
    """
    found: dict[int, GeneId] = {}
    why: dict[int, str] = {}
    unknown, dates = [], []
    entrez = _entrez_ids(names)
    written = set(names)
    for index, name in enumerate(names):
        why_no_gene = _why_no_gene(name)
        gene = None if why_no_gene else gene_names.find(entrez.get(index, name))
        symbols = symbols_of_date(name.partition("|")[0]) if not gene and index not in entrez else None
        if why_no_gene:
            why[index] = why_no_gene
        elif symbols:
            gene, why_left_out = _gene_of_date(symbols, gene_names)
            dates.append((name, gene))
            if gene is None:
                why[index] = why_left_out
        elif gene is None and index not in entrez and _has_no_letter(name):
            why[index] = "its name has no letter, and is no gene's"
        elif gene is None and (repeated := _REPEAT.fullmatch(name)) and repeated[1] in written:
            why[index] = f"it repeats {repeated[1]}: R and pandas number names that stand several times"
        elif gene is None:
            unknown.append(name)
            gene = gene_names.resolve(entrez.get(index, name))
        if gene is not None:
            found[index] = gene
    chosen = _chosen(names, found)
    for index, gene in found.items():
        winner = chosen[gene.symbol]
        if winner != index:
            why[index] = _why_beaten(names[index], names[winner], gene)
    rows = np.array(sorted(chosen.values()), dtype=np.intp)
    return GeneRows(
        rows=rows,
        genes=tuple(found[row] for row in rows.tolist()),
        dropped=tuple(Dropped("gene", names[index], why[index]) for index in sorted(why)),
        notes=_notes(names, entrez, dates, why),
        unknown=tuple(unknown),
        named=len(found) + sum(gene is None for _, gene in dates),
    )


def check_known(rows: GeneRows, subject: object) -> None:
    """Refuse a table in which fewer than half of the names lead to a human gene.

    Raises:
        InputError: that is so.
    """
    known = rows.named - len(rows.unknown)
    if rows.named and known < _LEAST_KNOWN * rows.named:
        examples = ", ".join(repr(name) for name in rows.unknown[:3])
        reason = (
            f"only {known} of its {rows.named} gene names are known, at least half have to be; unknown are {examples}"
        )
        mend = "Name genes by HGNC symbol, Entrez ID or Ensembl ID of human genes, or leave rows out by leave_out."
        raise InputError(subject, reason, mend)


def _entrez_ids(names: Sequence[str]) -> dict[int, str]:
    """Return the rows that are named by a whole number, as ``ENTREZ_7157``, if half of all or more are.

    Raises:
        ValueError: they count 0, 1, 2, ... or 1, 2, 3, ....
    """
    matches = {index: match[1] for index, name in enumerate(names) if (match := _WHOLE_NUMBER.fullmatch(name.strip()))}
    if not matches or 2 * len(matches) < len(names):
        return {}
    numbers = [int(number) for number in matches.values()]
    count, first = len(numbers), numbers[0]
    if count >= _FEWEST_ROW_NUMBERS and first in (0, 1) and numbers == list(range(first, first + count)):
        raise ValueError("its genes are named 1, 2, 3, ...: these number the rows")
    return {index: f"ENTREZ_{int(number)}" for index, number in matches.items()}


def _why_no_gene(name: str) -> str:
    text = name.strip().partition("|")[0]
    if _COUNTS_READS.fullmatch(text):
        return "it counts reads, and is no gene"
    if _SPIKE_IN.fullmatch(text):
        return "it is a spike-in, and no gene"
    if is_mangled_number(text):
        return "a spreadsheet turned the gene's name into a number"
    return ""


def _has_no_letter(name: str) -> bool:
    """Tell whether a name is digits and signs alone, such as a date of unknown form; beside an Entrez ID it may be."""
    return "|" not in name and bool(name.strip("? ")) and not any(letter.isalpha() for letter in name)


def _gene_of_date(symbols: Sequence[str], gene_names: GeneNames) -> tuple[GeneId | None, str]:
    possible = list(dict.fromkeys(gene for symbol in symbols if (gene := gene_names.find(symbol))))
    if len(possible) == 1:
        return possible[0], ""
    which = f", {' or '.join(gene.symbol for gene in possible)}" if possible else ""
    return None, f"a spreadsheet turned the gene's name into a date{which}"


def _chosen(names: Sequence[str], found: Mapping[int, GeneId]) -> dict[str, int]:
    chosen: dict[str, int] = {}
    for index, gene in found.items():
        held = chosen.get(gene.symbol)
        approved = names[index].partition("|")[0] == gene.symbol
        if held is None or (approved and names[held].partition("|")[0] != gene.symbol):
            chosen[gene.symbol] = index
    return chosen


def _why_beaten(name: str, winner: str, gene: GeneId) -> str:
    if winner == name:
        return f"it stands several times; another row already stands for {gene.symbol}"
    return f"{winner} already stands for {gene.symbol}"


def _notes(
    names: Sequence[str],
    entrez: Mapping[int, str],
    dates: Sequence[tuple[str, GeneId | None]],
    why: Mapping[int, str],
) -> tuple[str, ...]:
    notes = []
    if entrez:
        notes.append(f"whole numbers were read as Entrez IDs ({len(entrez)} of {len(names)} names)")
    read = [f"{name} as {gene.symbol}" for name, gene in dates if gene]
    lost = [name for name, gene in dates if not gene]
    if read:
        notes.append(f"dates that a spreadsheet made of gene names were read ({len(read)}): {_listed(read)}")
    if lost:
        notes.append(f"dates that a spreadsheet made of gene names were left out ({len(lost)}): {_listed(lost)}")
    no_genes = [names[index] for index in sorted(why) if _why_no_gene(names[index])]
    if no_genes:
        notes.append(f"rows that are no genes were left out ({len(no_genes)}): {_listed(no_genes)}")
    return tuple(notes)


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names[:5]) + (", ..." if len(names) > 5 else "")
