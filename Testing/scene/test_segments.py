from __future__ import annotations

import numpy as np
import pytest
import slicer

from RadioGenomicsLib.errors import RegionError
from RadioGenomicsLib.imaging.volume import Volume
from RadioGenomicsLib.scene.segments import BRAIN
from RadioGenomicsLib.scene.segments import TUMOR
from RadioGenomicsLib.scene.segments import addSegment
from RadioGenomicsLib.scene.segments import addSegmentation
from RadioGenomicsLib.scene.segments import maskFromSegment
from RadioGenomicsLib.scene.segments import volumeOfSegmentation
from RadioGenomicsLib.scene.volumes import nodeFromVolume


def test_a_segment_comes_back_voxel_for_voxel(scene, scan, lump):
    node = addSegmentation(scan, "drawn")
    segmentId = addSegment(node, lump, TUMOR)
    np.testing.assert_array_equal(maskFromSegment(node, segmentId, scan).array, lump.array)


def test_segments_that_overlap_stay_whole(scene, scan, lump):
    node = addSegmentation(scan, "drawn")
    everything = scan.with_array(np.ones(scan.array.shape, np.uint8))
    brainId, tumorId = addSegment(node, everything, BRAIN), addSegment(node, lump, TUMOR)
    assert maskFromSegment(node, brainId, scan).array.all()
    np.testing.assert_array_equal(maskFromSegment(node, tumorId, scan).array, lump.array)


def test_a_segment_drawn_on_another_grid_stays_in_its_place(scene, scan, lump):
    node = addSegmentation(scan, "drawn")
    segmentId = addSegment(node, lump, TUMOR)
    fine = scan.affine.copy()
    fine[:3, :3] /= 2
    fine[:3, 3] = scan.ras(np.full(3, -0.25))
    finer = Volume(np.zeros(tuple(2 * n for n in scan.array.shape), np.uint8), fine)
    mask = maskFromSegment(node, segmentId, finer)

    def middle(volume: Volume) -> np.ndarray:
        return volume.ras(np.argwhere(volume.array)[:, ::-1].mean(axis=0))

    np.testing.assert_allclose(middle(mask), middle(lump), atol=0.01)
    assert mask.array.sum() * mask.voxel_ml == pytest.approx(lump.array.sum() * lump.voxel_ml, rel=0.01)


def test_a_transform_on_the_segmentation_is_followed(scene, scan, lump):
    node = addSegmentation(scan, "drawn")
    segmentId = addSegment(node, lump, TUMOR)
    step = np.eye(4)
    step[:3, 3] = scan.affine[:3, 0]
    transformNode = scene.AddNewNodeByClass("vtkMRMLLinearTransformNode")
    transformNode.SetMatrixTransformToParent(slicer.util.vtkMatrixFromArray(step))
    node.SetAndObserveTransformNodeID(transformNode.GetID())
    np.testing.assert_array_equal(maskFromSegment(node, segmentId, scan).array, np.roll(lump.array, 1, axis=2))


def test_a_segment_is_found_by_its_name_too(scene, scan, lump):
    node = addSegmentation(scan, "drawn")
    segmentId = addSegment(node, lump, TUMOR)
    node.GetSegmentation().GetSegment(segmentId).SetName("left frontal")
    assert maskFromSegment(node, "left frontal", scan).array.sum() == lump.array.sum()


def test_segments_carry_dicom_terminology(scene, scan, lump):
    node = addSegmentation(scan, "drawn")
    for kind, code in ((BRAIN, "SCT^12738006^Brain"), (TUMOR, "SCT^108369006^Neoplasm")):
        segment = node.GetSegmentation().GetSegment(addSegment(node, lump, kind))
        assert code in segment.GetTerminology()


def test_the_segmentation_names_the_scan_it_was_drawn_on(scene, scan):
    volumeNode = nodeFromVolume(scan)
    node = addSegmentation(scan, "drawn", volumeNode=volumeNode)
    role = slicer.vtkMRMLSegmentationNode.GetReferenceImageGeometryReferenceRole()
    assert node.GetNodeReferenceID(role) == volumeNode.GetID()


def test_a_segment_outside_the_scan_is_refused(scene, scan, lump):
    node = addSegmentation(scan, "drawn")
    segmentId = addSegment(node, lump, TUMOR)
    away = scan.affine.copy()
    away[:3, 3] += 500
    with pytest.raises(RegionError, match="drawn / Tumor"):
        maskFromSegment(node, segmentId, Volume(scan.array, away))


def test_an_empty_segment_is_refused(scene, scan):
    node = addSegmentation(scan, "drawn")
    segmentId = node.GetSegmentation().AddEmptySegment("", "nothing yet")
    with pytest.raises(RegionError, match="nothing yet"):
        maskFromSegment(node, segmentId, scan)
    with pytest.raises(RegionError, match="empty"):
        addSegment(node, scan.with_array(np.zeros(scan.array.shape, np.uint8)), TUMOR)


def test_an_unknown_segment_is_answered_with_those_there_are(scene, scan, lump):
    node = addSegmentation(scan, "drawn")
    addSegment(node, lump, TUMOR)
    with pytest.raises(RegionError, match="It has: Tumor"):
        maskFromSegment(node, "Edema", scan)


def test_reading_a_segment_leaves_the_scene_alone(scene, scan, lump):
    node = addSegmentation(scan, "drawn")
    segmentId = addSegment(node, lump, TUMOR)
    before = scene.GetNumberOfNodes()
    maskFromSegment(node, segmentId, scan)
    assert scene.GetNumberOfNodes() == before


def test_a_segmentation_tells_the_scan_that_it_was_drawn_on(scene, scan):
    volumeNode = nodeFromVolume(scan, name="t1c")
    assert volumeOfSegmentation(addSegmentation(scan, "drawn", volumeNode=volumeNode)) is volumeNode
    assert volumeOfSegmentation(addSegmentation(scan, "loaded")) is None


def test_a_segmentation_that_was_moved_apart_from_its_scan_does_not_follow_it(scene, scan):
    volumeNode = nodeFromVolume(scan, name="t1c")
    node = addSegmentation(scan, "drawn", volumeNode=volumeNode)
    transformNode = scene.AddNewNodeByClass("vtkMRMLLinearTransformNode")
    node.SetAndObserveTransformNodeID(transformNode.GetID())
    assert volumeOfSegmentation(node) is None
    volumeNode.SetAndObserveTransformNodeID(transformNode.GetID())
    assert volumeOfSegmentation(node) is volumeNode
