from __future__ import annotations

import json

import pytest

from RadioGenomicsLib.scene.segments import BRAIN
from RadioGenomicsLib.scene.segments import TUMOR
from RadioGenomicsLib.scene.stored_results import RESULT
from RadioGenomicsLib.scene.stored_results import findResults
from RadioGenomicsLib.scene.stored_results import referScans
from RadioGenomicsLib.scene.volumes import nodeFromVolume


def test_a_result_knows_its_nodes_and_is_named_after_its_scan(stored, scene):
    assert stored.name == "AX FLAIR"
    assert list(stored.scans) == ["FLAIR"]
    assert stored.attribution.GetName().startswith("AX FLAIR")
    assert stored.chart is not None
    assert {stored.segmentId(BRAIN), stored.segmentId(TUMOR)} == set(
        stored.segmentation.GetSegmentation().GetSegmentIDs()
    )


def test_the_reference_comes_first_among_the_scans_and_a_removed_one_is_left_out(stored, scene, scan):
    other = nodeFromVolume(scan, name="T1")
    referScans(stored.geneTable, {"T1": other, "T2": None})
    assert list(stored.scans) == ["FLAIR", "T1"]
    scene.RemoveNode(stored.scans["FLAIR"])
    assert list(stored.scans) == ["T1"]


def test_the_rows_are_those_of_the_prediction(stored, steps):
    rows = stored.rows()
    genes = steps.predictor.bundle.genes
    assert rows["symbol"].tolist() == genes.symbol.tolist()
    assert rows["reliable"].tolist() == genes.reliable.tolist()
    assert rows["predicted_z"].dtype.kind == "f"


def test_nodes_that_were_removed_are_none(stored, scene):
    for node in (stored.segmentation, stored.attribution, stored.chart):
        scene.RemoveNode(node)
    assert (stored.segmentation, stored.attribution, stored.chart) == (None, None, None)
    assert stored.segmentId(TUMOR) == ""


@pytest.mark.parametrize("name", ["model", "panel", "reference_role", "tumor_ml", "far", "warnings", "schema"])
def test_facts_that_miss_something_or_have_it_of_another_kind_are_no_result(stored, name):
    for changed in ({}, {name: ["of another kind"] if name != "warnings" else 1}):
        facts = {key: value for key, value in stored.facts.items() if key != name} | changed
        stored.geneTable.SetAttribute(RESULT, json.dumps(facts))
        assert findResults() == []


def test_a_table_with_numbers_for_names_is_no_result(stored):
    stored.geneTable.GetTable().RemoveColumnByName("symbol")
    column = stored.geneTable.GetTable().GetColumnByName("predicted_z").NewInstance()
    column.DeepCopy(stored.geneTable.GetTable().GetColumnByName("predicted_z"))
    column.SetName("symbol")
    stored.geneTable.GetTable().AddColumn(column)
    assert findResults() == []


def test_the_newest_result_is_the_last(stored, scene):
    again = scene.CopyNode(stored.geneTable)
    assert [result.geneTable for result in findResults()] == [stored.geneTable, again]
