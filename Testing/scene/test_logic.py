from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
import slicer

from RadioGenomicsLib.errors import Canceled
from RadioGenomicsLib.errors import ChannelError
from RadioGenomicsLib.errors import InputError
from RadioGenomicsLib.errors import OutputError
from RadioGenomicsLib.errors import RegionError
from RadioGenomicsLib.jobs.job import Job
from RadioGenomicsLib.pipeline.request import Box
from RadioGenomicsLib.pipeline.request import BrainRequest
from RadioGenomicsLib.pipeline.request import PredictionRequest
from RadioGenomicsLib.pipeline.request import TumorRequest
from RadioGenomicsLib.pipeline.run import run
from RadioGenomicsLib.scene.logic import RadioGenomicsLogic
from RadioGenomicsLib.scene.segments import TUMOR
from RadioGenomicsLib.scene.segments import addSegment
from RadioGenomicsLib.scene.segments import addSegmentation
from RadioGenomicsLib.scene.segments import maskFromSegment
from RadioGenomicsLib.scene.tables import columnFromTable
from RadioGenomicsLib.scene.volumes import nodeFromVolume
from RadioGenomicsLib.scene.volumes import volumeFromNode
from Testing.scene.conftest import folderItems
from Testing.scene.conftest import nodeIds


@pytest.fixture
def flair(scene, scan):
    return nodeFromVolume(scan, name="flair")


@pytest.fixture
def logic(steps) -> RadioGenomicsLogic:
    return RadioGenomicsLogic(steps)


def test_a_prediction_arrives_as_nodes(logic, flair, scan):
    nodes = logic.predict({"FLAIR": flair})
    prediction = nodes.prediction
    np.testing.assert_allclose(columnFromTable(nodes.geneTable, "predicted_z"), prediction.predicted_z)
    assert nodes.geneTable.GetColumnUnitLabel("predicted_z") == "SD"
    assert "IDH1" in columnFromTable(nodes.panelTable, "symbol")
    assert volumeFromNode(nodes.attributionVolume).same_grid(scan)
    assert nodes.plotChart.GetNumberOfPlotSeriesNodes() == 2
    names = [nodes.segmentation.GetSegmentation().GetNthSegment(n).GetName() for n in range(2)]
    assert names == ["Brain", "Tumor"]
    assert json.loads(nodes.geneTable.GetAttribute("RadioGenomics.Provenance"))["bundle"]["id"] == "stand-in"


def test_everything_lies_in_one_folder_that_says_research_use_only(logic, flair, scene):
    nodes = logic.predict({"FLAIR": flair})
    hierarchy = slicer.vtkMRMLSubjectHierarchyNode.GetSubjectHierarchyNode(scene)
    assert "research use only" in hierarchy.GetItemName(nodes.folderItem)
    for node in (nodes.geneTable, nodes.panelTable, nodes.segmentation, nodes.attributionVolume, nodes.plotChart):
        assert hierarchy.GetItemParent(hierarchy.GetItemByDataNode(node)) == nodes.folderItem


def test_a_second_run_adds_a_second_result(logic, flair):
    first, second = logic.predict({"FLAIR": flair}), logic.predict({"FLAIR": flair})
    for attribute in ("geneTable", "panelTable", "segmentation", "attributionVolume", "plotChart"):
        one, other = getattr(first, attribute), getattr(second, attribute)
        assert one is not other
        assert one.GetName() != other.GetName()
    assert first.folderItem != second.folderItem


def test_inputs_are_left_alone(logic, flair, scan):
    before = flair.GetMTime()
    logic.predict({"FLAIR": flair})
    np.testing.assert_array_equal(slicer.util.arrayFromVolume(flair), scan.array)
    assert flair.GetName() == "flair"
    assert flair.GetMTime() == before


def test_the_segment_that_was_given_is_predicted_from(logic, steps, flair, scan, lump):
    drawn = addSegmentation(scan, "drawn")
    nodes = logic.predict({"FLAIR": flair}, tumor=(drawn, addSegment(drawn, lump, TUMOR)))
    np.testing.assert_array_equal(steps.predictor.tumors[0].array, lump.array)
    np.testing.assert_array_equal(maskFromSegment(nodes.segmentation, "Tumor", scan).array, lump.array)


def test_giving_a_proposal_back_predicts_from_the_same_voxels(logic, steps, flair):
    nodes = logic.predict({"FLAIR": flair})
    logic.predict({"FLAIR": flair}, tumor=(nodes.segmentation, "Tumor"))
    np.testing.assert_array_equal(steps.predictor.tumors[0].array, steps.predictor.tumors[1].array)


def test_a_point_and_a_box_become_segments(logic, steps, scene, flair):
    point = scene.AddNewNodeByClass("vtkMRMLMarkupsFiducialNode")
    point.AddControlPoint(1, 2, 3)
    box = scene.AddNewNodeByClass("vtkMRMLMarkupsROINode")
    box.SetCenter(1, 2, 3)
    box.SetSize(4, 5, 6)
    for markups in (point, box):
        nodes = logic.predict({"FLAIR": flair}, tumor=markups)
        assert nodes.segmentation.GetSegmentation().GetSegmentIdBySegmentName("Tumor")
    np.testing.assert_allclose(steps.grown[0], [(1, 2, 3)])
    assert isinstance(steps.grown[1], Box)


