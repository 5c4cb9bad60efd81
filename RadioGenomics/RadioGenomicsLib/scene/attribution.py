"""The attribution map as a volume node that overlays the scan."""

from __future__ import annotations

import numpy as np
import slicer

from RadioGenomicsLib.imaging.volume import Volume
from RadioGenomicsLib.report.facts import RESEARCH_USE
from RadioGenomicsLib.scene.volumes import nodeFromVolume

MEANING = "What each part of the tumor adds to the panel's mean predicted z: with it minus without it."
_LEVELS = 256
_COLOR_TAG = "RadioGenomicsAttribution"
_MARK = "RadioGenomics.IsAttribution"
# Of the range of colors: what moved the prediction less is clear.
_CLEAR = 0.05
_LOW, _HIGH = (0.13, 0.40, 0.67), (0.70, 0.09, 0.17)


def addAttribution(
    attribution: Volume, name: str, *, scene: slicer.vtkMRMLScene | None = None
) -> slicer.vtkMRMLScalarVolumeNode:
    """Add an attribution map, colored blue to red around a see-through zero.

    Args:
        attribution: what each part of the tumor adds to the panel's mean predicted z: with it minus without it.
        name: the node's name, made unique in the scene.
        scene: the application's scene if not given.
    """
    scene = scene or slicer.mrmlScene
    node = nodeFromVolume(attribution, name=name, scene=scene)
    node.SetDescription(f"{MEANING} {RESEARCH_USE}")
    node.SetAttribute(_MARK, "1")
    display = node.GetDisplayNode()
    display.SetAndObserveColorNodeID(_colorNode(scene).GetID())
    display.SetAutoWindowLevel(False)
    magnitude = np.abs(attribution.array)
    limit = float(np.percentile(magnitude[magnitude > 0], 99)) if magnitude.any() else 1.0
    display.SetWindowLevelMinMax(-limit, limit)
    return node


def isAttribution(node: slicer.vtkMRMLVolumeNode) -> bool:
    """Tell an attribution map from a scan."""
    return node.GetAttribute(_MARK) is not None


def _colorNode(scene: slicer.vtkMRMLScene) -> slicer.vtkMRMLColorTableNode:
    present = scene.GetSingletonNode(_COLOR_TAG, "vtkMRMLColorTableNode")
    node = present or slicer.vtkMRMLColorTableNode()
    node.SetTypeToUser()
    node.SetName("RadioGenomics blue to red")
    node.SetSingletonTag(_COLOR_TAG)
    node.SetAttribute("Category", "RadioGenomics")
    node.SetNumberOfColors(_LEVELS)
    # Also those of a table that came with a scene: older ones tinted the whole scan.
    for level in range(_LEVELS):
        place = 2.0 * level / (_LEVELS - 1) - 1.0
        # A slice view draws any alpha above 0 in its foreground as opaque.
        alpha = min(1.0, 1.5 * abs(place)) if abs(place) > _CLEAR else 0.0
        node.SetColor(level, f"{place:.2f}", *(_HIGH if place > 0 else _LOW), alpha)
    return present or scene.AddNode(node)
