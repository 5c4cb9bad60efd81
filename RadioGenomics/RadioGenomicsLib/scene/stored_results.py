"""Results as they stand in a scene: marked when they are made, found again after the scene was saved and loaded."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING
from typing import Any

import numpy as np
import slicer
import vtk

from RadioGenomicsLib.report.facts import log2_unit
from RadioGenomicsLib.scene.segments import SegmentKind
from RadioGenomicsLib.scene.tables import columnFromTable

if TYPE_CHECKING:
    from RadioGenomicsLib.genes.table import GeneTable
    from RadioGenomicsLib.pipeline.result import Result
    from RadioGenomicsLib.scene.result import PredictionNodes

RESULT = "RadioGenomics.Result"
PROVENANCE = "RadioGenomics.Provenance"
_SEGMENTATION = "RadioGenomics.Segmentation"
_ATTRIBUTION = "RadioGenomics.Attribution"
_CHART = "RadioGenomics.Chart"
_SCAN = "RadioGenomics.Scan."
# Of a model's card, what a result shows of it.
_CARD = ("id", "title", "cohort", "patients", "license", "citation", "limitations")
_FACTS = {
    "panel": str,
    "reference_role": str,
    "tumor_ml": float,
    "distance": float,
    "distance_percentile": float,
    "far": bool,
    "warnings": list,
}
# Columns of the gene table that belong to the bundle, and those that belong to the prediction.
GENE_INDEX = ("symbol", "ensembl_id", "cv_r", "cv_p_adjusted", "reliable")
_TEXT = ("symbol", "ensembl_id")
PREDICTED = ("predicted_z", "predicted_log2", "interval_low", "interval_high", "percentile")


@dataclass(frozen=True)
class StoredResult:
    """One result in a scene.

    Attributes:
        geneTable: the node that carries the marks.
        facts: what :func:`markResult` wrote: model, panel, tumor_ml, distance, far, warnings …
        provenance: what the result was made with.
    """

    geneTable: slicer.vtkMRMLTableNode
    facts: dict[str, Any]
    provenance: dict[str, Any]

    @property
    def name(self) -> str:
        """What the user sees: the gene table's name without its last word."""
        return self.geneTable.GetName().replace(" RadioGenomics genes", "")

    @property
    def segmentation(self) -> slicer.vtkMRMLSegmentationNode | None:
        """Brain and tumor; None where it was removed."""
        return self.geneTable.GetNodeReference(_SEGMENTATION)

    @property
    def attribution(self) -> slicer.vtkMRMLScalarVolumeNode | None:
        """The attribution map; None where it was removed."""
        return self.geneTable.GetNodeReference(_ATTRIBUTION)

    @property
    def chart(self) -> slicer.vtkMRMLPlotChartNode | None:
        """The reliability histogram; None where it was removed."""
        return self.geneTable.GetNodeReference(_CHART)

    @property
    def scans(self) -> dict[str, slicer.vtkMRMLScalarVolumeNode]:
        """The scans that are still there, by role, the reference first."""
        table, found = self.geneTable, {}
        roles = [table.GetNthNodeReferenceRole(n) for n in range(table.GetNumberOfNodeReferenceRoles())]
        for role in (role for role in roles if role and role.startswith(_SCAN)):
            if table.GetNodeReference(role) is not None:
                found[role.removeprefix(_SCAN)] = table.GetNodeReference(role)
        first = self.facts["reference_role"]
        return dict(sorted(found.items(), key=lambda entry: entry[0] != first))

    def rows(self) -> GeneTable:
        """Return the gene table as arrays, by the names of :data:`RadioGenomicsLib.genes.table.COLUMNS`."""
        from RadioGenomicsLib.genes.table import COLUMNS

        table = self.geneTable.GetTable()
        unknown = np.full(self.geneTable.GetNumberOfRows(), np.nan)
        # A scene that was saved before a column of figures was thought of lacks it.
        return {
            column.name: columnFromTable(self.geneTable, column.name)
            if table.GetColumnByName(column.name) is not None
            else unknown
            for column in COLUMNS
        }

    def segmentId(self, kind: SegmentKind) -> str:
        """Return the id of the brain's or the tumor's segment; empty where there is none."""
        if self.segmentation is None:
            return ""
        segmentation, tag = self.segmentation.GetSegmentation(), slicer.vtkSegment.GetTerminologyEntryTagName()
        for n in range(segmentation.GetNumberOfSegments()):
            entry = vtk.reference("")
            # Slicer may add to an entry when it saves it, so the codes are compared, not the text.
            if segmentation.GetNthSegment(n).GetTag(tag, entry) and _codes(str(entry)) == _codes(kind.terminology):
                return segmentation.GetNthSegmentID(n)
        return ""