def test_without_a_brain_there_is_no_brain_segment(logic, flair):
    nodes = logic.predict({"FLAIR": flair}, brain="none")
    assert nodes.segmentation.GetSegmentation().GetNumberOfSegments() == 1


def test_only_the_panels_genes_that_the_model_has_are_explained(logic, steps, flair, monkeypatch):
    asked = []
    answer = steps.predictor.predict
    monkeypatch.setattr(
        steps.predictor, "predict", lambda *a, **k: (asked.extend(k["panel_genes"]), answer(*a, **k))[1]
    )
    logic.predict({"FLAIR": flair})
    assert "IDH1" in asked
    assert set(asked) <= set(steps.predictor.bundle.genes.symbol)


def test_provenance_says_where_brain_and_tumor_came_from(logic, scene, flair):
    point = scene.AddNewNodeByClass("vtkMRMLMarkupsFiducialNode")
    point.AddControlPoint(1, 2, 3)
    nodes = logic.predict({"FLAIR": flair}, brain="none", tumor=point, study="synthetic head")
    provenance = nodes.prediction.provenance
    assert provenance["brain_from"] == "none"
    assert provenance["tumor_from"] == "points 1.0,2.0,3.0"
    assert provenance["study"] == "synthetic head"
    provenance = logic.predict({"FLAIR": flair}).prediction.provenance
    assert provenance["brain_from"] == "stand-in"
    assert provenance["tumor_from"] == "network outline"


def test_progress_runs_from_start_to_end(logic, flair):
    told = []
    logic.predict({"FLAIR": flair}, progress=lambda fraction, step: told.append(fraction))
    assert told == sorted(told)
    assert told[-1] == 1.0


@pytest.mark.parametrize("limit", [0.0, 0.3, 0.6, 0.905])
def test_canceling_leaves_the_scene_as_it_was(logic, flair, scene, limit, tmp_path):
    nodes, items = nodeIds(scene), folderItems(scene)

    def cancel(fraction: float, step: str) -> None:
        if fraction >= limit:
            raise Canceled(step)

    with pytest.raises(Canceled):
        logic.predict({"FLAIR": flair}, outputFolder=tmp_path / "out", progress=cancel)
    assert nodeIds(scene) == nodes
    assert folderItems(scene) == items
    assert not list(tmp_path.iterdir())


def test_a_failure_midway_leaves_the_scene_as_it_was(logic, steps, flair, scene, monkeypatch):
    nodes = nodeIds(scene)
    answer = steps.predictor.predict

    def broken(*arguments, **options):
        return replace(answer(*arguments, **options), attribution=None)

    monkeypatch.setattr(steps.predictor, "predict", broken)
    with pytest.raises(AttributeError):
        logic.predict({"FLAIR": flair})
    assert nodeIds(scene) == nodes


def test_a_used_output_folder_is_refused_before_any_work(logic, steps, flair, tmp_path):
    (tmp_path / "mine.txt").write_text("keep")
    with pytest.raises(OutputError, match="not empty"):
        logic.predict({"FLAIR": flair}, outputFolder=tmp_path)
    assert not steps.predictor.tumors


def test_no_scan_no_panel_and_no_marker_are_refused_by_name(logic, flair, scene):
    with pytest.raises(ChannelError, match="no scan"):
        logic.predict({})
    with pytest.raises(InputError, match="astrology"):
        logic.predict({"FLAIR": flair}, panel="astrology")
    line = scene.AddNewNodeByClass("vtkMRMLMarkupsLineNode", "ruler")
    with pytest.raises(RegionError, match="ruler"):
        logic.predict({"FLAIR": flair}, tumor=line)


def test_brain_and_tumor_can_be_had_alone(logic, flair, scene, scan):
    point = scene.AddNewNodeByClass("vtkMRMLMarkupsFiducialNode")
    point.AddControlPoint(1, 2, 3)
    brain = logic.extractBrain(flair)
    proposal = logic.proposeTumor({"FLAIR": flair})
    grown = logic.growTumor(flair, point, inside=brain)
    for (node, segmentId), name in ((brain, "Brain"), (proposal, "Tumor"), (grown, "Tumor")):
        assert node.GetSegmentation().GetSegment(segmentId).GetName() == name
        assert maskFromSegment(node, segmentId, scan).array.any()
    assert len({brain[0].GetID(), proposal[0].GetID(), grown[0].GetID()}) == 3


def test_a_request_carries_roles_and_no_name_of_a_node(logic, scene, scan):
    node = nodeFromVolume(scan, name="DOE^JANE flair")
    request = logic.predictionRequest({"FLAIR": node}, study="study 1")
    assert request.channels["FLAIR"].name == "FLAIR"
    np.testing.assert_array_equal(request.channels["FLAIR"].array, scan.array)
    made_up = logic.brainRequest(nodeFromVolume(scan, name="synthetic T1"))
    assert made_up.scan.name.startswith("synthetic")


