"""The folder in the subject hierarchy that holds the nodes of one result."""

from __future__ import annotations

from collections.abc import Iterable

import slicer


def addFolder(
    name: str,
    *,
    beside: slicer.vtkMRMLNode | None = None,
    scene: slicer.vtkMRMLScene | None = None,
) -> int:
    """Add a folder and return its item id.

    Args:
        name: the folder's name, made unique in its parent.
        beside: a node whose study or folder it goes into; the top of the tree if not given.
        scene: the application's scene if not given.
    """
    hierarchy = slicer.vtkMRMLSubjectHierarchyNode.GetSubjectHierarchyNode(scene or slicer.mrmlScene)
    parent = hierarchy.GetSceneItemID()
    item = hierarchy.GetItemByDataNode(beside) if beside is not None else hierarchy.GetInvalidItemID()
    if item != hierarchy.GetInvalidItemID():
        parent = hierarchy.GetItemParent(item)
    return hierarchy.CreateFolderItem(parent, hierarchy.GenerateUniqueItemName(name))


def putInFolder(folder: int, nodes: Iterable[slicer.vtkMRMLNode]) -> None:
    """Move nodes into a folder."""
    for node in nodes:
        hierarchy = slicer.vtkMRMLSubjectHierarchyNode.GetSubjectHierarchyNode(node.GetScene())
        item = hierarchy.GetItemByDataNode(node)
        # The application makes the item when the node is added; outside it, nobody does.
        if item == hierarchy.GetInvalidItemID():
            hierarchy.CreateItem(folder, node)
        else:
            hierarchy.SetItemParent(item, folder)
