from __future__ import annotations

import slicer

from RadioGenomicsLib.scene.folders import addFolder
from RadioGenomicsLib.scene.folders import putInFolder


def test_nodes_are_in_their_folder(scene):
    node = scene.AddNewNodeByClass("vtkMRMLTableNode")
    folder = addFolder("result")
    putInFolder(folder, [node])
    hierarchy = slicer.vtkMRMLSubjectHierarchyNode.GetSubjectHierarchyNode(scene)
    assert hierarchy.GetItemParent(hierarchy.GetItemByDataNode(node)) == folder


def test_a_folder_goes_beside_the_scan_in_its_study(scene):
    hierarchy = slicer.vtkMRMLSubjectHierarchyNode.GetSubjectHierarchyNode(scene)
    study = hierarchy.CreateStudyItem(hierarchy.GetSceneItemID(), "study")
    volumeNode = scene.AddNewNodeByClass("vtkMRMLScalarVolumeNode")
    putInFolder(study, [volumeNode])
    assert hierarchy.GetItemParent(addFolder("result", beside=volumeNode)) == study


def test_a_second_folder_of_a_name_gets_another(scene):
    hierarchy = slicer.vtkMRMLSubjectHierarchyNode.GetSubjectHierarchyNode(scene)
    assert hierarchy.GetItemName(addFolder("result")) != hierarchy.GetItemName(addFolder("result"))
