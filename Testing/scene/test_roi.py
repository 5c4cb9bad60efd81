from __future__ import annotations

import numpy as np
import pytest
import slicer

from RadioGenomicsLib.errors import RegionError
from RadioGenomicsLib.scene.roi import boxFromNode
from RadioGenomicsLib.scene.roi import seedsFromNode
from RadioGenomicsLib.scene.roi import volumeOfMarkups
from RadioGenomicsLib.scene.volumes import nodeFromVolume

QUARTER_TURN = np.array([[0.0, -1, 0, 100], [1, 0, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1]])


@pytest.fixture
def turned(scene):
    node = scene.AddNewNodeByClass("vtkMRMLLinearTransformNode")
    node.SetMatrixTransformToParent(slicer.util.vtkMatrixFromArray(QUARTER_TURN))
    return node


def test_seeds_are_given_in_world_space(scene, turned):
    node = scene.AddNewNodeByClass("vtkMRMLMarkupsFiducialNode")
    node.AddControlPoint(1, 2, 3)
    node.AddControlPoint(4, 5, 6)
    node.SetAndObserveTransformNodeID(turned.GetID())
    np.testing.assert_allclose(seedsFromNode(node), [(98, 1, 3), (95, 4, 6)])


def test_a_point_that_is_not_placed_is_no_seed(scene):
    node = scene.AddNewNodeByClass("vtkMRMLMarkupsFiducialNode", "aim")
    node.AddControlPoint(1, 2, 3)
    node.UnsetNthControlPointPosition(0)
    with pytest.raises(RegionError, match="aim: no point"):
        seedsFromNode(node)


def test_a_box_is_given_in_world_space(scene, turned):
    node = scene.AddNewNodeByClass("vtkMRMLMarkupsROINode")
    node.SetCenter(1, 2, 3)
    node.SetSize(10, 20, 30)
    node.SetAndObserveTransformNodeID(turned.GetID())
    box = boxFromNode(node)
    np.testing.assert_allclose(box.center, (98, 1, 3))
    np.testing.assert_allclose(box.half_axes, [(0, 5, 0), (-10, 0, 0), (0, 0, 15)], atol=1e-9)


def test_a_box_that_was_never_placed_is_refused(scene):
    node = scene.AddNewNodeByClass("vtkMRMLMarkupsROINode", "around")
    with pytest.raises(RegionError, match="around: the box has no volume"):
        boxFromNode(node)


def test_points_tell_the_scan_that_was_shown_where_they_were_placed(scene, scan):
    shown, other = nodeFromVolume(scan, name="t1c"), nodeFromVolume(scan, name="flair")
    node = scene.AddNewNodeByClass("vtkMRMLMarkupsFiducialNode")
    node.AddControlPoint(1, 2, 3)
    assert volumeOfMarkups(node) is None
    node.SetNthControlPointAssociatedNodeID(0, shown.GetID())
    assert volumeOfMarkups(node) is shown
    node.AddControlPoint(4, 5, 6)
    node.SetNthControlPointAssociatedNodeID(1, other.GetID())
    assert volumeOfMarkups(node) is None