def test_a_request_keeps_a_segment_on_the_grid_it_was_drawn_on(logic, flair, lump):
    fine = np.kron(lump.array, np.ones((2, 2, 2), np.uint8))
    affine = lump.affine @ np.diag([0.5, 0.5, 0.5, 1.0])
    affine[:3, 3] -= lump.affine[:3, :3] @ np.full(3, 0.25)
    drawn = addSegmentation(lump, "drawn")
    segment = drawn, addSegment(drawn, replace(lump, array=fine, affine=affine), TUMOR)
    mask = logic.predictionRequest({"FLAIR": flair}, tumor=segment).tumor
    inside = mask.ras(np.argwhere(mask.array)[:, ::-1])
    assert len(inside) == fine.sum()
    np.testing.assert_allclose(inside.mean(axis=0), lump.ras(np.argwhere(lump.array)[:, ::-1]).mean(axis=0), atol=1e-4)


def test_a_result_can_be_shown_after_its_scan_has_gone(logic, steps, flair, scene):
    result = run(logic.predictionRequest({"FLAIR": flair}), steps)
    scene.RemoveNode(flair)
    nodes = logic.addResult(result)
    assert nodes.geneTable.GetName() == "RadioGenomics genes"
    assert nodes.segmentation.GetSegmentation().GetNumberOfSegments() == 2


def test_regions_come_back_as_segments_beside_their_scan(logic, steps, flair, scan):
    for request, name in ((logic.brainRequest(flair), "Brain"), (logic.tumorRequest({"FLAIR": flair}), "Tumor")):
        region = run(request, steps)
        node, segmentId = logic.addRegion(region, flair)
        assert node.GetName() == f"flair {name.lower()}"
        np.testing.assert_array_equal(maskFromSegment(node, segmentId, scan).array, region.mask.array)


class JobInPlace:
    """In place of a child process: the same work here, when it is waited for."""

    def __init__(self, request, steps, interrupted: bool) -> None:
        self.request, self._steps, self._interrupted, self.ended = request, steps, interrupted, False

    def __enter__(self):
        return self

    def __exit__(self, *_exception) -> None:
        self.ended = True

    def wait(self, progress):
        if self._interrupted:
            raise KeyboardInterrupt
        return run(self.request, self._steps, progress)


@pytest.mark.parametrize("interrupted", [False, True])
def test_the_console_has_a_child_process_do_the_work(steps, flair, scene, monkeypatch, interrupted):
    jobs: list[JobInPlace] = []

    def start(request, folder):
        assert folder.is_dir()
        jobs.append(JobInPlace(request, steps, interrupted))
        return jobs[-1]

    monkeypatch.setattr(Job, "start", start)
    before = nodeIds(scene)
    calls = [
        lambda logic: logic.predict({"FLAIR": flair}),
        lambda logic: logic.extractBrain(flair),
        lambda logic: logic.proposeTumor({"FLAIR": flair}),
    ]
    for call in calls:
        if interrupted:
            with pytest.raises(KeyboardInterrupt):
                call(RadioGenomicsLogic())
        else:
            call(RadioGenomicsLogic())
    assert [type(job.request) for job in jobs] == [PredictionRequest, BrainRequest, TumorRequest]
    assert all(job.ended for job in jobs)
    assert (nodeIds(scene) == before) is interrupted


def test_regions_are_asked_for_on_the_scans_that_they_were_drawn_on(logic, flair, scan, lump, scene):
    t1c = nodeFromVolume(scan, name="t1c")
    drawn = addSegmentation(scan, "drawn", volumeNode=t1c)
    tumor = (drawn, addSegment(drawn, lump, TUMOR))
    scans = {"FLAIR": flair, "T1c": t1c}
    request = logic.predictionRequest(scans, brain=tumor, tumor=tumor)
    assert (request.brain_on, request.tumor_on) == ("T1c", "T1c")
    assert logic.predictionRequest(scans, tumor=tumor, drawnOn="FLAIR").tumor_on == "FLAIR"
    points = scene.AddNewNodeByClass("vtkMRMLMarkupsFiducialNode")
    points.AddControlPoint(1, 2, 3)
    assert logic.predictionRequest(scans, tumor=points).tumor_on == ""
    points.SetNthControlPointAssociatedNodeID(0, t1c.GetID())
    assert logic.predictionRequest(scans, tumor=points).tumor_on == "T1c"
    assert logic.tumorRequest(scans, tumor=points).tumor_on == "T1c"


def test_a_label_map_is_taken_for_a_region(logic, flair, lump):
    request = logic.predictionRequest({"FLAIR": flair}, brain=nodeFromVolume(lump), tumor=nodeFromVolume(lump))
    np.testing.assert_array_equal(request.tumor.array, lump.array)
    np.testing.assert_array_equal(request.brain.array, lump.array)
    assert (request.brain_on, request.tumor_on) == ("", "")
