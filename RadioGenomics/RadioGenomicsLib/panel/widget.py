"""The panel of the RadioGenomics module: choices in, a prediction out."""

from __future__ import annotations

import slicer
import vtk
from slicer.i18n import tr as _

from RadioGenomicsLib.errors import Canceled
from RadioGenomicsLib.errors import RadioGenomicsError
from RadioGenomicsLib.genes.panels import load_panels
from RadioGenomicsLib.model.user_models import bundle_folders
from RadioGenomicsLib.panel.parameters import RadioGenomicsParameterNode
from RadioGenomicsLib.panel.parameters import TumorSource
from RadioGenomicsLib.panel.summary import summaryOf
from RadioGenomicsLib.scene.logic import RadioGenomicsLogic
from RadioGenomicsLib.scene.result import PredictionNodes


class RadioGenomicsPanel:
    """Connects the widgets of RadioGenomics.ui with the parameter node and the logic.

    Args:
        ui: the child widgets of the loaded .ui file.
        logic: runs the predictions.
    """

    def __init__(self, ui: object, logic: RadioGenomicsLogic) -> None:
        self.ui = ui
        self._logic = logic
        self._parameters: RadioGenomicsParameterNode | None = None
        self._guiTag: int | None = None
        self._observerTag: int | None = None
        self._running = False
        self._cancelRequested = False
        self._result: PredictionNodes | None = None
        for panel in load_panels().values():
            ui.panelComboBox.addItem(panel.title, panel.id)
        # Names only: reading a bundle takes packages that are not installed before the first prediction.
        for name in bundle_folders():
            ui.modelComboBox.addItem(name, name)
        ui.panelComboBox.connect("currentIndexChanged(int)", self._onChoice)
        ui.modelComboBox.connect("currentIndexChanged(int)", self._onChoice)
        ui.tumorSegmentSelector.connect("currentNodeChanged(vtkMRMLNode*)", self._onChoice)
        ui.tumorSegmentSelector.connect("currentSegmentChanged(QString)", self._onChoice)
        ui.predictButton.connect("clicked(bool)", self._onPredictOrCancel)
        ui.showPlotButton.connect("clicked(bool)", self._onShowPlot)

    def setParameterNode(self, parameters: RadioGenomicsParameterNode | None) -> None:
        """Show and follow another set of choices, or none while the scene is closed."""
        if self._parameters is not None:
            self._parameters.disconnectGui(self._guiTag)
            self._parameters.parameterNode.RemoveObserver(self._observerTag)
        self._parameters = parameters
        if parameters is not None:
            self._guiTag = parameters.connectGui(self.ui)
            self._observerTag = parameters.parameterNode.AddObserver(vtk.vtkCommand.ModifiedEvent, self._update)
            self._showHandConnectedChoices(parameters)
            self._update()

    def forgetResult(self) -> None:
        """Show that there is no result: its nodes are about to go."""
        self._result = None
        self.ui.panelTableView.setMRMLTableNode(None)
        self.ui.summaryLabel.text = _("No result yet.")
        self.ui.showPlotButton.enabled = False

    def _showHandConnectedChoices(self, parameters: RadioGenomicsParameterNode) -> None:
        """Set the widgets that the parameter node wrapper has no connector for."""
        segmentation, segmentId = parameters.tumorSegmentation, parameters.tumorSegmentID
        chosen = ((self.ui.panelComboBox, parameters.panel), (self.ui.modelComboBox, parameters.model))
        for comboBox, identifier in chosen:
            wasBlocked = comboBox.blockSignals(True)
            comboBox.setCurrentIndex(max(0, comboBox.findData(identifier)))
            comboBox.blockSignals(wasBlocked)
        wasBlocked = self.ui.tumorSegmentSelector.blockSignals(True)
        self.ui.tumorSegmentSelector.setCurrentNode(segmentation)
        self.ui.tumorSegmentSelector.setCurrentSegmentID(segmentId)
        self.ui.tumorSegmentSelector.blockSignals(wasBlocked)

    def _onChoice(self, _changed: object = None) -> None:
        if self._parameters is None:
            return
        self._parameters.panel = self.ui.panelComboBox.currentData or self._parameters.panel
        self._parameters.model = self.ui.modelComboBox.currentData or self._parameters.model
        self._parameters.tumorSegmentation = self.ui.tumorSegmentSelector.currentNode()
        self._parameters.tumorSegmentID = self.ui.tumorSegmentSelector.currentSegmentID() or ""

    def _update(self, _caller: object = None, _event: object = None) -> None:
        if self._parameters is None or self._running:
            return
        source = self._parameters.tumorSource
        self.ui.tumorSegmentSelector.enabled = source == TumorSource.SEGMENT
        self.ui.tumorMarkupsSelector.enabled = source == TumorSource.MARKUPS
        missing = self._whatIsMissing()
        self.ui.predictButton.enabled = not missing
        self.ui.predictButton.toolTip = missing or _("Predict gene expression from these scans.")

    def _whatIsMissing(self) -> str:
        parameters = self._parameters
        if not self._volumeNodes():
            return _("Choose at least one scan.")
        if parameters.tumorSource == TumorSource.SEGMENT and not parameters.tumorSegmentID:
            return _("Choose the segment that covers the tumor.")
        if parameters.tumorSource == TumorSource.MARKUPS and parameters.tumorMarkups is None:
            return _("Choose or place a box around the tumor, or a point in it.")
        return ""

    def _volumeNodes(self) -> dict[str, slicer.vtkMRMLScalarVolumeNode]:
        parameters = self._parameters
        nodes = {"FLAIR": parameters.flair, "T1": parameters.t1, "T1c": parameters.t1c, "T2": parameters.t2}
        return {role: node for role, node in nodes.items() if node is not None}

    def _tumor(self) -> object:
        parameters = self._parameters
        if parameters.tumorSource == TumorSource.SEGMENT:
            return parameters.tumorSegmentation, parameters.tumorSegmentID
        return parameters.tumorMarkups if parameters.tumorSource == TumorSource.MARKUPS else None

    def _onPredictOrCancel(self, _checked: bool = False) -> None:
        if self._running:
            self._cancelRequested = True
            self.ui.predictButton.enabled = False
            return
        self._setRunning(True)
        try:
            with slicer.util.tryWithErrorDisplay(_("Prediction failed."), waitCursor=False):
                self._predict()
        finally:
            self._setRunning(False)

    def _predict(self) -> None:
        try:
            self._result = self._logic.predict(
                self._volumeNodes(),
                model=self._parameters.model,
                tumor=self._tumor(),
                panel=self._parameters.panel,
                device=self._parameters.device.value,
                outputFolder=self.ui.outputFolderPathLineEdit.currentPath or None,
                progress=self._onProgress,
            )
        except Canceled:
            self.ui.statusLabel.text = _("Canceled. The scene is as it was.")
        except RadioGenomicsError as error:
            # An expected failure: its three parts are the message, and a traceback would only hide them.
            self.ui.statusLabel.text = str(error)
            slicer.util.errorDisplay(str(error))
        else:
            self.ui.statusLabel.text = _("Done. The result is in a folder of its own in the Data module.")
            self._showResult(self._result)

    def _onProgress(self, fraction: float, step: str) -> None:
        self.ui.progressBar.value = round(100 * fraction)
        self.ui.statusLabel.text = step
        slicer.app.processEvents()
        if self._cancelRequested:
            raise Canceled(step)

    def _setRunning(self, running: bool) -> None:
        self._running = running
        self._cancelRequested = False
        for name in ("inputsCollapsibleButton", "tumorCollapsibleButton", "modelCollapsibleButton"):
            getattr(self.ui, name).enabled = not running
        self.ui.progressBar.visible = running
        self.ui.progressBar.value = 0
        self.ui.predictButton.text = _("Cancel") if running else _("Predict")
        self.ui.predictButton.enabled = True
        self._update()

    def _showResult(self, result: PredictionNodes) -> None:
        self.ui.summaryLabel.text = summaryOf(result.prediction)
        # Only the panel's table: a table view takes minutes for all genes of a model.
        self.ui.panelTableView.setMRMLTableNode(result.panelTable)
        self.ui.showPlotButton.enabled = True
        if slicer.app.layoutManager() is not None:
            slicer.util.setSliceViewerLayers(foreground=result.attributionVolume, foregroundOpacity=0.5)

    def _onShowPlot(self, _checked: bool = False) -> None:
        if self._result is not None and self._result.plotChart.GetScene() is not None:
            slicer.modules.plots.logic().ShowChartInLayout(self._result.plotChart)
