"""Markups as places in the patient: seed points and boxes, in world RAS."""

from __future__ import annotations

import numpy as np
import slicer

from RadioGenomicsLib.errors import RegionError
from RadioGenomicsLib.pipeline.request import Box


def seedsFromNode(node: slicer.vtkMRMLMarkupsFiducialNode) -> np.ndarray:
    """Return the placed points ``[n, 3]`` of a point list, parent transforms applied.

    Raises:
        RegionError: no point has been placed.
    """
    placed = slicer.vtkMRMLMarkupsNode.PositionDefined
    seeds = [
        node.GetNthControlPointPositionWorld(n)
        for n in range(node.GetNumberOfControlPoints())
        if node.GetNthControlPointPositionStatus(n) == placed
    ]
    if not seeds:
        raise RegionError(node.GetName(), "no point of it has been placed", "Place a point inside the tumor.")
    return np.array([tuple(seed) for seed in seeds], dtype=np.float64)


def boxFromNode(node: slicer.vtkMRMLMarkupsROINode) -> Box:
    """Return the box of a markups ROI, its own turn and parent transforms applied.

    Raises:
        RegionError: the box has not been placed, or has no volume.
    """
    size = np.array(node.GetSize())
    if node.GetNumberOfControlPoints() == 0 or (size <= 0).any():
        raise RegionError(node.GetName(), "the box has no volume", "Place the ROI around the tumor.")
    objectToWorld = slicer.util.arrayFromVTKMatrix(node.GetObjectToWorldMatrix())
    return Box(center=objectToWorld[:3, 3], half_axes=(objectToWorld[:3, :3] * (size / 2)).T)


def volumeOfMarkups(node: slicer.vtkMRMLMarkupsNode) -> slicer.vtkMRMLNode | None:
    """Return the scan that all points of a markups node were placed on in slice views; None where there is no one."""
    if not node.IsA("vtkMRMLMarkupsNode") or node.GetScene() is None:
        return None
    ids = {node.GetNthControlPointAssociatedNodeID(n) for n in range(node.GetNumberOfControlPoints())}
    return node.GetScene().GetNodeByID(ids.pop()) if len(ids) == 1 and all(ids) else None
