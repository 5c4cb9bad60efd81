"""What the panel shows of results, and does with them; view and job are doubles."""

from __future__ import annotations

import numpy as np
import pytest
import slicer

from RadioGenomicsLib.errors import InputError
from RadioGenomicsLib.scene.segments import TUMOR
from RadioGenomicsLib.scene.segments import addSegment
from RadioGenomicsLib.scene.segments import addSegmentation
from Testing.panel_doubles import choices
from Testing.scene.panel.doubles import predict


def test_the_chart_is_as_wide_as_the_panel_and_drawn_anew_when_the_module_is_opened(presenter, view, flair):
    chosen = choices()
    presenter.setParameters(chosen)
    predict(presenter)
    assert 'width="400"' in view.told_showChart[0]
    view.chartWidth = lambda: 500.0
    presenter.setParameters(chosen)
    assert 'width="500"' in view.told_showChart[0]


def test_a_result_is_found_again_in_a_loaded_scene(presenter, view, flair, scene, tmp_path):
    from RadioGenomicsLib.panel import exports

    presenter.setParameters(choices())
    predict(presenter)
    before = presenter.results.shown.rows()
    assert scene.WriteToMRB(str(tmp_path / "scene.mrb"))
    presenter.closeScene()
    scene.Clear(0)
    assert view.told_showSummary == ("",)
    scene.ReadFromMRB(str(tmp_path / "scene.mrb"))
    presenter.setParameters(choices())
    stored = presenter.results.shown
    for name, column in stored.rows().items():
        # Slicer's table files keep six digits.
        check = np.testing.assert_allclose if column.dtype.kind == "f" else np.testing.assert_array_equal
        check(column, before[name], **({"rtol": 1e-5} if column.dtype.kind == "f" else {}))
        assert column.dtype.kind == before[name].dtype.kind
    assert list(stored.scans) == ["FLAIR"]
    assert stored.attribution is not None
    assert stored.segmentId(TUMOR)
    exports.writeReport(presenter.results.shown, tmp_path / "report.html")
    assert "stand-in model" in (tmp_path / "report.html").read_text(encoding="utf-8")
    exports.writeAll(presenter.results.shown, tmp_path / "all")
    assert {"gene_table.csv", "report.html", "scene.mrb"} <= {path.name for path in (tmp_path / "all").iterdir()}


def test_a_removed_result_gives_way_to_what_is_left(presenter, flair, scene):
    presenter.setParameters(choices())
    predict(presenter)
    predict(presenter)
    scene.RemoveNode(presenter.results.shown.geneTable)
    presenter.nodesChanged()
    assert presenter.results.count == 1
    scene.RemoveNode(presenter.results.shown.geneTable)
    presenter.nodesChanged()
    assert presenter.results.shown is None


def test_the_overlay_follows_the_choice_and_leaves_other_foregrounds_alone(presenter, flair, scene):
    composite = scene.AddNewNodeByClass("vtkMRMLSliceCompositeNode")
    chosen = choices(overlayOpacity=0.3)
    presenter.setParameters(chosen)
    predict(presenter)
    attribution = presenter.results.shown.attribution
    assert composite.GetForegroundVolumeID() == attribution.GetID()
    assert composite.GetBackgroundVolumeID() == flair.GetID()
    assert composite.GetForegroundOpacity() == pytest.approx(0.3)
    chosen.overlayShown = False
    presenter.update()
    assert composite.GetForegroundVolumeID() is None
    composite.SetForegroundVolumeID(flair.GetID())
    presenter.results.updateOverlay()
    assert composite.GetForegroundVolumeID() == flair.GetID()


def test_the_slices_go_to_the_tumor(presenter, flair, scene):
    sliceNode = scene.AddNewNodeByClass("vtkMRMLSliceNode")
    presenter.setParameters(choices())
    predict(presenter)
    matrix = slicer.util.arrayFromVTKMatrix(sliceNode.GetSliceToRAS())
    center = presenter.results.shown.segmentation.GetSegmentCenterRAS(presenter.results.shown.segmentId(TUMOR))
    np.testing.assert_allclose(matrix[:3, 3], center, atol=1e-6)


def test_genes_are_searched_and_sorted_and_the_chart_says_why_some_are_gray(presenter, view, flair):
    chosen = choices()
    presenter.setParameters(chosen)
    predict(presenter)
    presenter.results.search("IDH1")
    assert [row.cells[0] for row in view.told_showGenes[0].rows] == ["IDH1"]
    presenter.results.search("")
    chosen.reliableOnly = True
    presenter.update()
    assert all(row.reliable for row in view.told_showGenes[0].rows)
    svg, hints = view.told_showChart
    assert "IDH1" in svg
    assert "prefers-color-scheme" not in svg
    rows = presenter.results.shown.rows()
    # The first four genes are of the panel.
    assert {hint.partition(":")[0] for hint in hints} == set(rows["symbol"][:4][~rows["reliable"][:4]])


