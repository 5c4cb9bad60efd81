from __future__ import annotations

import numpy as np
import pytest
import slicer

from RadioGenomicsLib.scene.display import hideMarkups
from RadioGenomicsLib.scene.display import hideOverlay
from RadioGenomicsLib.scene.display import hideResult
from RadioGenomicsLib.scene.display import jumpTo
from RadioGenomicsLib.scene.display import showOverlay
from RadioGenomicsLib.scene.display import showRegions
from RadioGenomicsLib.scene.display import showSegment
from RadioGenomicsLib.scene.display import tumorCenter
from RadioGenomicsLib.scene.marking import addSeeds
from RadioGenomicsLib.scene.segments import BRAIN
from RadioGenomicsLib.scene.segments import TUMOR


@pytest.fixture
def composites(scene):
    return [scene.AddNewNodeByClass("vtkMRMLSliceCompositeNode") for _ in range(3)]


def test_the_map_lies_over_the_scan_in_every_slice_view(composites, stored):
    showOverlay(stored.attribution, 0.4, scan=stored.scans["FLAIR"])
    for composite in composites:
        assert composite.GetForegroundVolumeID() == stored.attribution.GetID()
        assert composite.GetBackgroundVolumeID() == stored.scans["FLAIR"].GetID()
        assert composite.GetForegroundOpacity() == pytest.approx(0.4)


def test_without_a_scan_the_background_stays(composites, stored):
    scanId = stored.scans["FLAIR"].GetID()
    composites[0].SetBackgroundVolumeID(scanId)
    showOverlay(stored.attribution, 0.4)
    assert composites[0].GetBackgroundVolumeID() == scanId


def test_hiding_takes_the_map_away_and_no_other_foreground(composites, stored):
    showOverlay(stored.attribution, 0.4)
    scanId = stored.scans["FLAIR"].GetID()
    composites[1].SetForegroundVolumeID(scanId)
    hideOverlay(stored.attribution)
    assert [composite.GetForegroundVolumeID() for composite in composites] == [None, scanId, None]


def test_the_slices_have_the_point_in_their_middle(scene):
    nodes = [scene.AddNewNodeByClass("vtkMRMLSliceNode") for _ in range(2)]
    jumpTo(np.array([3.0, -4.0, 5.0]))
    for node in nodes:
        np.testing.assert_allclose(slicer.util.arrayFromVTKMatrix(node.GetSliceToRAS())[:3, 3], [3.0, -4.0, 5.0])


def test_the_middle_of_a_tumor_lies_in_it_and_a_removed_tumor_has_none(stored, lump):
    index = np.rint((np.linalg.inv(lump.affine) @ [*tumorCenter(stored), 1.0])[:3]).astype(int)
    assert lump.array[tuple(index[::-1])]
    stored.segmentation.GetSegmentation().RemoveAllSegments()
    assert tumorCenter(stored) is None


def test_the_tumor_is_filled_only_where_no_map_is_under_it(stored):
    display, tumor = stored.segmentation.GetDisplayNode(), stored.segmentId(TUMOR)
    showRegions(stored, outlineOnly=True, surfaces=False)
    assert display.GetSegmentOpacity2DFill(tumor) == 0.0
    assert display.GetSegmentOpacity2DOutline(tumor) > 0.0
    showRegions(stored, outlineOnly=False, surfaces=False)
    assert display.GetSegmentOpacity2DFill(tumor) == 1.0


def test_surfaces_are_made_and_the_brain_lets_the_tumor_be_seen(stored):
    display, closed = stored.segmentation.GetDisplayNode(), "Closed surface"
    showRegions(stored, outlineOnly=True, surfaces=True)
    assert stored.segmentation.GetSegmentation().ContainsRepresentation(closed)
    assert display.GetDisplayRepresentationName3D() == closed
    assert display.GetVisibility3D()
    assert display.GetSegmentOpacity3D(stored.segmentId(TUMOR)) == 1.0
    if brain := stored.segmentId(BRAIN):
        assert display.GetSegmentOpacity3D(brain) == pytest.approx(0.2)
    showRegions(stored, outlineOnly=True, surfaces=False)
    assert not display.GetVisibility3D()


def test_a_hidden_result_leaves_the_views_and_stays_in_the_scene(composites, stored):
    showOverlay(stored.attribution, 0.4)
    hideResult(stored)
    assert not stored.segmentation.GetDisplayNode().GetVisibility()
    assert [composite.GetForegroundVolumeID() for composite in composites] == [None] * 3
    assert stored.attribution.GetScene() is not None


def test_markups_are_hidden_and_none_is_no_fault(scene):
    points = addSeeds("points")
    hideMarkups(points)
    hideMarkups(None)
    assert not points.GetDisplayNode().GetVisibility()


def test_one_segment_is_hidden_and_the_result_that_it_belongs_to_shows_it_again(stored):
    node, display = stored.segmentation, stored.segmentation.GetDisplayNode()
    tumor, brain = stored.segmentId(TUMOR), stored.segmentId(BRAIN)
    showSegment(node, tumor, False)
    assert not display.GetSegmentVisibility(tumor)
    assert display.GetSegmentVisibility(brain)
    showSegment(node, "no such segment", False)
    showSegment(None, "", False)
    showRegions(stored, outlineOnly=True, surfaces=False)
    assert display.GetSegmentVisibility(tumor)
