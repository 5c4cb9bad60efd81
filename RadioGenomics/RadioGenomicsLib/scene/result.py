"""One prediction as nodes: tables, segments, attribution and chart in a folder of their own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import slicer

from RadioGenomicsLib.pipeline.result import Result
from RadioGenomicsLib.scene.attribution import addAttribution
from RadioGenomicsLib.scene.folders import addFolder
from RadioGenomicsLib.scene.folders import putInFolder
from RadioGenomicsLib.scene.plots import addReliabilityHistogram
from RadioGenomicsLib.scene.segments import BRAIN
from RadioGenomicsLib.scene.segments import TUMOR
from RadioGenomicsLib.scene.segments import addSegment
from RadioGenomicsLib.scene.segments import addSegmentation
from RadioGenomicsLib.scene.stored_results import markResult
from RadioGenomicsLib.scene.tables import addTable
from RadioGenomicsLib.scene.transaction import undoneOnFailure

if TYPE_CHECKING:
    from RadioGenomicsLib.model.prediction import Prediction


@dataclass(frozen=True)
class PredictionNodes:
    """The nodes of one result, and the prediction they show."""

    geneTable: slicer.vtkMRMLTableNode
    panelTable: slicer.vtkMRMLTableNode
    segmentation: slicer.vtkMRMLSegmentationNode
    attributionVolume: slicer.vtkMRMLScalarVolumeNode
    plotChart: slicer.vtkMRMLPlotChartNode
    folderItem: int
    prediction: Prediction


def addResult(
    result: Result,
    name: str,
    *,
    volumeNode: slicer.vtkMRMLScalarVolumeNode | None = None,
    scene: slicer.vtkMRMLScene | None = None,
) -> PredictionNodes:
    """Add the nodes of a result to a scene, all of them or none.

    Args:
        result: what the prediction found.
        name: start of every node's name; names are made unique, nothing is overwritten.
        volumeNode: the scan that the segments and the folder belong beside.
        scene: the application's scene if not given.
    """
    from RadioGenomicsLib.genes.table import COLUMNS
    from RadioGenomicsLib.genes.table import PANEL_COLUMNS
    from RadioGenomicsLib.genes.table import gene_rows
    from RadioGenomicsLib.genes.table import panel_table

    scene = scene or slicer.mrmlScene
    prediction = result.prediction
    with undoneOnFailure(scene):
        folder = addFolder(f"{name} (research use only)", beside=volumeNode, scene=scene)
        segmentation = addSegmentation(result.reference, f"{name} segments", volumeNode=volumeNode, scene=scene)
        if result.brain is not None:
            brainId = addSegment(segmentation, result.brain, BRAIN, origin=result.origin)
            segmentation.GetDisplayNode().SetSegmentOpacity2DFill(brainId, 0.0)
        addSegment(segmentation, result.tumor, TUMOR, origin=result.origin)
        geneTable = addTable(f"{name} genes", COLUMNS, gene_rows(prediction), scene=scene)
        panelTable = addTable(
            f"{name} panel {result.panel.id}", PANEL_COLUMNS, panel_table(prediction, result.panel), scene=scene
        )
        attribution = addAttribution(prediction.attribution, f"{name} attribution", scene=scene)
        genes = prediction.bundle.genes
        histogram = addReliabilityHistogram(genes.cv_r, genes.reliable, name=f"{name} reliability", scene=scene)
        putInFolder(
            folder,
            [segmentation, geneTable, panelTable, attribution, histogram.chart, histogram.table, *histogram.series],
        )
        nodes = PredictionNodes(geneTable, panelTable, segmentation, attribution, histogram.chart, folder, prediction)
        markResult(result, nodes, volumeNode)
    return nodes
