"""Sections, selectors and regions: widgets and the parameter node kept alike."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import slicer
import vtk

from RadioGenomicsLib.panel.choices import ROLES
from RadioGenomicsLib.panel.parameters import BrainSource
from RadioGenomicsLib.panel.parameters import TumorSource
from RadioGenomicsLib.panel.qt_view.slots import connect

if TYPE_CHECKING:
    from RadioGenomicsLib.panel.parameters import RadioGenomicsParameterNode
    from RadioGenomicsLib.panel.sections import Section
    from RadioGenomicsLib.scene.logic import Segment

_PROPERTY = "SlicerParameterName"


class ChoicesView:
    """Part of the panel's view; ``ui`` holds the child widgets of RadioGenomics.ui."""

    ui: object

    def setUpChoices(self) -> None:
        """Prepare what follows the parameter node."""
        self._parameters: RadioGenomicsParameterNode | None = None
        self._guiTag: int | None = None
        self._observerTag: int | None = None
        for widget, changed in (
            (self.ui.brainSegmentSelector, self._onBrainSegment),
            (self.ui.tumorSegmentSelector, self._onTumorSegment),
        ):
            connect(widget, "currentNodeChanged(vtkMRMLNode*)", lambda _node=None, changed=changed: changed())
            connect(widget, "currentSegmentChanged(QString)", lambda _id="", changed=changed: changed())

    def follow(self, parameters: RadioGenomicsParameterNode | None, changed: Callable[[], None]) -> None:
        """Show another set of choices and call ``changed`` whenever one of them changes; None follows nothing."""
        if self._parameters is not None:
            self._parameters.disconnectGui(self._guiTag)
            self._parameters.parameterNode.RemoveObserver(self._observerTag)
        self._parameters = parameters
        if parameters is None:
            return
        bound = {widget.property(_PROPERTY): widget for widget in vars(self.ui).values() if widget.property(_PROPERTY)}
        self._showSegments(parameters)
        # Not connectGui, which does not return the tag in every Slicer.
        self._guiTag = parameters.connectParametersToGui(bound)
        self._observerTag = parameters.parameterNode.AddObserver(
            vtk.vtkCommand.ModifiedEvent, lambda _caller, _event: changed()
        )

    def showSection(self, section: Section) -> None:
        """Show a section's line in its title."""
        button = getattr(self.ui, f"{section.key}CollapsibleButton")
        button.text = section.title
        button.toolTip = section.line

    def fold(self, key: str, folded: bool) -> None:
        """Fold or unfold a section."""
        getattr(self.ui, f"{key}CollapsibleButton").collapsed = folded

    def showChannels(self, roles: list[str]) -> None:
        """Show the selectors of these roles only."""
        for role, member in ROLES.items():
            getattr(self.ui, f"{member}Label").setVisible(role in roles)
            getattr(self.ui, f"{member}Selector").setVisible(role in roles)

    def showRegions(self, parameters: RadioGenomicsParameterNode, scan: slicer.vtkMRMLScalarVolumeNode | None) -> None:
        """Open the ways of giving brain and tumor that go with what was chosen."""
        ui, marked = self.ui, parameters.tumorSource == TumorSource.MARKUPS
        ui.brainSegmentSelector.enabled = parameters.brainSource == BrainSource.SEGMENT
        ui.tumorSegmentSelector.enabled = parameters.tumorSource == TumorSource.SEGMENT
        ui.tumorMarkupsSelector.enabled = marked
        ui.extractBrainButton.enabled = scan is not None and parameters.brainSource == BrainSource.EXTRACT
        for button in (ui.proposeTumorButton, ui.placePointButton, ui.placeBoxButton, ui.editTumorButton):
            button.enabled = scan is not None
        ui.growTumorButton.enabled = scan is not None and marked and parameters.tumorMarkups is not None
        self._showSegments(parameters)

    def openSegmentEditor(self, segment: Segment, scan: slicer.vtkMRMLScalarVolumeNode | None) -> None:
        """Go to the Segment Editor with the segment chosen; its effects and its undo are Slicer's own."""
        if slicer.util.mainWindow() is None:
            return
        slicer.util.selectModule("SegmentEditor")
        editor = slicer.modules.segmenteditor.widgetRepresentation().self().editor
        node, segmentId = segment
        editor.setSegmentationNode(node)
        if scan is not None:
            editor.setSourceVolumeNode(scan)
        editor.setCurrentSegmentID(segmentId)

    def _showSegments(self, parameters: RadioGenomicsParameterNode) -> None:
        """Set the widgets that the parameter node wrapper has no connector for."""
        for selector, node, segmentId in (
            (self.ui.brainSegmentSelector, parameters.brainSegmentation, parameters.brainSegmentID),
            (self.ui.tumorSegmentSelector, parameters.tumorSegmentation, parameters.tumorSegmentID),
        ):
            if selector.currentNode() is node and (selector.currentSegmentID() or "") == segmentId:
                continue
            wasBlocked = selector.blockSignals(True)
            selector.setCurrentNode(node)
            selector.setCurrentSegmentID(segmentId)
            selector.blockSignals(wasBlocked)

    def _onBrainSegment(self) -> None:
        selector = self.ui.brainSegmentSelector
        chosen = selector.currentNode(), selector.currentSegmentID() or ""
        if self._parameters is not None:
            # At once: half of a change would be shown in the selector again.
            with slicer.util.NodeModify(self._parameters):
                self._parameters.brainSegmentation, self._parameters.brainSegmentID = chosen

    def _onTumorSegment(self) -> None:
        selector = self.ui.tumorSegmentSelector
        chosen = selector.currentNode(), selector.currentSegmentID() or ""
        if self._parameters is not None:
            with slicer.util.NodeModify(self._parameters):
                self._parameters.tumorSegmentation, self._parameters.tumorSegmentID = chosen
