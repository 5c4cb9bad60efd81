from __future__ import annotations

import numpy as np
import pytest
import slicer

from RadioGenomicsLib.genes.table import Column
from RadioGenomicsLib.scene.tables import addTable
from RadioGenomicsLib.scene.tables import columnFromTable

COLUMNS = (
    Column("symbol", "Gene", "", "Its name", "text"),
    Column("note", "Note", "", "What is said of it", "text"),
    Column("level", "Level", "SD", "How much of it", "number"),
    Column("sure", "Sure", "", "Whether to believe it", "flag"),
)


@pytest.fixture
def values() -> dict[str, np.ndarray]:
    return {
        "symbol": np.array(["IDH1", "ATRX", "TP53"]),
        "note": np.array(['said "so"\tonce', "", "5' end, both"]),
        "level": np.array([0.25, np.nan, -1.5]),
        "sure": np.array([True, False, True]),
    }


def test_columns_have_types_titles_units_and_descriptions(scene, values):
    node = addTable("genes", COLUMNS, values)
    kinds = [node.GetTable().GetColumn(n).GetDataTypeAsString() for n in range(4)]
    assert kinds == ["string", "string", "double", "bit"]
    assert node.GetColumnTitle("level") == "Level"
    assert node.GetColumnUnitLabel("level") == "SD"
    assert node.GetColumnDescription("sure") == "Whether to believe it"
    assert "Research use only" in node.GetDescription()


def test_values_come_back(scene, values):
    node = addTable("genes", COLUMNS, values)
    np.testing.assert_array_equal(columnFromTable(node, "symbol"), values["symbol"])
    np.testing.assert_array_equal(columnFromTable(node, "level"), values["level"])
    np.testing.assert_array_equal(columnFromTable(node, "sure"), values["sure"])


def test_what_is_not_known_is_still_not_known_in_a_saved_scene(scene, values, tmp_path):
    addTable("genes", COLUMNS, values)
    assert scene.WriteToMRB(str(tmp_path / "scene.mrb"))
    scene.Clear(0)
    scene.ReadFromMRB(str(tmp_path / "scene.mrb"))
    node = slicer.util.getNode("genes")
    np.testing.assert_array_equal(columnFromTable(node, "level"), values["level"])
    np.testing.assert_array_equal(columnFromTable(node, "sure"), values["sure"])
    assert columnFromTable(node, "note").tolist() == ["said 'so' once", "", "5' end, both"]
    assert node.GetColumnUnitLabel("level") == "SD"


def test_all_genes_of_a_genome_fit_quickly(scene):
    count = 30000
    columns = (COLUMNS[0], COLUMNS[2])
    node = addTable("genome", columns, {"symbol": np.arange(count).astype(str), "level": np.arange(count) * 0.5})
    assert node.GetNumberOfRows() == count
