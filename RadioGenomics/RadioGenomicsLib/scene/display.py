"""What the slice views show: the scan, the attribution map over it, and the tumor in the middle."""

from __future__ import annotations

import numpy as np
import slicer

from RadioGenomicsLib.scene.segments import TUMOR
from RadioGenomicsLib.scene.stored_results import StoredResult


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