def test_coming_back_to_the_module_keeps_search_and_order(presenter, view, flair):
    chosen = choices()
    presenter.setParameters(chosen)
    predict(presenter)
    presenter.results.sortBy(0)
    presenter.results.search("GENE1")
    shown = view.told_showGenes
    presenter.setParameters(chosen)
    assert view.told_showGenes is shown


def test_the_summary_names_model_cohort_warnings_and_research_use(presenter, view, flair):
    presenter.setParameters(choices())
    predict(presenter)
    (html,) = view.told_showSummary
    for text in ("Stand-in model", "of none", "stand-in model", "Research use only", "Ran on: CPU"):
        assert text in html


def test_a_damaged_result_in_a_scene_is_no_result(scene, presenter, view):
    for text in ("{}", "[]", "no json", '{"schema": 1}'):
        scene.AddNewNodeByClass("vtkMRMLTableNode").SetAttribute("RadioGenomics.Result", text)
    presenter.setParameters(choices())
    assert presenter.results.count == 0


def test_a_report_of_what_is_no_longer_there_is_refused_in_plain_words(presenter, flair, scene, tmp_path):
    from RadioGenomicsLib.panel import exports

    presenter.setParameters(choices())
    predict(presenter)
    scene.RemoveNode(flair)
    with pytest.raises(InputError, match="no longer in the scene"):
        exports.writeReport(presenter.results.shown, tmp_path / "report.html")
    exports.writeGenes(presenter.results.shown, tmp_path / "genes.csv")
    assert (tmp_path / "genes.csv").read_text(encoding="utf-8").count("\n") == 41


def test_a_result_that_the_console_made_is_noticed_shown_and_centered(presenter, view, flair, steps):
    from RadioGenomicsLib.scene.logic import RadioGenomicsLogic

    chosen = choices()
    presenter.setParameters(chosen)
    predict(presenter)
    centered = view.centered
    nodes = RadioGenomicsLogic(steps).predict({"FLAIR": flair})
    presenter.nodesChanged()
    assert presenter.results.count == 2
    assert presenter.results.shown.geneTable is nodes.geneTable is chosen.result
    assert view.centered == centered + 1
    # Nothing new: what the user looks at stays.
    presenter.nodesChanged()
    assert view.centered == centered + 1


def test_only_the_chosen_result_is_in_the_views(presenter, flair):
    presenter.setParameters(choices())
    predict(presenter)
    first = presenter.results.shown
    predict(presenter)
    assert not first.segmentation.GetDisplayNode().GetVisibility()
    assert presenter.results.shown.segmentation.GetDisplayNode().GetVisibility()
    presenter.results.choose(0)
    assert first.segmentation.GetDisplayNode().GetVisibility()
    assert not presenter.results._results[1].segmentation.GetDisplayNode().GetVisibility()


def test_the_fill_of_the_tumor_gives_way_to_the_map_and_comes_back(presenter, flair):
    chosen = choices()
    presenter.setParameters(chosen)
    predict(presenter)
    stored = presenter.results.shown
    display, tumor = stored.segmentation.GetDisplayNode(), stored.segmentId(TUMOR)
    assert display.GetSegmentOpacity2DFill(tumor) == 0.0
    chosen.overlayShown = False
    presenter.update()
    assert display.GetSegmentOpacity2DFill(tumor) == 1.0


def test_surfaces_are_shown_after_a_run_and_as_chosen(presenter, flair):
    chosen = choices()
    presenter.setParameters(chosen)
    predict(presenter)
    display = presenter.results.shown.segmentation.GetDisplayNode()
    assert display.GetVisibility3D()
    chosen.surfacesShown = False
    presenter.update()
    assert not display.GetVisibility3D()


def test_the_segment_that_a_result_was_made_from_does_not_cover_its_map(presenter, scan, lump, flair):
    from RadioGenomicsLib.panel.parameters import TumorSource

    drawn = addSegmentation(scan, "drawn", volumeNode=flair)
    mine, other = (addSegment(drawn, lump, TUMOR) for _ in range(2))
    chosen = choices(flair=flair, tumorSource=TumorSource.SEGMENT, tumorSegmentation=drawn, tumorSegmentID=mine)
    presenter.setParameters(chosen)
    predict(presenter)
    display = drawn.GetDisplayNode()
    assert not display.GetSegmentVisibility(mine)
    assert display.GetSegmentVisibility(other)
    shown = presenter.results.shown
    assert shown.segmentation.GetDisplayNode().GetSegmentVisibility(shown.segmentId(TUMOR))
