from __future__ import annotations

import json
import zipfile

import numpy as np
import pytest
import slicer

from RadioGenomicsLib.errors import OutputError
from RadioGenomicsLib.imaging.mask_file import read_mask
from RadioGenomicsLib.imaging.reading import read_volume
from RadioGenomicsLib.scene import outputs
from RadioGenomicsLib.scene.display import tumorCenter
from RadioGenomicsLib.scene.logic import RadioGenomicsLogic
from RadioGenomicsLib.scene.outputs import writeSegment
from RadioGenomicsLib.scene.segments import TUMOR
from RadioGenomicsLib.scene.segments import maskFromSegment
from RadioGenomicsLib.scene.stored_results import findResults
from RadioGenomicsLib.scene.tables import columnFromTable
from RadioGenomicsLib.scene.volumes import nodeFromVolume
from RadioGenomicsLib.scene.volumes import volumeFromNode
from Testing.scene.conftest import nodeIds


@pytest.fixture
def written(scene, scan, steps, tmp_path):
    """A whole output folder, of a scan whose node is named after a patient."""
    node = nodeFromVolume(scan, name="DOE^JANE flair")
    nodes = RadioGenomicsLogic(steps).predict({"FLAIR": node}, outputFolder=tmp_path / "result")
    return tmp_path / "result", nodes


def test_every_file_is_there(written):
    folder, _ = written
    names = {path.name for path in folder.iterdir()}
    assert {
        "gene_table.csv",
        "panels.csv",
        "prediction.json",
        "report.html",
        "brain.seg.nrrd",
        "tumor.seg.nrrd",
        "attribution.nrrd",
        "scene.mrb",
    } <= names
    assert [path.name for path in folder.parent.iterdir()] == ["result"]


def test_masks_and_map_lie_where_the_scan_lies(written, scan):
    folder, nodes = written
    tumor = read_mask(folder / "tumor.seg.nrrd")
    shown = maskFromSegment(nodes.segmentation, "Tumor", scan)

    def middle(volume):
        return volume.ras(np.argwhere(volume.array)[:, ::-1].mean(axis=0))

    np.testing.assert_allclose(middle(tumor), middle(shown), atol=1e-3)
    assert tumor.array.sum() == shown.array.sum()
    assert read_volume(folder / "attribution.nrrd").same_grid(scan, tolerance_mm=1e-2)


def test_the_scene_opens_with_the_whole_result(written, scene, scan):
    folder, nodes = written
    z = nodes.prediction.predicted_z
    scene.Clear(0)
    assert scene.ReadFromMRB(str(folder / "scene.mrb"))
    # Slicer's reader may turn the slices of a left-handed grid round; every voxel has to stay in its place.
    flair = volumeFromNode(slicer.util.getNode("FLAIR"))
    i, j, k = np.rint(flair.ijk(scan.ras(np.array([2, 4, 7])))).astype(int)
    assert flair.array[k, j, i] == scan.array[7, 4, 2]
    segmentation = slicer.util.getNode("RadioGenomics segments")
    assert maskFromSegment(segmentation, "Tumor", scan).array.any()
    np.testing.assert_allclose(columnFromTable(slicer.util.getNode("RadioGenomics genes"), "predicted_z"), z, atol=1e-5)
    assert slicer.util.getNode("RadioGenomics reliability").GetNumberOfPlotSeriesNodes() == 2
    hierarchy = slicer.vtkMRMLSubjectHierarchyNode.GetSubjectHierarchyNode(scene)
    parent = hierarchy.GetItemParent(hierarchy.GetItemByDataNode(segmentation))
    assert "research use only" in hierarchy.GetItemName(parent)


def test_no_name_of_a_node_gets_into_a_file(written):
    folder, _ = written
    with zipfile.ZipFile(folder / "scene.mrb") as bundle:
        contents = b"".join(bundle.read(name) for name in bundle.namelist())
        assert b"DOE" not in contents + "".join(bundle.namelist()).encode()
    for path in folder.glob("*.*"):
        assert b"DOE^JANE" not in path.read_bytes(), path.name


def test_provenance_is_written(written):
    folder, _ = written
    text = (folder / "prediction.json").read_text(encoding="utf-8")
    assert "stand-in" in text
    json.loads(text)


def test_what_else_is_open_stays_out_of_the_bundle(scene, scan, steps, tmp_path):
    nodeFromVolume(scan, name="another patient")
    node = nodeFromVolume(scan, name="flair")
    RadioGenomicsLogic(steps).predict({"FLAIR": node}, outputFolder=tmp_path / "result")
    with zipfile.ZipFile(tmp_path / "result" / "scene.mrb") as bundle:
        assert not [name for name in bundle.namelist() if "another" in name]


