"""The Results section: which result is shown, its genes page by page, its charts, its map, its files."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING
from typing import Protocol

import slicer
from slicer.i18n import tr as _

from RadioGenomicsLib.genes.panels import load_panels
from RadioGenomicsLib.genes.table import NOT_RELIABLE
from RadioGenomicsLib.genes.table import panel_rows
from RadioGenomicsLib.panel.gene_pages import GenePage
from RadioGenomicsLib.panel.gene_pages import GenePages
from RadioGenomicsLib.panel.gene_pages import reasonOf
from RadioGenomicsLib.panel.summary import summaryHtml
from RadioGenomicsLib.report.forest import WIDE
from RadioGenomicsLib.report.forest import forest_svg
from RadioGenomicsLib.report.forest import narrow
from RadioGenomicsLib.scene import display
from RadioGenomicsLib.scene.stored_results import StoredResult
from RadioGenomicsLib.scene.stored_results import findResults

if TYPE_CHECKING:
    from RadioGenomicsLib.genes.table import GeneTable
    from RadioGenomicsLib.report.svg import Theme


# What a tooltip can hold.
_MOST_HINTS = 12


class ResultsView(Protocol):
    """What the section needs of the view."""

    def showResultNames(self, names: list[str], current: int) -> None: ...

    def showSummary(self, html: str) -> None: ...

    def showGenes(self, page: GenePage | None) -> None: ...

    def showPanels(self, panels: list[tuple[str, str]], current: str) -> None: ...

    def showChart(self, svg: str, hints: list[str]) -> None: ...

    def showLargeChart(self, svg: str, title: str) -> None: ...

    def centerThreeDView(self) -> None: ...

    def theme(self) -> Theme: ...

    def chartWidth(self) -> float:
        """Return the room that the panel has for a chart, in pixels."""


class Results:
    """What happens in the section.

    Args:
        view: shows it.
        choices: returns the parameter node, or None while there is none.
        changed: called when another result is shown.
    """

    def __init__(self, view: ResultsView, choices: Callable[[], object | None], changed: Callable[[], None]) -> None:
        self._view = view
        self._choices = choices
        self._changed = changed
        self._results: list[StoredResult] = []
        self._rows: GeneTable = {}
        self._pages: GenePages | None = None
        self._search = ""
        self._panel = ""
        self._reliableOnly = False
        self._overlay: tuple[object, ...] = ()
        # What the plot took the place of.
        self._layout: int | None = None
        self.shown: StoredResult | None = None

    @property
    def count(self) -> int:
        """How many results the scene has."""
        return len(self._results)

    def refresh(self) -> None:
        """Look for results in the scene again and show the chosen one, or the newest."""
        parameters = self._choices()
        known = {result.geneTable for result in self._results}
        self._results = findResults() if parameters is not None else []
        tables = [result.geneTable for result in self._results]
        chosen = parameters.result if parameters is not None else None
        if known and tables and tables[-1] not in known:
            # Made in the console, or loaded into the scene, since the last look.
            chosen = parameters.result = tables[-1]
        place = tables.index(chosen) if chosen in tables else len(tables) - 1
        self._view.showResultNames([result.name for result in self._results], place)
        stored = self._results[place] if self._results else None
        # Search, order and page stay as they are where the same result is still there.
        if stored is None or self.shown is None or stored.geneTable is not self.shown.geneTable:
            self._show(stored)
            self.lookAtTumor()

    def choose(self, place: int) -> None:
        """Show another result of the list."""
        if 0 <= place < len(self._results) and self._choices() is not None:
            self._choices().result = self._results[place].geneTable
            self._show(self._results[place])
            self.lookAtTumor()

    def forget(self) -> None:
        """Show nothing: the scene closes."""
        self._results = []
        self._view.showResultNames([], -1)
        self._show(None)

    def search(self, text: str) -> None:
        """Show the genes that the text finds, and only reliable ones where that is chosen."""
        self._search = text
        if self._pages is not None:
            self._pages.search(text, reliableOnly=self._reliableOnly)
            self._view.showGenes(self._pages.page())

    def followChoices(self) -> None:
        """Show what was chosen of overlay and genes, where it has changed."""
        parameters = self._choices()
        if parameters is None or self.shown is None:
            return
        if self._overlay != self._overlayChoice():
            self.updateOverlay()
        if self._reliableOnly != parameters.reliableOnly:
            self._reliableOnly = parameters.reliableOnly
            self.search(self._search)

    def sortBy(self, column: int) -> None:
        """Order the genes by a column; again for the other way round."""
        if self._pages is not None:
            self._pages.toggleSort(column)
            self._view.showGenes(self._pages.page())

    def turnPage(self, step: int) -> None:
        """Go some pages forward or back."""
        if self._pages is not None:
            self._pages.turn(self._pages.page().number + step)
            self._view.showGenes(self._pages.page())

    def choosePanel(self, panel: str) -> None:
        """Draw another marker panel."""
        if panel in load_panels():
            self._panel = panel
            self.drawPanel()

    def enlargeChart(self) -> None:
        """Draw the marker panel in a window of its own."""
        if self.shown is not None:
            title = load_panels()[self._panel].title
            self._view.showLargeChart(self._forest(WIDE), title)

    def updateOverlay(self) -> None:
        """Show or hide the attribution map and the surfaces of the shown result, as chosen; hide all other results."""
        parameters = self._choices()
        self._overlay = self._overlayChoice()
        if parameters is None or self.shown is None:
            return
        for other in self._results:
            if other.geneTable is not self.shown.geneTable:
                display.hideResult(other)
        mapped = parameters.overlayShown and self.shown.attribution is not None
        display.showRegions(self.shown, outlineOnly=mapped, surfaces=parameters.surfacesShown)
        if mapped:
            scan = next(iter(self.shown.scans.values()), None)
            display.showOverlay(self.shown.attribution, parameters.overlayOpacity, scan=scan)
        elif self.shown.attribution is not None:
            display.hideOverlay(self.shown.attribution)

    def lookAtTumor(self) -> None:
        """Show the scan with the map, with the tumor in the middle of the slice views and the 3D view around it."""
        self.updateOverlay()
        center = display.tumorCenter(self.shown) if self.shown is not None else None
        if center is not None:
            display.jumpTo(center)
            self._view.centerThreeDView()

    def showHistogram(self, shown: bool) -> None:
        """Show how well the genes of the model are predicted, in a plot view, or close that view again."""
        manager = slicer.app.layoutManager()
        if manager is None or self.shown is None or self.shown.chart is None:
            return
        if shown:
            self._layout = manager.layout
            slicer.modules.plots.logic().ShowChartInLayout(self.shown.chart)
        elif self._layout is not None:
            manager.setLayout(self._layout)

    def _overlayChoice(self) -> tuple[object, ...]:
        parameters = self._choices()
        if parameters is None:
            return ()
        return parameters.overlayShown, parameters.overlayOpacity, parameters.surfacesShown

    def _show(self, stored: StoredResult | None) -> None:
        self.shown = stored
        self._overlay = self._overlayChoice()
        self._reliableOnly = bool(self._choices() and self._choices().reliableOnly)
        self._rows = stored.rows() if stored is not None else {}
        self._pages = GenePages(self._rows) if stored is not None else None
        panels = load_panels()
        if stored is None:
            self._view.showSummary("")
            self._view.showGenes(None)
            self._view.showChart("", [])
        else:
            explained = panels.get(stored.facts["panel"])
            self._view.showSummary(summaryHtml(stored, self._rows["reliable"], explained.title if explained else ""))
            self._panel = stored.facts["panel"] if explained else next(iter(panels))
            self._view.showPanels([(panel.id, panel.title) for panel in panels.values()], self._panel)
            self.search(self._search)
            self.drawPanel()
        self._changed()

    def drawPanel(self) -> None:
        """Draw the marker panel, in the width and the theme that the module's panel has now."""
        if self.shown is None:
            return
        table = panel_rows(self._rows, load_panels()[self._panel])
        hints = [
            _("{gene}: {reason}").format(
                gene=table["symbol"][row],
                reason=reasonOf(False, {name: float(table[name][row]) for name in ("cv_r", "cv_p_adjusted")}),
            )
            for row in range(len(table["symbol"]))
            if table["status"][row] == NOT_RELIABLE
        ]
        if len(hints) > _MOST_HINTS:
            more = _("{count} more genes are not reliable: the table says why.").format(count=len(hints) - _MOST_HINTS)
            hints = [*hints[:_MOST_HINTS], more]
        self._view.showChart(self._forest(narrow(self._view.chartWidth())), hints)

    def _forest(self, layout: object) -> str:
        panel = load_panels()[self._panel]
        return forest_svg(
            panel_rows(self._rows, panel),
            panel.title,
            synthetic=bool(self.shown.provenance.get("synthetic")),
            layout=layout,
            theme=self._view.theme(),
        )
