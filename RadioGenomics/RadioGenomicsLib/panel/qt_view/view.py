"""The view of the panel: every widget of RadioGenomics.ui and the presenter behind it, connected."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import qt
from slicer.i18n import tr as _

from RadioGenomicsLib.genes.panels import load_panels
from RadioGenomicsLib.panel import exports
from RadioGenomicsLib.panel.presenter import PanelPresenter
from RadioGenomicsLib.panel.qt_view.choices import ChoicesView
from RadioGenomicsLib.panel.qt_view.lists import fill
from RadioGenomicsLib.panel.qt_view.models import ModelsView
from RadioGenomicsLib.panel.qt_view.results import ResultsView
from RadioGenomicsLib.panel.qt_view.slots import connect
from RadioGenomicsLib.panel.qt_view.slots import onClick
from RadioGenomicsLib.panel.qt_view.work import WorkView
from RadioGenomicsLib.panel.short_titles import shortTitles
from RadioGenomicsLib.sample import list_samples

if TYPE_CHECKING:
    from RadioGenomicsLib.panel.parameters import RadioGenomicsParameterNode
    from RadioGenomicsLib.scene.logic import RadioGenomicsLogic


_LOOK_MS = 200


class QtPanelView(ChoicesView, WorkView, ModelsView, ResultsView):
    """Connects the widgets with the presenter.

    Args:
        ui: the child widgets of the loaded .ui file.
        logic: copies requests out of the scene and puts answers in.
    """

    def __init__(self, ui: object, logic: RadioGenomicsLogic) -> None:
        self.ui = ui
        self.setUpResults()
        self.presenter = PanelPresenter(self, logic)
        self.setUpWork(self.presenter.run.poll)
        self.setUpChoices()
        samples = list_samples()
        titles = [sample.title for sample in samples.values()]
        fill(ui.sampleComboBox, list(zip(samples, shortTitles(titles), strict=True)), 0, titles)
        self._panels = list(load_panels().values())
        fill(ui.panelComboBox, [(panel.id, panel.title) for panel in self._panels], 0)
        self._connectChoices()
        self._connectResults()
        # Many nodes may come in a row, and each has no image yet when it is added.
        self._lookTimer = qt.QTimer()
        self._callLater(self._lookTimer, self.presenter.nodesChanged)
        # The panel has become too narrow for the chart.
        self._chartTimer = qt.QTimer()
        self._callLater(self._chartTimer, self.presenter.results.drawPanel)
        connect(ui.chartScrollArea.horizontalScrollBar(), "rangeChanged(int,int)", self._onChartCutOff)

    def lookAgainSoon(self) -> None:
        """Look at the scene again once nothing has changed in it for a moment."""
        self._lookTimer.start()

    def setParameters(self, parameters: RadioGenomicsParameterNode | None) -> None:
        """Show and follow a set of choices; None lets go of them while the module is not shown."""
        self.follow(parameters, self.presenter.update)
        if parameters is not None:
            self.presenter.setParameters(parameters)
            self._showPanelChoice()

    def closeScene(self) -> None:
        """Let go of everything in the scene: it closes."""
        self.follow(None, self.presenter.update)
        self.presenter.closeScene()

    def _callLater(self, timer: qt.QTimer, function: Callable[[], None]) -> None:
        timer.setSingleShot(True)
        timer.setInterval(_LOOK_MS)
        connect(timer, "timeout()", function)

    def _onChartCutOff(self, _least: int, most: int) -> None:
        if most > 0:
            self._chartTimer.start()

    def _connectChoices(self) -> None:
        ui, presenter = self.ui, self.presenter
        onClick(ui.guessButton, presenter.scans.guess)
        onClick(ui.loadSampleButton, lambda: presenter.scans.loadSample(ui.sampleComboBox.currentData))
        onClick(ui.extractBrainButton, presenter.regions.extractBrain)
        onClick(ui.proposeTumorButton, lambda: presenter.regions.outlineTumor(marked=False))
        onClick(ui.growTumorButton, lambda: presenter.regions.outlineTumor(marked=True))
        onClick(ui.placePointButton, presenter.regions.placePoint)
        onClick(ui.placeBoxButton, presenter.regions.placeBox)
        onClick(ui.editTumorButton, presenter.regions.editTumor)
        onClick(ui.addModelFolderButton, lambda: self.askModelFolder(presenter.addModel))
        onClick(ui.addModelZipButton, lambda: self.askModelZip(presenter.addModel))
        onClick(ui.removeModelButton, presenter.removeModel)
        onClick(ui.openModelsButton, presenter.models.openFolder)
        onClick(ui.predictButton, self._onPredictOrCancel)
        connect(ui.modelComboBox, "currentIndexChanged(int)", self._onModel)
        connect(ui.panelComboBox, "currentIndexChanged(int)", self._onPanel)

    def _connectResults(self) -> None:
        ui, results = self.ui, self.presenter.results
        connect(ui.resultComboBox, "currentIndexChanged(int)", results.choose)
        connect(ui.searchLineEdit, "textChanged(QString)", results.search)
        connect(ui.geneTableWidget.horizontalHeader(), "sectionClicked(int)", results.sortBy)
        onClick(ui.previousPageButton, lambda: results.turnPage(-1))
        onClick(ui.nextPageButton, lambda: results.turnPage(1))
        connect(ui.forestComboBox, "currentIndexChanged(int)", self._onForest)
        connect(ui.resultsCollapsibleButton, "contentsCollapsed(bool)", self._onResultsFolded)
        onClick(ui.enlargeChartButton, results.enlargeChart)
        onClick(ui.lookAtTumorButton, results.lookAtTumor)
        connect(ui.histogramButton, "toggled(bool)", results.showHistogram)
        onClick(
            ui.exportGenesButton,
            lambda: self.askFile(_("Gene table"), "gene_table.csv", _("CSV (*.csv)"), exports.writeGenes),
        )
        onClick(
            ui.exportReportButton,
            lambda: self.askFile(_("Report"), "report.html", _("HTML (*.html)"), exports.writeReport),
        )
        onClick(
            ui.exportSceneButton,
            lambda: self.askFile(_("Scene"), "scene.mrb", _("Scene bundle (*.mrb)"), exports.writeScene),
        )
        onClick(
            ui.exportAllButton,
            lambda: self.askFolder(_("New or empty folder for all files"), exports.writeAll),
        )

    def _onModel(self, place: int) -> None:
        if place >= 0:
            self.presenter.models.choose(self.ui.modelComboBox.itemData(place))

    def _onPanel(self, place: int) -> None:
        if place >= 0 and self.presenter.parameters is not None:
            self.presenter.parameters.panel = self._panels[place].id

    def _onForest(self, place: int) -> None:
        if place >= 0:
            self.presenter.results.choosePanel(self._panels[place].id)

    def _onResultsFolded(self, folded: bool) -> None:
        if not folded:
            self.presenter.results.drawPanel()

    def _showPanelChoice(self) -> None:
        keys = [panel.id for panel in self._panels]
        chosen = self.presenter.parameters.panel
        wasBlocked = self.ui.panelComboBox.blockSignals(True)
        self.ui.panelComboBox.setCurrentIndex(keys.index(chosen) if chosen in keys else 0)
        self.ui.panelComboBox.blockSignals(wasBlocked)

    def _onPredictOrCancel(self) -> None:
        if self.presenter.run.busy:
            self.presenter.run.cancel()
        else:
            self.presenter.predict()