def test_writing_a_segment_adds_nothing_to_the_open_scene(scene, lump, tmp_path):
    before = nodeIds(scene)
    writeSegment(lump, TUMOR, tmp_path / "tumor.seg.nrrd")
    assert nodeIds(scene) == before
    np.testing.assert_array_equal(read_mask(tmp_path / "tumor.seg.nrrd").array.sum(), lump.array.sum())


def test_an_empty_folder_may_be_filled(scene, scan, steps, tmp_path):
    (tmp_path / "result").mkdir()
    node = nodeFromVolume(scan)
    RadioGenomicsLogic(steps).predict({"FLAIR": node}, outputFolder=tmp_path / "result")
    assert (tmp_path / "result" / "scene.mrb").stat().st_size > 0


def test_a_place_that_cannot_be_written_leaves_no_nodes(scene, scan, steps, tmp_path):
    node = nodeFromVolume(scan)
    (tmp_path / "file").write_text("not a folder")
    before = nodeIds(scene)
    with pytest.raises(OutputError):
        RadioGenomicsLogic(steps).predict({"FLAIR": node}, outputFolder=tmp_path / "file" / "result")
    assert nodeIds(scene) == before


def test_a_failure_at_the_last_file_leaves_neither_folder_nor_nodes(scene, scan, steps, tmp_path, monkeypatch):
    def full(result, path):
        raise OutputError(path, "the disk is full", "Free some space.")

    monkeypatch.setattr(outputs, "writeScene", full)
    node = nodeFromVolume(scan)
    before = nodeIds(scene)
    with pytest.raises(OutputError, match="the disk is full"):
        RadioGenomicsLogic(steps).predict({"FLAIR": node}, outputFolder=tmp_path / "result")
    assert nodeIds(scene) == before
    assert not list(tmp_path.iterdir())


def test_a_synthetic_head_is_called_so_in_every_output(scene, scan, steps, tmp_path):
    node = nodeFromVolume(scan.with_array(scan.array, "synthetic FLAIR"))
    RadioGenomicsLogic(steps).predict({"FLAIR": node}, outputFolder=tmp_path / "result")
    folder = tmp_path / "result"
    assert "Synthetic head" in (folder / "SYNTHETIC.txt").read_text(encoding="utf-8")
    assert json.loads((folder / "prediction.json").read_text(encoding="utf-8"))["provenance"]["synthetic"] is True
    for name in ("report.html", "attribution.nrrd", "brain.seg.nrrd", "tumor.seg.nrrd", "charts/glioma.svg"):
        assert b"synthetic" in (folder / name).read_bytes().lower(), name
    assert read_mask(folder / "tumor.seg.nrrd#Tumor").array.any()
    scene.Clear(0)
    assert scene.ReadFromMRB(str(folder / "scene.mrb"))
    for name in ("FLAIR", "RadioGenomics genes", "RadioGenomics segments", "RadioGenomics attribution"):
        assert scene.GetFirstNodeByName(f"synthetic {name}") is not None


def test_the_written_scene_opens_on_the_tumor(written, scene):
    folder, _ = written
    scene.Clear(0)
    assert scene.ReadFromMRB(str(folder / "scene.mrb"))
    [stored] = findResults(scene)
    for name in ("Red", "Green", "Yellow"):
        view = scene.GetSingletonNode(name, "vtkMRMLSliceNode")
        composite = scene.GetSingletonNode(name, "vtkMRMLSliceCompositeNode")
        assert scene.GetNodeByID(composite.GetBackgroundVolumeID()).GetName() == "FLAIR"
        assert composite.GetForegroundVolumeID() == stored.attribution.GetID()
        place = slicer.util.arrayFromVTKMatrix(view.GetSliceToRAS())[:3, 3]
        np.testing.assert_allclose(place, tumorCenter(stored), atol=1e-3)
        scene.RemoveNode(view)
        scene.RemoveNode(composite)


def test_the_header_of_the_map_says_what_it_is(written):
    folder, _ = written
    header = (folder / "attribution.nrrd").read_bytes().split(b"\n\n")[0].decode()
    assert "Research use only" in header
    assert "synthetic" not in header


def test_the_map_can_be_found_by_its_name(written):
    _, nodes = written
    assert slicer.util.getNode(nodes.attributionVolume.GetName()) is nodes.attributionVolume
