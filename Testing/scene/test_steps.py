from __future__ import annotations

import numpy as np
import pytest
import slicer

from RadioGenomicsLib.errors import RegionError
from RadioGenomicsLib.imaging.volume import Volume
from RadioGenomicsLib.scene.roi import boxFromNode
from RadioGenomicsLib.scene.steps import Steps
from RadioGenomicsLib.scene.steps import maskOnGrid


def test_a_mask_on_its_own_grid_stays_as_it_is(scan, lump):
    np.testing.assert_array_equal(maskOnGrid(lump, scan).array, lump.array)


def test_a_coarse_mask_keeps_its_place_and_size_on_a_fine_grid():
    coarse = np.zeros((10, 10, 10), np.uint8)
    coarse[3:7, 3:7, 3:7] = 1
    mask = Volume(coarse, np.diag([-4.0, -4, 4, 1]), "coarse")
    fine = Volume(np.zeros((40, 40, 40), np.uint8), np.diag([-1.0, -1, 1, 1]))
    result = maskOnGrid(mask, fine)
    center = result.ras(np.argwhere(result.array)[:, ::-1].mean(axis=0))
    np.testing.assert_allclose(center, mask.ras(np.full(3, 4.5)), atol=0.5)
    assert int(result.array.sum()) == pytest.approx(int(coarse.sum()) * 64, rel=0.15)


def test_a_mask_outside_the_scan_is_refused(scan, lump):
    away = lump.affine.copy()
    away[:3, 3] += 500
    with pytest.raises(RegionError, match="lump"):
        maskOnGrid(Volume(lump.array, away, "lump"), scan)


def test_a_box_that_was_turned_cuts_along_its_own_axes(scene, scan):
    node = scene.AddNewNodeByClass("vtkMRMLMarkupsROINode")
    toWorld = np.eye(4)
    toWorld[:3, :3] = scan.affine[:3, :3] / np.array(scan.spacing)
    toWorld[:3, 3] = scan.ras(np.array([5, 4, 3]))
    node.SetSize(*(np.array([5, 3, 1]) * scan.spacing * 0.99))
    node.SetAndObserveObjectToNodeMatrix(slicer.util.vtkMatrixFromArray(toWorld))
    expected = np.zeros(scan.array.shape, np.uint8)
    expected[3:4, 3:6, 3:8] = 1
    np.testing.assert_array_equal(Steps().grow(scan, boxFromNode(node), None).array, expected)


def test_the_masks_of_several_seeds_are_joined():
    array = np.full((30, 30, 30), 10, np.float32) + np.random.default_rng(0).normal(0, 0.5, (30, 30, 30))
    array[:3] = array[-3:] = 0
    array[5:12, 5:12, 5:12] = array[18:25, 18:25, 18:25] = 60
    volume = Volume(array.astype(np.float32), np.diag([-1.0, -1, 1, 1]), "two lumps")
    seeds = np.array([volume.ras(np.full(3, 8.0)), volume.ras(np.full(3, 21.0))])
    grown = Steps().grow(volume, seeds, volume.with_array(np.ones(array.shape, np.uint8), "all")).array
    assert grown[8, 8, 8]
    assert grown[21, 21, 21]
    assert not grown[15, 15, 15]
