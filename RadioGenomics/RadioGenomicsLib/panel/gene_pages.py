"""A genome-wide table a page at a time: search, sort and pages on arrays, with nothing of Qt in it.

A table view of all genes takes Slicer minutes, so only the rows of one page ever become cells.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from slicer.i18n import tr as _

from RadioGenomicsLib.genes.symbols import current_symbol
from RadioGenomicsLib.report.numbers import p_value
from RadioGenomicsLib.report.numbers import plain
from RadioGenomicsLib.report.numbers import signed

PAGE_ROWS = 50
# Columns of the page, by the column of the gene table that they sort by: what tells most stands where a narrow panel
# shows it.
SORT_KEYS = ("symbol", "predicted_z", "interval_low", "cv_r", "percentile")
_SMALLEST_FIRST = ("symbol",)
# Told on hover: more columns do not fit.
_HOVER = ("interval_high", "cv_p_adjusted", "predicted_log2")


@dataclass(frozen=True)
class GeneRow:
    """One row as it is shown: its cells, whether the gene is reliable, and the reason on hover."""

    cells: tuple[str, ...]
    reliable: bool
    reason: str


@dataclass(frozen=True)
class GenePage:
    """What the table shows: rows, where they are in the whole, and the order."""

    rows: tuple[GeneRow, ...]
    number: int
    pages: int
    found: int
    total: int
    sortColumn: int
    descending: bool


def pageHeaders() -> tuple[tuple[str, str], ...]:
    """Return title and explanation of each column of a page."""
    return (
        (_("Gene"), _("Gene symbol, as the model's training data name it")),
        (_("z"), _("Predicted mRNA level in standard deviations from the training cohort's mean")),
        (_("Interval"), _("90 % prediction interval of the z")),
        (_("r"), _("Correlation of predicted and measured level in patients the model had not seen")),
        (_("%"), _("Percentile: share of the training cohort below the predicted level")),
    )


class GenePages:
    """The gene table of one result.

    Args:
        rows: arrays ``[genes]`` by the names of :data:`RadioGenomicsLib.genes.table.COLUMNS`.
    """

    def __init__(self, rows: Mapping[str, np.ndarray]) -> None:
        self._rows = rows
        self._names = np.char.upper(rows["symbol"].astype(str))
        self._ids = np.char.upper(rows["ensembl_id"].astype(str))
        self._text, self._reliableOnly = "", False
        self._column, self._descending, self._number = 0, False, 0
        self._order = np.arange(len(self._names))
        # Most reliable first: what a reader should look at.
        self.sort(SORT_KEYS.index("cv_r"), descending=True)

    def search(self, text: str, *, reliableOnly: bool) -> None:
        """Keep the genes whose symbol or Ensembl id has the text in it; an earlier name finds the gene too."""
        self._text, self._reliableOnly = text.strip().upper(), reliableOnly
        self._arrange()

    def sort(self, column: int, *, descending: bool) -> None:
        """Order by a column of the page; what is not known comes last either way."""
        self._column, self._descending = column, descending
        self._arrange()

    def toggleSort(self, column: int) -> None:
        """Order by a column, the other way round if it already is the order."""
        other = SORT_KEYS[column] not in _SMALLEST_FIRST
        self.sort(column, descending=not self._descending if column == self._column else other)

    def turn(self, number: int) -> None:
        """Go to a page, the first being 0; beyond the ends it stays at the end."""
        self._number = min(max(number, 0), self._pages - 1)

    def page(self) -> GenePage:
        """Return the rows to show."""
        start = self._number * PAGE_ROWS
        places = self._order[start : start + PAGE_ROWS]
        return GenePage(
            rows=tuple(self._row(int(place)) for place in places),
            number=self._number,
            pages=self._pages,
            found=len(self._order),
            total=len(self._names),
            sortColumn=self._column,
            descending=self._descending,
        )

    @property
    def _pages(self) -> int:
        return max(1, math.ceil(len(self._order) / PAGE_ROWS))

    def _arrange(self) -> None:
        found = np.ones(len(self._names), bool)
        if self._text:
            found = (np.char.find(self._names, self._text) >= 0) | (np.char.find(self._ids, self._text) >= 0)
            found |= self._names == current_symbol(self._text).upper()
        if self._reliableOnly:
            found &= self._rows["reliable"]
        values = self._rows[SORT_KEYS[self._column]]
        unknown = np.isnan(values) if values.dtype.kind == "f" else np.zeros(len(values), bool)
        order = np.argsort(values, kind="stable")
        if self._descending:
            order = order[::-1]
        order = np.concatenate([order[~unknown[order]], order[unknown[order]]])
        # A gene of the very name that was typed comes first.
        exact = self._names[order] == self._text
        order = np.concatenate([order[exact], order[~exact]])
        self._order = order[found[order]]
        self._number = 0

    def _row(self, place: int) -> GeneRow:
        values = {name: column[place] for name, column in self._rows.items()}
        number = {name: float(values[name]) for name in (*SORT_KEYS[1:], *_HOVER)}
        cells = (
            str(values["symbol"]),
            signed(number["predicted_z"]),
            _("{low} to {high}").format(low=signed(number["interval_low"], 1), high=signed(number["interval_high"], 1)),
            plain(number["cv_r"]),
            plain(number["percentile"], 0),
        )
        reason = reasonOf(bool(values["reliable"]), number)
        if math.isfinite(number["predicted_log2"]):
            level = _("Predicted level: {log2} in log2.").format(log2=plain(number["predicted_log2"], 1))
            reason = f"{reason} {level}"
        return GeneRow(cells, bool(values["reliable"]), reason)


def reasonOf(reliable: bool, number: Mapping[str, float]) -> str:
    """Return why a gene's prediction can or cannot be relied on, in one or two sentences."""
    r, p = number["cv_r"], number["cv_p_adjusted"]
    if math.isnan(r):
        return _("Not reliable: the gene hardly varies in the training data, so nothing could be learned of it.")
    if reliable:
        text = _("Reliable in cross-validation: r {r}, p {p} after correction for all genes of the model.")
    elif math.isnan(p):
        text = _("Not reliable: r {r} in cross-validation, and it was not tested further. Read nothing into the value.")
    else:
        text = _(
            "Not reliable: r {r} in cross-validation may be chance (p {p} after correction for all genes of the "
            "model). Read nothing into the value."
        )
    return text.format(r=plain(r), p=p_value(p))
