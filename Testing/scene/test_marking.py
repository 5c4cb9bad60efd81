from __future__ import annotations

import numpy as np
import pytest
import slicer
import vtk

from RadioGenomicsLib.scene.marking import addBox
from RadioGenomicsLib.scene.marking import addEmptyTumor
from RadioGenomicsLib.scene.marking import addSeeds
from RadioGenomicsLib.scene.segments import TUMOR
from RadioGenomicsLib.scene.segments import addSegment
from RadioGenomicsLib.scene.segments import addSegmentation
from RadioGenomicsLib.scene.volumes import nodeFromVolume


@pytest.fixture
def node(scene, scan):
    return nodeFromVolume(scan, name="FLAIR")


def test_a_box_has_the_middle_of_the_scan_and_three_tenths_of_its_extent(node):
    box = addBox("Tumor box", node)
    bounds = np.zeros(6)
    node.GetRASBounds(bounds)
    np.testing.assert_allclose(box.GetCenter(), (bounds[::2] + bounds[1::2]) / 2)
    np.testing.assert_allclose(box.GetSize(), 0.3 * (bounds[1::2] - bounds[::2]))
    assert box.GetDisplayNode() is not None


def test_the_next_click_places_a_point_of_the_new_list(scene):
    points = addSeeds("Tumor points")
    interaction = slicer.app.applicationLogic().GetInteractionNode()
    assert slicer.modules.markups.logic().GetActiveListID() == points.GetID()
    assert interaction.GetCurrentInteractionMode() == interaction.Place
    assert points.GetNumberOfControlPoints() == 0


def test_a_second_mark_of_a_name_gets_another(node):
    assert addBox("Tumor box", node).GetName() != addBox("Tumor box", node).GetName()


def test_an_empty_tumor_is_told_from_others_as_a_tumor_is(node, scan, lump):
    segmentation, segmentId = addEmptyTumor(node)
    empty = segmentation.GetSegmentation().GetSegment(segmentId)
    filled = addSegmentation(scan, "filled", volumeNode=node)
    other = filled.GetSegmentation().GetSegment(addSegment(filled, lump, TUMOR))
    tag = slicer.vtkSegment.GetTerminologyEntryTagName()
    told = []
    for segment in (empty, other):
        entry = vtk.reference("")
        segment.GetTag(tag, entry)
        told.append((segment.GetName(), segment.GetColor(), str(entry)))
    assert told[0] == told[1]
    assert segmentation.GetNodeReference("referenceImageGeometryRef") is node


def test_a_box_appears_where_the_slices_meet_that_are_shown(scene, scan):
    volume = nodeFromVolume(scan, name="scan")
    corner = np.array([0.0, 0.0, 0.0, 1.0]) @ scan.affine.T
    target = (scan.affine @ [3.0, 4.0, 2.0, 1.0])[:3]
    slicer.vtkMRMLSliceNode.AddDefaultSliceOrientationPresets(scene)
    for orientation in ("Axial", "Coronal", "Sagittal"):
        view = scene.AddNewNodeByClass("vtkMRMLSliceNode")
        view.SetOrientation(orientation)
        view.JumpSliceByCentering(*target)
    center = np.zeros(3)
    addBox("box", volume).GetCenter(center)
    np.testing.assert_allclose(center, target, atol=1e-6)
    assert not np.allclose(center, corner[:3])


def test_slices_beside_the_scan_do_not_draw_the_box_out_of_it(scene, scan):
    volume = nodeFromVolume(scan, name="scan")
    slicer.vtkMRMLSliceNode.AddDefaultSliceOrientationPresets(scene)
    view = scene.AddNewNodeByClass("vtkMRMLSliceNode")
    view.SetOrientation("Axial")
    view.JumpSliceByCentering(0.0, 0.0, 9000.0)
    bounds, center = np.zeros(6), np.zeros(3)
    volume.GetRASBounds(bounds)
    addBox("box", volume).GetCenter(center)
    assert (bounds[0::2] <= center).all()
    assert (center <= bounds[1::2]).all()
