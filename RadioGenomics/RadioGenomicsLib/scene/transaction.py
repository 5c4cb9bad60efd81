"""All or nothing: a step that fails leaves the scene as it was."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import slicer
import vtk


@contextmanager
def undoneOnFailure(scene: slicer.vtkMRMLScene) -> Iterator[None]:
    """Take out of the scene what was added inside the ``with`` block if the block raises.

    Hold it around the building of nodes only, not around long work: what the user adds meanwhile would go too.
    """
    hierarchy = slicer.vtkMRMLSubjectHierarchyNode.GetSubjectHierarchyNode(scene)
    nodesBefore = {node.GetID() for node in _nodes(scene)}
    itemsBefore = set(_items(hierarchy))
    try:
        yield
    except BaseException:
        # Items first, and without their nodes: an item whose node has gone cannot be removed any more.
        for item in reversed(_items(hierarchy)):
            if item not in itemsBefore:
                hierarchy.RemoveItem(item, False, False)
        for node in reversed(_nodes(scene)):
            if node.GetID() not in nodesBefore and scene.IsNodePresent(node):
                scene.RemoveNode(node)
        raise


def _nodes(scene: slicer.vtkMRMLScene) -> list[slicer.vtkMRMLNode]:
    return [scene.GetNthNode(n) for n in range(scene.GetNumberOfNodes())]


def _items(hierarchy: slicer.vtkMRMLSubjectHierarchyNode) -> list[int]:
    children = vtk.vtkIdList()
    hierarchy.GetItemChildren(hierarchy.GetSceneItemID(), children, True)
    return [children.GetId(n) for n in range(children.GetNumberOfIds())]
