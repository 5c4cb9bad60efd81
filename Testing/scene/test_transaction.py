from __future__ import annotations

import pytest

from RadioGenomicsLib.scene.folders import addFolder
from RadioGenomicsLib.scene.folders import putInFolder
from RadioGenomicsLib.scene.transaction import undoneOnFailure
from RadioGenomicsLib.scene.volumes import nodeFromVolume
from Testing.scene.conftest import folderItems
from Testing.scene.conftest import nodeIds


def test_a_failure_takes_back_nodes_and_folders(scene, scan):
    nodeFromVolume(scan)
    addFolder("kept")
    nodes, items = nodeIds(scene), folderItems(scene)
    with pytest.raises(ValueError, match="midway"), undoneOnFailure(scene):
        putInFolder(addFolder("gone"), [nodeFromVolume(scan), nodeFromVolume(scan)])
        raise ValueError("midway")
    assert nodeIds(scene) == nodes
    assert folderItems(scene) == items


def test_success_keeps_what_was_added(scene, scan):
    with undoneOnFailure(scene):
        node = nodeFromVolume(scan)
    assert scene.IsNodePresent(node)
