from __future__ import annotations

import numpy as np
import pytest
import slicer

from RadioGenomicsLib.scene.segments import maskFromSegment
from RadioGenomicsLib.scene.studies import addStudy
from Testing.scene.conftest import folderItems
from Testing.scene.conftest import nodeIds


def test_scans_and_tumor_are_in_one_folder_under_the_studys_name(scene, scan, lump):
    flair = scan.with_array(scan.array, "FLAIR")
    nodes, (segmentation, segmentId) = addStudy("P1: a glioma", {"FLAIR": flair}, lump)
    assert nodes["FLAIR"].GetName() == "P1 FLAIR"
    hierarchy = slicer.vtkMRMLSubjectHierarchyNode.GetSubjectHierarchyNode(scene)
    folders = {hierarchy.GetItemParent(hierarchy.GetItemByDataNode(node)) for node in (nodes["FLAIR"], segmentation)}
    assert [hierarchy.GetItemName(folder) for folder in folders] == ["P1: a glioma"]
    np.testing.assert_array_equal(maskFromSegment(segmentation, segmentId, flair).array, lump.array)


def test_without_a_tumor_there_is_no_segmentation(scene, scan):
    nodes, tumor = addStudy("P1", {"T1": scan})
    assert list(nodes) == ["T1"]
    assert tumor is None
    assert scene.GetNumberOfNodesByClass("vtkMRMLSegmentationNode") == 0


def test_a_made_up_scan_keeps_the_name_that_says_so(scene, scan):
    nodes, _tumor = addStudy("Phantom", {"FLAIR": scan.with_array(scan.array, "synthetic FLAIR")})
    assert nodes["FLAIR"].GetName() == "synthetic FLAIR"


def test_a_study_that_fails_leaves_nothing(scene, scan, lump):
    before, items = nodeIds(scene), folderItems(scene)
    with pytest.raises(AttributeError):
        addStudy("P1", {"FLAIR": scan, "T1": None}, lump)
    assert (nodeIds(scene), folderItems(scene)) == (before, items)
