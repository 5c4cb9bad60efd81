"""What the presenters need of the view: the Qt side, or a double in a test."""

from __future__ import annotations

from typing import TYPE_CHECKING
from typing import Protocol

from RadioGenomicsLib.panel.models import ModelsView
from RadioGenomicsLib.panel.results import ResultsView
from RadioGenomicsLib.panel.run import RunView

if TYPE_CHECKING:
    import slicer

    from RadioGenomicsLib.panel.parameters import RadioGenomicsParameterNode
    from RadioGenomicsLib.panel.sections import Section
    from RadioGenomicsLib.scene.logic import Segment


class PanelView(RunView, ResultsView, ModelsView, Protocol):
    """What the panel needs of the view."""

    def showSection(self, section: Section) -> None: ...

    def fold(self, key: str, folded: bool) -> None: ...

    def showChannels(self, roles: list[str]) -> None:
        """Show the selectors of these roles only."""

    def showRegions(self, parameters: RadioGenomicsParameterNode, scan: slicer.vtkMRMLScalarVolumeNode | None) -> None:
        """Show which ways of giving brain and tumor are open; ``scan`` is what to draw on."""

    def showReady(self, missing: str, busy: bool) -> None:
        """Offer to predict, to cancel, or say what is missing."""

    def showDevice(self, text: str) -> None: ...

    def tellStatus(self, text: str) -> None: ...

    def openSegmentEditor(self, segment: Segment, scan: slicer.vtkMRMLScalarVolumeNode | None) -> None: ...

    def offerRestart(self, reason: str) -> None: ...
