"""The Brain and Tumor sections: find a region, mark it, or open the Segment Editor on it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING
from typing import Any

import slicer
from slicer.i18n import tr as _

from RadioGenomicsLib.panel.choices import anatomyScan
from RadioGenomicsLib.panel.choices import chosenBrain
from RadioGenomicsLib.panel.choices import chosenScans
from RadioGenomicsLib.panel.parameters import BrainSource
from RadioGenomicsLib.panel.parameters import TumorSource
from RadioGenomicsLib.scene.display import hideMarkups
from RadioGenomicsLib.scene.display import showSegment
from RadioGenomicsLib.scene.marking import addBox
from RadioGenomicsLib.scene.marking import addEmptyTumor
from RadioGenomicsLib.scene.marking import addSeeds

if TYPE_CHECKING:
    from RadioGenomicsLib.panel.parameters import RadioGenomicsParameterNode
    from RadioGenomicsLib.panel.view_protocol import PanelView
    from RadioGenomicsLib.pipeline.request import Request
    from RadioGenomicsLib.pipeline.result import Region
    from RadioGenomicsLib.scene.logic import RadioGenomicsLogic
    from RadioGenomicsLib.scene.logic import Segment

Begin = Callable[[Callable[[], "Request"], Callable[[Any], str]], None]


class Regions:
    """What happens in the two sections.

    Args:
        view: shows it.
        logic: copies requests out of the scene and puts answers in.
        choices: returns the parameter node, or None while there is none.
        begin: starts a job; takes what makes the request, and what takes the answer in.
    """

    def __init__(
        self,
        view: PanelView,
        logic: RadioGenomicsLogic,
        choices: Callable[[], RadioGenomicsParameterNode | None],
        begin: Begin,
    ) -> None:
        self._view = view
        self._logic = logic
        self._choices = choices
        self._begin = begin

    def extractBrain(self) -> None:
        """Find the brain now, to look at it before predicting."""
        parameters, scan = self._choices(), self._scan()
        if scan is not None:
            device = parameters.device.value
            self._begin(
                lambda: self._logic.brainRequest(scan, device=device), lambda region: self._takeBrain(region, scan)
            )

    def outlineTumor(self, *, marked: bool) -> None:
        """Find the tumor now, to look at it before predicting.

        Args:
            marked: from the box or the points that were placed, otherwise the network proposes it.
        """
        parameters = self._choices()
        if self._scan() is None:
            return
        if marked and parameters.tumorMarkups is None:
            self._view.tellStatus(_("Place a box around the tumor, or a point in it."))
            return
        scans = chosenScans(parameters)
        self._begin(
            lambda: self._logic.tumorRequest(
                scans,
                model=parameters.model,
                brain=chosenBrain(parameters),
                tumor=parameters.tumorMarkups if marked else None,
                device=parameters.device.value,
            ),
            lambda region: self._takeTumor(region, scans),
        )

    def placePoint(self) -> None:
        """Let the next click in a slice view mark the tumor."""
        parameters = self._choices()
        if parameters is None:
            return
        markups = parameters.tumorMarkups
        if markups is not None and markups.IsA("vtkMRMLMarkupsFiducialNode"):
            markups.GetDisplayNode().SetVisibility(True)
            slicer.modules.markups.logic().SetActiveList(markups)
            slicer.modules.markups.logic().StartPlaceMode(False)
        else:
            hideMarkups(markups)
            parameters.tumorMarkups = addSeeds(_("Tumor points"))
        parameters.tumorSource = TumorSource.MARKUPS
        self._view.tellStatus(_("Click into the tumor in a slice view."))

    def placeBox(self) -> None:
        """Put a box into the scan that the user fits around the tumor."""
        parameters, scan = self._choices(), self._scan()
        if scan is not None:
            hideMarkups(parameters.tumorMarkups)
            parameters.tumorMarkups = addBox(_("Tumor box"), scan)
            parameters.tumorSource = TumorSource.MARKUPS
            self._view.tellStatus(_("Drag the box's handles until it holds the whole tumor."))

    def editTumor(self) -> None:
        """Open the chosen segment in the Segment Editor; a new, empty one where none is chosen."""
        parameters, scan = self._choices(), self._scan()
        if scan is None:
            return
        if parameters.tumorSource != TumorSource.SEGMENT or not parameters.tumorSegmentID:
            self.chooseTumor(addEmptyTumor(scan))
        showSegment(parameters.tumorSegmentation, parameters.tumorSegmentID, True)
        self._view.openSegmentEditor((parameters.tumorSegmentation, parameters.tumorSegmentID), scan)

    def chooseTumor(self, segment: Segment) -> None:
        """Take a segment as the tumor."""
        parameters = self._choices()
        if parameters is not None:
            parameters.tumorSegmentation, parameters.tumorSegmentID = segment
            parameters.tumorSource = TumorSource.SEGMENT

    def _takeBrain(self, region: Region, scan: slicer.vtkMRMLScalarVolumeNode) -> str:
        parameters = self._choices()
        segment = self._logic.addRegion(region, present(scan))
        if parameters is not None:
            showSegment(parameters.brainSegmentation, parameters.brainSegmentID, False)
            parameters.brainSegmentation, parameters.brainSegmentID = segment
            parameters.brainSource = BrainSource.SEGMENT
        return _("Brain found ({method}). Look it over: it is used for the prediction.").format(method=region.found_by)

    def _takeTumor(self, region: Region, scans: dict[str, slicer.vtkMRMLScalarVolumeNode]) -> str:
        parameters = self._choices()
        if parameters is not None:
            # What is outlined now takes the place of what marked it, and of the outline before.
            hideMarkups(parameters.tumorMarkups)
            showSegment(parameters.tumorSegmentation, parameters.tumorSegmentID, False)
        self.chooseTumor(self._logic.addRegion(region, present(scans.get(region.role))))
        text = _("Tumor outlined ({method}). Look it over, and correct it in the Segment Editor.")
        return text.format(method=region.found_by)

    def _scan(self) -> slicer.vtkMRMLScalarVolumeNode | None:
        """Return the scan to work on; say so where none is chosen."""
        parameters = self._choices()
        scan = anatomyScan(parameters) if parameters is not None else None
        if scan is None:
            self._view.tellStatus(_("Choose a scan first."))
        return scan


def present(node: slicer.vtkMRMLNode | None) -> slicer.vtkMRMLNode | None:
    """Return a node that is still in the scene; None where it has gone meanwhile."""
    return node if node is not None and node.GetScene() is not None else None
