from __future__ import annotations

import numpy as np
import pytest
import slicer
import vtk

from RadioGenomicsLib.errors import GeometryError
from RadioGenomicsLib.errors import InputError
from RadioGenomicsLib.errors import RegionError
from RadioGenomicsLib.imaging.volume import Volume
from RadioGenomicsLib.scene.volumes import maskFromVolumeNode
from RadioGenomicsLib.scene.volumes import nodeFromVolume
from RadioGenomicsLib.scene.volumes import volumeFromNode


def addTransform(scene, matrix: np.ndarray, parent=None):
    node = scene.AddNewNodeByClass("vtkMRMLLinearTransformNode")
    node.SetMatrixTransformToParent(slicer.util.vtkMatrixFromArray(matrix))
    if parent is not None:
        node.SetAndObserveTransformNodeID(parent.GetID())
    return node


def test_a_scan_comes_back_from_the_scene_where_it_was(scene, scan):
    node = nodeFromVolume(scan)
    back = volumeFromNode(node)
    np.testing.assert_array_equal(back.array, scan.array)
    np.testing.assert_allclose(back.affine, scan.affine, atol=1e-9)


def test_slicer_sees_every_voxel_where_the_volume_has_it(scene, scan):
    node = nodeFromVolume(scan)
    toRAS = vtk.vtkMatrix4x4()
    node.GetIJKToRASMatrix(toRAS)
    point = toRAS.MultiplyPoint((3, 4, 5, 1))[:3]
    np.testing.assert_allclose(point, scan.ras(np.array([3, 4, 5])), atol=1e-9)
    assert node.GetImageData().GetScalarComponentAsDouble(3, 4, 5, 0) == scan.array[5, 4, 3]


def test_nested_transforms_move_the_scan_and_change_no_voxel(scene, scan):
    node = nodeFromVolume(scan)
    outer = np.array([[0.0, -1, 0, 5], [1, 0, 0, -7], [0, 0, 1, 2], [0, 0, 0, 1]])
    inner = np.eye(4)
    inner[:3, 3] = (1, 2, 3)
    node.SetAndObserveTransformNodeID(addTransform(scene, inner, addTransform(scene, outer)).GetID())
    moved = volumeFromNode(node)
    np.testing.assert_array_equal(moved.array, scan.array)
    np.testing.assert_allclose(moved.affine, outer @ inner @ scan.affine, atol=1e-9)


def test_a_warp_is_hardened_on_a_copy(scene):
    blob = np.zeros((40, 40, 40), np.float32)
    blob[18:21, 18:21, 18:21] = 100
    node = nodeFromVolume(Volume(blob, np.diag([-2.0, -2.0, 2.0, 1.0]), "blob"))
    warp = vtk.vtkThinPlateSplineTransform()
    source, target = vtk.vtkPoints(), vtk.vtkPoints()
    for point in np.array([[0, 0, 0], [-80, 0, 0], [0, -80, 0], [0, 0, 80], [-80, -80, 80]], float):
        source.InsertNextPoint(point)
        target.InsertNextPoint(point + (10, 0, 0))
    warp.SetSourceLandmarks(source)
    warp.SetTargetLandmarks(target)
    warp.SetBasisToR()
    transformNode = scene.AddNewNodeByClass("vtkMRMLTransformNode")
    transformNode.SetAndObserveTransformToParent(warp)
    node.SetAndObserveTransformNodeID(transformNode.GetID())
    before = scene.GetNumberOfNodes()
    warped = volumeFromNode(node)
    np.testing.assert_allclose(
        warped.ras(np.argwhere(warped.array > 50)[:, ::-1].mean(axis=0)), (-38 + 10, -38, 38), atol=0.5
    )
    assert scene.GetNumberOfNodes() == before
    np.testing.assert_array_equal(slicer.util.arrayFromVolume(node), blob)


def test_the_volume_is_a_copy(scene, scan):
    node = nodeFromVolume(scan)
    volume = volumeFromNode(node)
    slicer.util.arrayFromVolume(node)[:] = 0
    np.testing.assert_array_equal(volume.array, scan.array)


def test_a_name_in_use_gets_a_number(scene, scan):
    assert nodeFromVolume(scan).GetName() == "scan"
    assert nodeFromVolume(scan).GetName() != "scan"


def test_a_label_map_is_no_scan(scene, scan):
    node = slicer.util.addVolumeFromArray(np.ones((2, 3, 4), np.uint8), nodeClassName="vtkMRMLLabelMapVolumeNode")
    with pytest.raises(InputError, match="label map"):
        volumeFromNode(node)


def test_an_empty_node_is_refused_by_its_name(scene):
    node = scene.AddNewNodeByClass("vtkMRMLScalarVolumeNode", "hollow")
    with pytest.raises(InputError, match="hollow: it has no image data"):
        volumeFromNode(node)


def test_a_color_image_is_refused(scene):
    node = slicer.util.addVolumeFromArray(np.ones((2, 3, 4, 3), np.uint8), nodeClassName="vtkMRMLVectorVolumeNode")
    with pytest.raises(InputError, match="3 components"):
        volumeFromNode(node)


def test_a_shearing_transform_is_refused(scene, scan):
    node = nodeFromVolume(scan)
    shear = np.eye(4)
    shear[0, 1] = 0.3
    node.SetAndObserveTransformNodeID(addTransform(scene, shear).GetID())
    with pytest.raises(GeometryError, match="right angles"):
        volumeFromNode(node)


def test_a_label_map_is_a_mask_in_world_space(scene, scan, lump):
    node = nodeFromVolume(lump.with_array(lump.array * np.uint8(7)))
    mask = maskFromVolumeNode(node)
    np.testing.assert_array_equal(mask.array, lump.array)
    assert mask.same_grid(scan)
    assert mask.notes == ()


def test_probabilities_are_cut_at_a_half_and_labels_are_asked_for(scene, lump):
    soft = nodeFromVolume(lump.with_array(np.where(lump.array > 0, 0.9, 0.2).astype(np.float32)))
    mask = maskFromVolumeNode(soft)
    np.testing.assert_array_equal(mask.array, lump.array)
    assert "above 0.5 counts as inside" in mask.notes[0]
    several = lump.array.copy()
    several[0] = 2
    with pytest.raises(InputError, match=r"it holds 2 labels .* Import it as a segmentation"):
        maskFromVolumeNode(nodeFromVolume(lump.with_array(several)))
    with pytest.raises(RegionError, match="it is empty"):
        maskFromVolumeNode(nodeFromVolume(lump.with_array(np.zeros_like(lump.array))))
