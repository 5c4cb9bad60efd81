from __future__ import annotations

import numpy as np
import slicer

from RadioGenomicsLib.pipeline.steps import Steps
from RadioGenomicsLib.scene.roi import boxFromNode


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
