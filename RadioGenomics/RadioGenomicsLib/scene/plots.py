"""Plot nodes: how well the genes of a model are predicted."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import slicer

from RadioGenomicsLib.report.facts import RESEARCH_USE
from RadioGenomicsLib.scene.tables import addTable


@dataclass(frozen=True)
class _Column:
    name: str
    title: str
    unit: str
    description: str


_COLUMNS = (
    _Column("cv_r", "Cross-validated r", "", "Middle of the bin of the cross-validated correlation"),
    _Column("all", "All genes", "genes", "Genes of the model in the bin"),
    _Column("reliable", "Reliable genes", "genes", "Genes in the bin that pass the test for multiple genes"),
)
_COLORS = {"all": (0.62, 0.66, 0.71), "reliable": (0.13, 0.47, 0.71)}
_BIN_WIDTH = 0.05


@dataclass(frozen=True)
class HistogramNodes:
    """The nodes of one histogram."""

    chart: slicer.vtkMRMLPlotChartNode
    table: slicer.vtkMRMLTableNode
    series: tuple[slicer.vtkMRMLPlotSeriesNode, ...]


def addReliabilityHistogram(
    cvR: np.ndarray,
    reliable: np.ndarray,
    *,
    name: str,
    scene: slicer.vtkMRMLScene | None = None,
) -> HistogramNodes:
    """Add a chart of how many genes reach which cross-validated correlation.

    Args:
        cvR: cross-validated correlation ``[genes]``; genes with NaN are left out.
        reliable: truth values ``[genes]``.
        name: what the nodes are called, made unique in the scene.
        scene: the application's scene if not given.
    """
    scene = scene or slicer.mrmlScene
    known = np.isfinite(cvR)
    edges = np.linspace(-1.0, 1.0, round(2.0 / _BIN_WIDTH) + 1)
    counts = {
        "all": np.histogram(cvR[known], edges)[0],
        "reliable": np.histogram(cvR[known & np.asarray(reliable, dtype=bool)], edges)[0],
    }
    filled = np.flatnonzero(counts["all"])
    shown = slice(filled[0], filled[-1] + 1) if filled.size else slice(0, 0)
    values = {"cv_r": ((edges[:-1] + edges[1:]) / 2)[shown], **{key: count[shown] for key, count in counts.items()}}

    table = addTable(f"{name} histogram", _COLUMNS, values, scene=scene)
    chart = scene.AddNewNodeByClass("vtkMRMLPlotChartNode", scene.GenerateUniqueName(name))
    chart.SetTitle("Cross-validated correlation of the model's genes")
    chart.SetDescription(RESEARCH_USE)
    chart.SetXAxisTitle("cross-validated r")
    chart.SetYAxisTitle("genes")
    series = tuple(_addSeries(column, table, chart) for column in _COLUMNS[1:])
    return HistogramNodes(chart, table, series)


def _addSeries(
    column: _Column, table: slicer.vtkMRMLTableNode, chart: slicer.vtkMRMLPlotChartNode
) -> slicer.vtkMRMLPlotSeriesNode:
    scene = table.GetScene()
    node = scene.AddNewNodeByClass("vtkMRMLPlotSeriesNode", scene.GenerateUniqueName(column.title))
    node.SetAndObserveTableNodeID(table.GetID())
    node.SetXColumnName("cv_r")
    node.SetYColumnName(column.name)
    node.SetPlotType(slicer.vtkMRMLPlotSeriesNode.PlotTypeScatterBar)
    node.SetColor(*_COLORS[column.name])
    chart.AddAndObservePlotSeriesNodeID(node.GetID())
    return node
