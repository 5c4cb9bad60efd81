"""Read the record of a validation, which the report is made from and nothing else."""

from __future__ import annotations

import csv
import math
from collections.abc import Iterable
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from RadioGenomicsTrainLib.validation.record_card import not_whole
from RadioGenomicsTrainLib.validation.record_card import read_card

Row = dict[str, Any]

# Columns that are words; all others are numbers, NaN where the cell is empty, or truth values.
_WORDS = frozenset(
    {
        *("block", "family", "rung", "kind", "splits", "null", "compared_with", "stratum", "outcome", "site", "panel"),
        *("symbol", "gene_set", "step", "name", "reason", "series", "cohort", "predictor", "unit", "best"),
        *("seed_paper", "verdict", "part", "option"),
    }
)
_CARD = ("cohort", "settings", "provenance", "blocks", "default_rung", "seed_paper", "notes")
_COHORT = ("id", "title", "licence", "citation", "limitations")
_TRUTHS = {"true": True, "false": False}


@dataclass(frozen=True, eq=False)
class Record:
    """A record as it was read.

    Attributes:
        folder: where it lies.
        card: what ``record.json`` holds.
        tables: rows of every table by its file name without ending.
    """

    folder: Path
    card: Mapping[str, Any]
    tables: Mapping[str, list[Row]]

    @property
    def blocks(self) -> list[Mapping[str, Any]]:
        """Id, unit, patients and genes of every block, the main one first."""
        return self.card["blocks"]

    def rows(self, table: str, **wanted: str) -> list[Row]:
        """Return the rows of a table whose cells are these; none where there is no such table."""
        return [row for row in self.tables.get(table, []) if wanted.items() <= row.items()]

    def ladder(self, block: str, family: str = "genes") -> list[Row]:
        """Return the rungs of a block, from the lowest, those of site-disjoint folds among them."""
        return self.rows("ladder", block=block, family=family)

    def shown(self, block: str, family: str = "genes") -> Row:
        """Return the rung whose single genes, or gene sets, the record holds.

        Raises:
            LookupError: none was measured.
        """
        row = self.find_shown(block, family)
        if row is None:
            raise LookupError(f"no rung of {block}, {family}")
        return row

    def find_shown(self, block: str, family: str = "genes", splits: str = "random") -> Row | None:
        """Return the rung whose single genes the record holds; None where it was not measured with such folds.

        That is the default; a family that it cannot predict shows the head that the bundle ships.
        """
        rungs = [row for row in self.ladder(block, family) if row["splits"] == splits]
        for wanted in ({"rung": self.card["default_rung"]}, {"kind": "default"}):
            for row in rungs:
                if wanted.items() <= row.items():
                    return row
        return None

    def targets(self, block: str, family: str = "genes") -> list[Row]:
        """Return a row for every gene, or gene set, of a block."""
        return self.rows(f"{family}_{block}")


def read_record(folder: Path) -> Record:
    """Read a record.

    Raises:
        InputError: it is not there, not whole, or of another schema.
    """
    card = read_card(folder)
    try:
        lacking = [name for name in _CARD if name not in card]
        lacking += [name for name in _COHORT if name not in card.get("cohort", ())]
        if lacking:
            raise not_whole(folder, f"record.json lacks {', '.join(lacking)}")
        tables = {path.stem: _read_table(path) for path in sorted(folder.glob("*.csv"))}
        record = Record(folder, card, tables)
        whole = all(record.find_shown(block["id"]) and record.targets(block["id"]) for block in card["blocks"])
    except (OSError, ValueError, KeyError, TypeError, AttributeError, csv.Error) as error:
        raise not_whole(folder, repr(error)) from error
    if not (card["blocks"] and whole):
        raise not_whole(folder, "a block of genes lacks its ladder or its genes")
    return record


def largest_r_first(rows: Iterable[Row]) -> list[Row]:
    """Return rows by falling r, those without one last."""
    return sorted(rows, key=lambda row: math.inf if math.isnan(row["r"]) else -row["r"])


def _read_table(path: Path) -> list[Row]:
    with open(path, encoding="utf-8", newline="") as stream:
        return [{name: _value(name, cell) for name, cell in row.items()} for row in csv.DictReader(stream)]


def _value(name: str, cell: str) -> str | bool | float:
    if name in _WORDS:
        return cell
    if cell in _TRUTHS:
        return _TRUTHS[cell]
    return float(cell) if cell else math.nan
