from __future__ import annotations

import numpy as np

from RadioGenomicsLib.scene.plots import addReliabilityHistogram
from RadioGenomicsLib.scene.tables import columnFromTable


def test_every_known_gene_is_counted_once(scene):
    cvR = np.array([-0.93, 0.0, 0.26, 0.27, 1.0, np.nan])
    reliable = np.array([False, False, True, False, True, True])
    nodes = addReliabilityHistogram(cvR, reliable, name="reliability")
    assert columnFromTable(nodes.table, "all").sum() == 5
    assert columnFromTable(nodes.table, "reliable").sum() == 2


def test_the_chart_finds_its_table(scene):
    nodes = addReliabilityHistogram(np.array([0.1, 0.2]), np.array([True, False]), name="reliability")
    assert nodes.chart.GetNumberOfPlotSeriesNodes() == 2
    for series in nodes.series:
        assert series.GetTableNode() is nodes.table
        assert nodes.table.GetTable().GetColumnByName(series.GetXColumnName()) is not None
        assert nodes.table.GetTable().GetColumnByName(series.GetYColumnName()) is not None


def test_a_model_without_scores_gives_an_empty_chart(scene):
    nodes = addReliabilityHistogram(np.full(3, np.nan), np.zeros(3, bool), name="reliability")
    assert nodes.table.GetNumberOfRows() == 0
