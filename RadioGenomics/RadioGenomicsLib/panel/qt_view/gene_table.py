"""A page of genes in a table widget whose cells are made once and used for every page."""

from __future__ import annotations

import qt
from slicer.i18n import tr as _

from RadioGenomicsLib.panel.gene_pages import PAGE_ROWS
from RadioGenomicsLib.panel.gene_pages import GenePage
from RadioGenomicsLib.panel.gene_pages import pageHeaders


class GeneTable:
    """Shows pages of genes.

    Args:
        table: a QTableWidget.
    """

    def __init__(self, table: qt.QTableWidget) -> None:
        self._table = table
        headers = pageHeaders()
        table.setColumnCount(len(headers))
        table.setRowCount(PAGE_ROWS)
        table.setHorizontalHeaderLabels([title for title, _meaning in headers])
        for column, (_title, meaning) in enumerate(headers):
            table.horizontalHeaderItem(column).setToolTip(meaning)
        # Kept, since Python would otherwise be free to delete what the table shows.
        self._items = [[qt.QTableWidgetItem() for _column in headers] for _row in range(PAGE_ROWS)]
        for row, items in enumerate(self._items):
            for column, item in enumerate(items):
                if column:
                    item.setTextAlignment(int(qt.Qt.AlignRight | qt.Qt.AlignVCenter))
                table.setItem(row, column, item)
        table.verticalHeader().setVisible(False)
        table.horizontalHeader().setSortIndicatorShown(True)
        table.horizontalHeader().setSectionsClickable(True)
        table.horizontalHeader().setStretchLastSection(True)
        self.show(None)

    def show(self, page: GenePage | None) -> None:
        """Show a page, or nothing."""
        rows = page.rows if page is not None else ()
        palette = self._table.palette
        # The theme's own colors: a gene that says nothing looks like a widget that does nothing.
        sure = qt.QBrush(palette.color(qt.QPalette.Active, qt.QPalette.Text))
        unsure = qt.QBrush(palette.color(qt.QPalette.Disabled, qt.QPalette.Text))
        for place, items in enumerate(self._items):
            self._table.setRowHidden(place, place >= len(rows))
            if place >= len(rows):
                continue
            row = rows[place]
            for item, text in zip(items, row.cells, strict=True):
                item.setText(text)
                item.setToolTip(row.reason)
                item.setForeground(sure if row.reliable else unsure)
        if page is not None:
            order = qt.Qt.DescendingOrder if page.descending else qt.Qt.AscendingOrder
            self._table.horizontalHeader().setSortIndicator(page.sortColumn, order)
            self._table.resizeColumnsToContents()
            self._table.scrollToTop()


def pageText(page: GenePage | None) -> str:
    """Return where a page is, in words."""
    if page is None:
        return ""
    return _("Page {number} of {pages}\n{found} found").format(
        number=page.number + 1, pages=page.pages, found=f"{page.found:,}"
    )
