"""The Results section's widgets."""

from __future__ import annotations

from collections.abc import Callable
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

import qt
import slicer
from slicer.i18n import tr as _

from RadioGenomicsLib.panel.gene_pages import GenePage
from RadioGenomicsLib.panel.qt_view.chart import ChartWidget
from RadioGenomicsLib.panel.qt_view.gene_table import GeneTable
from RadioGenomicsLib.panel.qt_view.gene_table import pageText
from RadioGenomicsLib.panel.qt_view.lists import fill
from RadioGenomicsLib.report.svg import Theme

if TYPE_CHECKING:
    from RadioGenomicsLib.panel.presenter import PanelPresenter
    from RadioGenomicsLib.scene.stored_results import StoredResult

# Of section, frame and two scroll bars, left and right together.
_CHART_MARGINS = 72


class ResultsView:
    """Part of the panel's view; ``ui`` holds the child widgets of RadioGenomics.ui."""

    ui: object
    presenter: PanelPresenter

    def setUpResults(self) -> None:
        """Prepare table and chart."""
        self._genes = GeneTable(self.ui.geneTableWidget)
        self._chart = ChartWidget(self.ui.chartScrollArea)
        self._largeChart: tuple[object, ChartWidget] | None = None
        self.ui.writtenLabel.setVisible(False)

    def showResultNames(self, names: list[str], current: int) -> None:
        """List the results of the scene."""
        fill(self.ui.resultComboBox, [(name, name) for name in names], current)

    def showSummary(self, html: str) -> None:
        """Show a result in a few lines; nothing without one."""
        self.ui.summaryLabel.text = html or _("No result yet.")
        self.ui.resultWidget.enabled = bool(html)
        self.ui.writtenLabel.setVisible(False)

    def showGenes(self, page: GenePage | None) -> None:
        """Show a page of genes."""
        self._genes.show(page)
        self.ui.pageLabel.text = pageText(page)
        self.ui.previousPageButton.enabled = page is not None and page.number > 0
        self.ui.nextPageButton.enabled = page is not None and page.number + 1 < page.pages

    def showPanels(self, panels: list[tuple[str, str]], current: str) -> None:
        """List the marker panels."""
        fill(self.ui.forestComboBox, panels, [key for key, _title in panels].index(current))

    def showChart(self, svg: str, hints: list[str]) -> None:
        """Show the marker panel; hovering tells why genes are not reliable."""
        self._chart.show(svg, "<br>".join(escape(hint) for hint in hints), self.chartWidth())

    def showLargeChart(self, svg: str, title: str) -> None:
        """Show the marker panel in a window of its own."""
        if self._largeChart is None:
            dialog = qt.QDialog(slicer.util.mainWindow())
            scrollArea = qt.QScrollArea()
            layout = qt.QVBoxLayout(dialog)
            layout.addWidget(scrollArea)
            dialog.resize(920, 640)
            self._largeChart = dialog, ChartWidget(scrollArea)
        dialog, chart = self._largeChart
        dialog.windowTitle = title
        chart.show(svg)
        dialog.show()

    def centerThreeDView(self) -> None:
        """Bring what is visible into the middle of the 3D view."""
        manager = slicer.app.layoutManager()
        if manager is not None and manager.threeDViewCount:
            view = manager.threeDWidget(0).threeDView()
            view.resetFocalPoint()
            view.resetCamera()

    def theme(self) -> Theme:
        """Tell whether the ground is light or dark."""
        ground = self.ui.chartScrollArea.palette.color(qt.QPalette.Active, qt.QPalette.Window)
        return "light" if ground.lightness() > 127 else "dark"

    def chartWidth(self) -> float:
        """Return the room for a chart: that of the panel, which is laid out even while its sections are folded."""
        return self.ui.researchUseLabel.width - _CHART_MARGINS

    def askFile(self, title: str, suggestion: str, kinds: str, write: Callable[[StoredResult, Path], None]) -> None:
        """Let the user choose where a file goes, and write it."""
        chosen = qt.QFileDialog.getSaveFileName(slicer.util.mainWindow(), title, suggestion, kinds)
        if chosen:
            path = Path(chosen)
            self._write(path if path.suffix else path.with_suffix(Path(suggestion).suffix), write)

    def askFolder(self, title: str, write: Callable[[StoredResult, Path], None]) -> None:
        """Let the user choose a new or empty folder, and write into it."""
        chosen = qt.QFileDialog.getExistingDirectory(slicer.util.mainWindow(), title)
        if chosen:
            self._write(Path(chosen), write)

    def _write(self, path: Path, write: Callable[[StoredResult, Path], None]) -> None:
        with slicer.util.WaitCursor():
            self.presenter.export(write, path)
        self.ui.writtenLabel.text = _("Written: {path}").format(path=path)
        self.ui.writtenLabel.setVisible(True)
