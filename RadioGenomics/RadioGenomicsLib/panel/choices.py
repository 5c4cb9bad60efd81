"""From the parameter node to what the logic takes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from RadioGenomicsLib.panel.parameters import BrainSource
from RadioGenomicsLib.panel.parameters import TumorSource

if TYPE_CHECKING:
    import slicer

    from RadioGenomicsLib.panel.parameters import RadioGenomicsParameterNode
    from RadioGenomicsLib.scene.logic import Segment

# Channel role to member of the parameter node, in the order of the selectors.
ROLES = {"FLAIR": "flair", "T1": "t1", "T1c": "t1c", "T2": "t2", "CT": "ct"}


def chosenScans(parameters: RadioGenomicsParameterNode) -> dict[str, slicer.vtkMRMLScalarVolumeNode]:
    """Return the chosen scans by role."""
    nodes = {role: getattr(parameters, member) for role, member in ROLES.items()}
    return {role: node for role, node in nodes.items() if node is not None}


def chosenBrain(parameters: RadioGenomicsParameterNode) -> str | Segment | None:
    """Return a segment, "none", or None for the best method that is there."""
    if parameters.brainSource == BrainSource.SEGMENT:
        return parameters.brainSegmentation, parameters.brainSegmentID
    # Of scans that are stripped, and where no brain is, the outline of the scan itself is taken.
    return None if parameters.brainSource == BrainSource.EXTRACT else "none"


def chosenTumor(parameters: RadioGenomicsParameterNode) -> Segment | slicer.vtkMRMLMarkupsNode | None:
    """Return a segment, a markups node, or None for the network's proposal."""
    if parameters.tumorSource == TumorSource.SEGMENT:
        return parameters.tumorSegmentation, parameters.tumorSegmentID
    return parameters.tumorMarkups if parameters.tumorSource == TumorSource.MARKUPS else None


def anatomyScan(parameters: RadioGenomicsParameterNode) -> slicer.vtkMRMLScalarVolumeNode | None:
    """Return the scan to draw on and to look at: the first that was chosen."""
    return next(iter(chosenScans(parameters).values()), None)
