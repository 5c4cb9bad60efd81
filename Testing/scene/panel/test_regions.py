"""Brain and tumor in the panel: proposed, extracted, boxed, pointed at, drawn; view and job are doubles."""

from __future__ import annotations

import numpy as np
import slicer

from RadioGenomicsLib.scene.segments import TUMOR
from RadioGenomicsLib.scene.segments import addSegment
from RadioGenomicsLib.scene.segments import addSegmentation
from Testing.panel_doubles import choices


def test_a_proposal_becomes_a_segment_that_is_chosen(presenter, view, flair):
    from RadioGenomicsLib.panel.parameters import TumorSource

    chosen = choices()
    presenter.setParameters(chosen)
    presenter.regions.outlineTumor(marked=False)
    while presenter.run.busy:
        presenter.run.poll()
    assert view.errors == []
    assert chosen.tumorSource == TumorSource.SEGMENT
    assert chosen.tumorSegmentation.GetSegmentation().GetSegment(chosen.tumorSegmentID).GetName() == "Tumor"
    assert view.sections["tumor"].complete


def test_an_extracted_brain_becomes_a_segment_that_is_chosen(presenter, view, flair):
    from RadioGenomicsLib.panel.parameters import BrainSource

    chosen = choices()
    presenter.setParameters(chosen)
    presenter.regions.extractBrain()
    while presenter.run.busy:
        presenter.run.poll()
    assert view.errors == []
    assert chosen.brainSource == BrainSource.SEGMENT
    assert chosen.brainSegmentID


def test_a_box_lies_in_the_scan_and_points_are_placed_by_the_next_click(presenter, view, flair):
    from RadioGenomicsLib.panel.parameters import TumorSource

    chosen = choices()
    presenter.setParameters(chosen)
    presenter.regions.placeBox()
    bounds, inside = np.zeros(6), np.zeros(6)
    flair.GetRASBounds(bounds)
    chosen.tumorMarkups.GetRASBounds(inside)
    assert (bounds[::2] < inside[::2]).all()
    assert (inside[1::2] < bounds[1::2]).all()
    assert chosen.tumorSource == TumorSource.MARKUPS
    presenter.regions.placePoint()
    assert chosen.tumorMarkups.IsA("vtkMRMLMarkupsFiducialNode")
    assert slicer.modules.markups.logic().GetActiveListID() == chosen.tumorMarkups.GetID()
    interaction = slicer.app.applicationLogic().GetInteractionNode()
    assert interaction.GetCurrentInteractionMode() == interaction.Place
    points = chosen.tumorMarkups
    presenter.regions.placePoint()
    assert chosen.tumorMarkups is points


def test_the_segment_editor_opens_on_the_chosen_segment_or_on_a_new_one(presenter, view, flair, scan, lump):
    chosen = choices()
    presenter.setParameters(chosen)
    presenter.regions.editTumor()
    (node, segmentId), background = view.edited[-1]
    assert background is flair
    assert node.GetSegmentation().GetSegment(segmentId).GetName() == "Tumor"
    drawn = addSegmentation(scan, "drawn", volumeNode=flair)
    chosen.tumorSegmentation, chosen.tumorSegmentID = drawn, addSegment(drawn, lump, TUMOR)
    presenter.regions.editTumor()
    assert view.edited[-1][0] == (drawn, chosen.tumorSegmentID)


def visible(segmentation, segmentId) -> bool:
    return bool(segmentation.GetDisplayNode().GetSegmentVisibility(segmentId))


def test_points_and_box_take_each_others_place_in_the_views(presenter, flair):
    chosen = choices()
    presenter.setParameters(chosen)
    presenter.regions.placeBox()
    box = chosen.tumorMarkups
    assert box.GetDisplayNode().GetVisibility()
    presenter.regions.placePoint()
    points = chosen.tumorMarkups
    assert not box.GetDisplayNode().GetVisibility()
    presenter.regions.placeBox()
    assert not points.GetDisplayNode().GetVisibility()
    assert chosen.tumorMarkups.GetDisplayNode().GetVisibility()


def test_a_new_outline_takes_the_place_of_the_one_before_and_editing_shows_it_again(presenter, view, flair):
    chosen = choices()
    presenter.setParameters(chosen)
    outlines = []
    for _ in range(2):
        presenter.regions.outlineTumor(marked=False)
        while presenter.run.busy:
            presenter.run.poll()
        outlines.append((chosen.tumorSegmentation, chosen.tumorSegmentID))
    assert view.errors == []
    assert [visible(*outline) for outline in outlines] == [False, True]
    chosen.tumorSegmentation, chosen.tumorSegmentID = outlines[0]
    presenter.regions.editTumor()
    assert visible(*outlines[0])
