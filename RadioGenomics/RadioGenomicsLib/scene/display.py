"""What the slice views show: the scan, the attribution map over it, and the tumor in the middle."""

from __future__ import annotations

import numpy as np
import slicer

from RadioGenomicsLib.scene.segments import BRAIN
from RadioGenomicsLib.scene.segments import TUMOR
from RadioGenomicsLib.scene.stored_results import StoredResult

# Of the brain's surface, through which the tumor is seen.
_BRAIN_OPACITY_3D = 0.2


def showOverlay(
    attribution: slicer.vtkMRMLScalarVolumeNode,
    opacity: float,
    *,
    scan: slicer.vtkMRMLScalarVolumeNode | None = None,
) -> None:
    """Show the attribution map over the scan in every slice view.

    Args:
        attribution: the map.
        opacity: 0 to 1.
        scan: what to show below it; what is there now if not given.
    """
    for composite in _sliceComposites(attribution.GetScene()):
        if scan is not None:
            composite.SetBackgroundVolumeID(scan.GetID())
        composite.SetForegroundVolumeID(attribution.GetID())
        composite.SetForegroundOpacity(opacity)


def hideOverlay(attribution: slicer.vtkMRMLScalarVolumeNode) -> None:
    """Take the attribution map out of the slice views; another foreground stays."""
    for composite in _sliceComposites(attribution.GetScene()):
        if composite.GetForegroundVolumeID() == attribution.GetID():
            composite.SetForegroundVolumeID(None)


def showRegions(stored: StoredResult, *, outlineOnly: bool, surfaces: bool) -> None:
    """Show brain and tumor of a result.

    Args:
        stored: the result.
        outlineOnly: do not fill the tumor in slice views, where the fill would hide the map.
        surfaces: also show both as closed surfaces in 3D views.
    """
    node = stored.segmentation
    if node is None:
        return
    display = node.GetDisplayNode()
    display.SetVisibility(True)
    tumorId, brainId = stored.segmentId(TUMOR), stored.segmentId(BRAIN)
    for segmentId in filter(None, (tumorId, brainId)):
        showSegment(node, segmentId, True)
    if tumorId:
        display.SetSegmentOpacity2DFill(tumorId, 0.0 if outlineOnly else 1.0)
    if surfaces:
        node.CreateClosedSurfaceRepresentation()
        closedSurface = slicer.vtkSegmentationConverter.GetSegmentationClosedSurfaceRepresentationName()
        display.SetPreferredDisplayRepresentationName3D(closedSurface)
        if brainId:
            display.SetSegmentOpacity3D(brainId, _BRAIN_OPACITY_3D)
    display.SetVisibility3D(surfaces)


def hideResult(stored: StoredResult) -> None:
    """Take a result's regions and map out of the views; its nodes stay in the scene."""
    if stored.segmentation is not None:
        stored.segmentation.GetDisplayNode().SetVisibility(False)
    if stored.attribution is not None:
        hideOverlay(stored.attribution)


def hideMarkups(markups: slicer.vtkMRMLMarkupsNode | None) -> None:
    """Hide points or a box once what they mark has been outlined."""
    if markups is not None and markups.GetDisplayNode() is not None:
        markups.GetDisplayNode().SetVisibility(False)


def showSegment(node: slicer.vtkMRMLSegmentationNode | None, segmentId: str, visible: bool) -> None:
    """Show or hide one segment of a segmentation, all others stay as they are; without one, nothing happens."""
    if node is not None and node.GetDisplayNode() is not None and node.GetSegmentation().GetSegment(segmentId):
        node.GetDisplayNode().SetSegmentVisibility(segmentId, visible)


def jumpTo(point: np.ndarray, scene: slicer.vtkMRMLScene | None = None) -> None:
    """Bring a point (RAS mm) into the middle of every slice view."""
    centered = slicer.vtkMRMLSliceNode.CenteredJumpSlice
    slicer.vtkMRMLSliceNode.JumpAllSlices(scene or slicer.mrmlScene, *(float(x) for x in point), centered)


def tumorCenter(stored: StoredResult) -> np.ndarray | None:
    """Return the middle of a result's tumor (RAS mm); None where the segment was removed."""
    segmentId = stored.segmentId(TUMOR)
    return np.array(stored.segmentation.GetSegmentCenterRAS(segmentId)) if segmentId else None


def _sliceComposites(scene: slicer.vtkMRMLScene) -> list[slicer.vtkMRMLSliceCompositeNode]:
    kind = "vtkMRMLSliceCompositeNode"
    return [scene.GetNthNodeByClass(n, kind) for n in range(scene.GetNumberOfNodesByClass(kind))]
