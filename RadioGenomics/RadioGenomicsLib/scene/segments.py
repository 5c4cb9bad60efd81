"""Masks between segmentation nodes and :class:`~RadioGenomicsLib.imaging.volume.Volume`.

The work is done on ``vtkOrientedImageData``, so nothing is added to the scene on the way and any scene will do.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import slicer
import vtk

from RadioGenomicsLib.errors import RegionError
from RadioGenomicsLib.imaging.volume import Volume
from RadioGenomicsLib.scene.volumes import arrayFromImageData
from RadioGenomicsLib.scene.volumes import imageDataFromArray

_TYPES = "Segmentation category and type - DICOM master list"
_REGIONS = "Anatomic codes - DICOM master list"


@dataclass(frozen=True)
class SegmentKind:
    """What a segment shows: name, color (0-1), and its entry in the DICOM terminologies."""

    name: str
    color: tuple[float, float, float]
    terminology: str


# Codes: DICOM PS3.16, CID 7150 (categories), CID 7159 (lesions) and CID 7140 (brain structures).
BRAIN = SegmentKind(
    "Brain",
    (0.98, 0.98, 0.88),
    f"{_TYPES}~SCT^123037004^Anatomical Structure~SCT^12738006^Brain~^^~{_REGIONS}~^^~^^",
)
TUMOR = SegmentKind(
    "Tumor",
    (0.93, 0.42, 0.13),
    f"{_TYPES}~SCT^49755003^Morphologically Altered Structure~SCT^108369006^Neoplasm~^^~{_REGIONS}~^^~^^",
)


def addSegmentation(
    reference: Volume,
    name: str,
    *,
    volumeNode: slicer.vtkMRMLScalarVolumeNode | None = None,
    scene: slicer.vtkMRMLScene | None = None,
) -> slicer.vtkMRMLSegmentationNode:
    """Add an empty segmentation on the grid of a scan.

    Args:
        reference: the grid, in world RAS.
        name: the node's name, made unique in the scene.
        volumeNode: the scan it is drawn on; the node refers to it, as DICOM export asks.
        scene: the application's scene if not given.
    """
    scene = scene or slicer.mrmlScene
    node = scene.AddNewNodeByClass("vtkMRMLSegmentationNode", scene.GenerateUniqueName(name))
    node.CreateDefaultDisplayNodes()
    if volumeNode is not None:
        node.SetReferenceImageGeometryParameterFromVolumeNode(volumeNode)
    # Set last and from the world grid: the node's own geometry leaves its parent transform out.
    node.GetSegmentation().SetConversionParameter(
        slicer.vtkSegmentationConverter.GetReferenceImageGeometryParameterName(),
        slicer.vtkSegmentationConverter.SerializeImageGeometry(_orientedImage(reference)),
    )
    return node


def addSegment(node: slicer.vtkMRMLSegmentationNode, mask: Volume, kind: SegmentKind, *, origin: str = "") -> str:
    """Add a mask as a new segment with its terminology and return the segment's id.

    Args:
        node: the segmentation.
        mask: what is inside, in world RAS.
        kind: name, color and terminology.
        origin: goes before the segment's name, not before its id.

    Raises:
        RegionError: the mask is empty.
    """
    if not mask.array.any():
        raise RegionError(kind.name, "the segment would be empty", "Check the region that was given.")
    segment = slicer.vtkSegment()
    segment.SetName(f"{origin}{kind.name}")
    segment.SetColor(*kind.color)
    segment.SetTag(slicer.vtkSegment.GetTerminologyEntryTagName(), kind.terminology)
    segment.AddRepresentation(
        slicer.vtkSegmentationConverter.GetSegmentationBinaryLabelmapRepresentationName(), _orientedImage(mask)
    )
    segmentation = node.GetSegmentation()
    segmentId = segmentation.GenerateUniqueSegmentID(kind.name)
    segmentation.AddSegment(segment, segmentId)
    return segmentId


def maskFromSegment(node: slicer.vtkMRMLSegmentationNode, segmentId: str, reference: Volume) -> Volume:
    """Return a segment as a uint8 mask on the grid of ``reference``, in world RAS.

    Args:
        node: the segmentation; its parent transform is applied.
        segmentId: the segment's id, or its name where no id matches.
        reference: the grid to bring it to, by nearest neighbor.

    Raises:
        RegionError: no such segment, or nothing of it lies inside the grid.
    """
    drawn, name = _drawn(node, segmentId)
    onGrid = slicer.vtkOrientedImageData()
    if not drawn.IsEmpty():
        slicer.vtkOrientedImageDataResample.ResampleOrientedImageToReferenceOrientedImage(
            drawn, _orientedImage(reference), onGrid
        )
    if onGrid.IsEmpty() or not arrayFromImageData(onGrid).any():
        raise RegionError(
            name if name == node.GetName() else f"{node.GetName()} / {name}",
            f"nothing of it lies inside {reference.name or 'the scan'}",
            "Draw it on this scan, or choose another segment.",
        )
    return reference.with_array((arrayFromImageData(onGrid) != 0).astype(np.uint8), name)


def drawnMask(node: slicer.vtkMRMLSegmentationNode, segmentId: str) -> Volume:
    """Return a segment as a uint8 mask on the grid it was drawn on, in world RAS.

    Args:
        node: the segmentation; its parent transform is applied.
        segmentId: the segment's id, or its name where no id matches.

    Raises:
        RegionError: no such segment, or it is empty.
    """
    drawn, name = _drawn(node, segmentId)
    if drawn.IsEmpty() or not arrayFromImageData(drawn).any():
        subject = name if name == node.GetName() else f"{node.GetName()} / {name}"
        raise RegionError(subject, "it is empty", "Draw it, or choose another segment.")
    toWorld = vtk.vtkMatrix4x4()
    drawn.GetImageToWorldMatrix(toWorld)
    affine = slicer.util.arrayFromVTKMatrix(toWorld)
    # The image may begin at any index; a Volume begins at 0.
    first = np.array(drawn.GetExtent()[::2])
    affine[:3, 3] += affine[:3, :3] @ first
    return Volume((arrayFromImageData(drawn) != 0).astype(np.uint8), affine, name)


def volumeOfSegmentation(node: slicer.vtkMRMLSegmentationNode) -> slicer.vtkMRMLScalarVolumeNode | None:
    """Return the scan that a segmentation was drawn on; None where it refers to none, or was moved apart from it."""
    if node is None or not node.IsA("vtkMRMLSegmentationNode"):
        return None
    volumeNode = node.GetNodeReference(node.GetReferenceImageGeometryReferenceRole())
    if volumeNode is None or volumeNode.GetParentTransformNode() is not node.GetParentTransformNode():
        return None
    return volumeNode


def _drawn(node: slicer.vtkMRMLSegmentationNode, segmentId: str) -> tuple[slicer.vtkOrientedImageData, str]:
    """Return a segment's voxels, parent transform applied, and its name; the image is empty where the segment is."""
    if node is None or not node.IsA("vtkMRMLSegmentationNode"):
        raise RegionError("the segment", "its node is not a segmentation", "Choose a segmentation node.")
    segmentation = node.GetSegmentation()
    if segmentation.GetSegment(segmentId) is None:
        named = segmentation.GetSegmentIdBySegmentName(segmentId)
        if not named:
            count = segmentation.GetNumberOfSegments()
            names = ", ".join(segmentation.GetNthSegment(n).GetName() for n in range(count))
            raise RegionError(segmentId, f"{node.GetName()} has no such segment", f"It has: {names or 'none'}.")
        segmentId = named
    drawn = slicer.vtkOrientedImageData()
    slicer.vtkSlicerSegmentationsModuleLogic.GetSegmentBinaryLabelmapRepresentation(node, segmentId, drawn)
    return drawn, segmentation.GetSegment(segmentId).GetName()


def _orientedImage(volume: Volume) -> slicer.vtkOrientedImageData:
    array = volume.array if volume.array.dtype == np.uint8 else volume.array != 0
    image = slicer.vtkOrientedImageData()
    imageDataFromArray(array.astype(np.uint8, copy=False), image)
    image.SetImageToWorldMatrix(slicer.util.vtkMatrixFromArray(volume.affine))
    return image