def markResult(
    result: Result, nodes: PredictionNodes, volumeNode: slicer.vtkMRMLScalarVolumeNode | None = None
) -> None:
    """Write on the gene table's node what is needed to show the result again, and where its other nodes are.

    Args:
        result: what the prediction found.
        nodes: the nodes that show it.
        volumeNode: the scan whose grid the masks are on.
    """
    prediction, table = result.prediction, nodes.geneTable
    bundle = prediction.bundle
    facts = {
        "schema": 1,
        "model": {
            "sha256": bundle.sha256,
            "log2_unit": log2_unit(prediction),
            "card": {key: bundle.card[key] for key in _CARD if key in bundle.card},
        },
        "panel": result.panel.id,
        "reference_role": result.reference_role,
        "tumor_ml": float(prediction.tumor_ml),
        "distance": float(prediction.distance),
        "distance_percentile": float(prediction.distance_percentile),
        "far": bool(prediction.far),
        "warnings": list(prediction.warnings),
    }
    table.SetAttribute(RESULT, json.dumps(facts))
    table.SetAttribute(PROVENANCE, json.dumps(prediction.provenance))
    for role, node in (
        (_SEGMENTATION, nodes.segmentation),
        (_ATTRIBUTION, nodes.attributionVolume),
        (_CHART, nodes.plotChart),
    ):
        table.SetNodeReferenceID(role, node.GetID())
    if volumeNode is not None:
        referScans(table, {result.reference_role: volumeNode})


def referScans(geneTable: slicer.vtkMRMLTableNode, volumeNodes: Mapping[str, slicer.vtkMRMLScalarVolumeNode]) -> None:
    """Let a result know its scans, by role."""
    for role, node in volumeNodes.items():
        if node is not None and node.GetScene() is geneTable.GetScene():
            geneTable.SetNodeReferenceID(f"{_SCAN}{role}", node.GetID())


def findResults(scene: slicer.vtkMRMLScene | None = None) -> list[StoredResult]:
    """Return the results of a scene, the newest last; what does not read as a result is left out."""
    scene = scene or slicer.mrmlScene
    found = []
    for n in range(scene.GetNumberOfNodesByClass("vtkMRMLTableNode")):
        node = scene.GetNthNodeByClass(n, "vtkMRMLTableNode")
        try:
            facts, provenance = json.loads(node.GetAttribute(RESULT) or ""), json.loads(node.GetAttribute(PROVENANCE))
        except (TypeError, ValueError):
            continue
        if _isWhole(facts) and isinstance(provenance, dict) and _hasColumns(node):
            found.append(StoredResult(node, facts, provenance))
    return found


def _codes(terminology: str) -> list[str]:
    return terminology.split("~")[1:3]


def _isWhole(facts: object) -> bool:
    """Tell whether nothing is missing of what is shown of a result: a scene can come from anywhere."""
    if not isinstance(facts, dict) or facts.get("schema") != 1:
        return False
    model = facts.get("model")
    card = model.get("card") if isinstance(model, dict) else None
    return (
        all(isinstance(facts.get(name), kind) for name, kind in _FACTS.items())
        and isinstance(card, dict)
        and isinstance(card.get("patients"), int)
        and all(isinstance(card.get(name), str) for name in ("id", "title", "cohort"))
    )


def _hasColumns(node: slicer.vtkMRMLTableNode) -> bool:
    table = node.GetTable()
    return all(
        isinstance(table.GetColumnByName(name), vtk.vtkStringArray if name in _TEXT else vtk.vtkDataArray)
        for name in (*GENE_INDEX, *PREDICTED)
    )
