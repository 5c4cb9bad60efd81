"""What a user marks a tumor with: points to be placed in it, a box to be fitted around it, a segment to be drawn."""

from __future__ import annotations

import numpy as np
import slicer

from RadioGenomicsLib.scene.segments import TUMOR

# Of the scan's extent along each axis: a box that is seen at once and has its handles in view.
_BOX_SHARE = 0.3


def addSeeds(name: str, *, scene: slicer.vtkMRMLScene | None = None) -> slicer.vtkMRMLMarkupsFiducialNode:
    """Add a point list and let the next click in a view place a point of it."""
    scene = scene or slicer.mrmlScene
    node = scene.AddNewNodeByClass("vtkMRMLMarkupsFiducialNode", scene.GenerateUniqueName(name))
    node.CreateDefaultDisplayNodes()
    markups = slicer.modules.markups.logic()
    markups.SetActiveList(node)
    markups.StartPlaceMode(False)
    return node


def addBox(
    name: str, volumeNode: slicer.vtkMRMLScalarVolumeNode, *, scene: slicer.vtkMRMLScene | None = None
) -> slicer.vtkMRMLMarkupsROINode:
    """Add a box for the user to fit around the tumor: where the slices that are shown meet, or in the scan's middle."""
    scene = scene or slicer.mrmlScene
    bounds = np.zeros(6)
    volumeNode.GetRASBounds(bounds)
    low, high = bounds[0::2], bounds[1::2]
    node = scene.AddNewNodeByClass("vtkMRMLMarkupsROINode", scene.GenerateUniqueName(name))
    node.CreateDefaultDisplayNodes()
    node.SetCenter(*np.clip(_slicesMeet((low + high) / 2, scene), low, high))
    node.SetSize(*(_BOX_SHARE * (high - low)))
    return node


def _slicesMeet(point: np.ndarray, scene: slicer.vtkMRMLScene) -> np.ndarray:
    """Return a point (RAS mm) moved onto every slice that is shown."""
    for n in range(scene.GetNumberOfNodesByClass("vtkMRMLSliceNode")):
        toRAS = slicer.util.arrayFromVTKMatrix(scene.GetNthNodeByClass(n, "vtkMRMLSliceNode").GetSliceToRAS())
        normal = toRAS[:3, 2]
        point = point + normal * float(normal @ (toRAS[:3, 3] - point))
    return point


def addEmptyTumor(
    volumeNode: slicer.vtkMRMLScalarVolumeNode, *, scene: slicer.vtkMRMLScene | None = None
) -> tuple[slicer.vtkMRMLSegmentationNode, str]:
    """Add a segmentation with an empty tumor segment, to be drawn in the Segment Editor, and return the segment."""
    scene = scene or slicer.mrmlScene
    node = scene.AddNewNodeByClass("vtkMRMLSegmentationNode", scene.GenerateUniqueName(f"{volumeNode.GetName()} tumor"))
    node.CreateDefaultDisplayNodes()
    node.SetReferenceImageGeometryParameterFromVolumeNode(volumeNode)
    segment = slicer.vtkSegment()
    segment.SetName(TUMOR.name)
    segment.SetColor(*TUMOR.color)
    segment.SetTag(slicer.vtkSegment.GetTerminologyEntryTagName(), TUMOR.terminology)
    segmentId = node.GetSegmentation().GenerateUniqueSegmentID(TUMOR.name)
    node.GetSegmentation().AddSegment(segment, segmentId)
    return node, segmentId
