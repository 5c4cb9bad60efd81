from __future__ import annotations

import logging
import sys

import numpy as np
import pytest

from RadioGenomicsLib import embedded
from RadioGenomicsLib.errors import DependencyError


def test_starting_twice_keeps_the_scene():
    slicer = embedded.start()
    scene = slicer.mrmlScene
    assert embedded.start() is slicer
    assert slicer.mrmlScene is scene


def test_slicer_util_reads_and_writes_segments(scene, caplog):
    slicer = embedded.start()
    volumeNode = slicer.util.addVolumeFromArray(np.zeros((4, 5, 6), np.float32))
    segmentation = scene.AddNewNodeByClass("vtkMRMLSegmentationNode")
    segmentation.SetReferenceImageGeometryParameterFromVolumeNode(volumeNode)
    segmentId = segmentation.GetSegmentation().AddEmptySegment("", "drawn")
    mask = np.zeros((4, 5, 6), np.uint8)
    mask[1:3, 2:4, 3:5] = 1
    slicer.util.updateSegmentBinaryLabelmapFromArray(mask, segmentation, segmentId, volumeNode)
    np.testing.assert_array_equal(slicer.util.arrayFromSegmentBinaryLabelmap(segmentation, segmentId, volumeNode), mask)
    assert not caplog.records


def test_a_scene_bundle_opens_again(scene, tmp_path):
    slicer = embedded.start()
    slicer.util.addVolumeFromArray(np.arange(24, dtype=np.float32).reshape(2, 3, 4), name="kept")
    assert scene.WriteToMRB(str(tmp_path / "scene.mrb"))
    scene.Clear(0)
    assert scene.ReadFromMRB(str(tmp_path / "scene.mrb"))
    assert slicer.util.arrayFromVolume(slicer.util.getNode("kept")).sum() == 276


def test_messages_of_vtk_go_to_the_log_and_not_to_the_terminal(caplog, capfd):
    import vtk

    reader = vtk.vtkXMLImageDataReader()
    reader.SetFileName("/not/there.vti")
    with caplog.at_level(logging.ERROR, "RadioGenomicsLib.embedded"):
        reader.Update()
    assert "not/there.vti" in caplog.text
    assert capfd.readouterr() == ("", "")


def test_without_slicer_core_it_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "slicer", None)
    with pytest.raises(DependencyError, match="pip install slicer-core"):
        embedded.start()
