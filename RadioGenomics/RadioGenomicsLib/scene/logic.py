"""The workflow over the scene: nodes in, nodes out. Every door of the product comes through here."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import slicer

from RadioGenomicsLib.errors import Canceled
from RadioGenomicsLib.errors import ChannelError
from RadioGenomicsLib.errors import InputError
from RadioGenomicsLib.errors import RegionError
from RadioGenomicsLib.imaging.volume import Volume
from RadioGenomicsLib.progress import Progress
from RadioGenomicsLib.progress import silent
from RadioGenomicsLib.progress import within
from RadioGenomicsLib.report.facts import SYNTHETIC_HEAD
from RadioGenomicsLib.scene.outputs import refuseUsedFolder
from RadioGenomicsLib.scene.outputs import writeOutputs
from RadioGenomicsLib.scene.result import PredictionNodes
from RadioGenomicsLib.scene.result import Result
from RadioGenomicsLib.scene.result import addResult
from RadioGenomicsLib.scene.roi import boxFromNode
from RadioGenomicsLib.scene.roi import seedsFromNode
from RadioGenomicsLib.scene.segments import BRAIN
from RadioGenomicsLib.scene.segments import TUMOR
from RadioGenomicsLib.scene.segments import SegmentKind
from RadioGenomicsLib.scene.segments import addSegment
from RadioGenomicsLib.scene.segments import addSegmentation
from RadioGenomicsLib.scene.segments import maskFromSegment
from RadioGenomicsLib.scene.steps import Steps
from RadioGenomicsLib.scene.steps import maskOnGrid
from RadioGenomicsLib.scene.transaction import undoneOnFailure
from RadioGenomicsLib.scene.volumes import volumeFromNode

if TYPE_CHECKING:
    from RadioGenomicsLib.genes.panels import Panel
    from RadioGenomicsLib.model.bundle import Bundle

logger = logging.getLogger(__name__)

# In quotes: when Slicer loads this file, the classes of its loadable modules may not be there yet.
Segment = tuple["slicer.vtkMRMLSegmentationNode", str]
VolumeNodes = Mapping[str, "slicer.vtkMRMLScalarVolumeNode"]


class RadioGenomicsLogic:
    """Predict gene expression from scans in the scene.

    Inputs are never changed. Every call adds new nodes; a call that fails or is canceled adds none.

    Args:
        steps: the work between the nodes; the real one if not given.

    Example:
        >>> nodes = RadioGenomicsLogic().predict({"FLAIR": flair, "T1c": t1c}, tumor=(segmentation, "Tumor"))
        >>> nodes.geneTable.GetNumberOfRows()
    """

    def __init__(self, steps: Steps | None = None) -> None:
        self._steps = steps or Steps()

    def predict(
        self,
        volumeNodes: VolumeNodes,
        *,
        model: str = "tcga-lgg",
        brain: str | Segment | None = None,
        tumor: Segment | slicer.vtkMRMLMarkupsNode | None = None,
        panel: str = "glioma",
        device: str = "auto",
        study: str = "",
        outputFolder: Path | str | None = None,
        progress: Progress = silent,
    ) -> PredictionNodes:
        """Predict expression and show it as tables, segments, an attribution map and a chart.

        Args:
            volumeNodes: the scans by channel role ("T1", "T1c", "T2", "FLAIR", "CT").
            model: a bundle's id or folder.
            brain: a segment; "none" or a method's name; None takes the best method for the scan.
            tumor: a segment; a markups ROI around the tumor; a point list inside it; None lets the network
                propose it.
            panel: id of the marker panel that the panel table and the attribution map are about.
            device: "auto", "cpu", "cuda" or "mps".
            study: what provenance and report call the study. Names of nodes go into no file: they often hold a
                patient's name.
            outputFolder: also write the result as files into this new or empty folder.
            progress: told a fraction (0-1) and a step; cancels by raising ``Canceled``.

        Raises:
            RadioGenomicsError: one of its kinds, naming what is wrong and how to mend it.
        """
        if outputFolder is not None:
            refuseUsedFolder(Path(outputFolder))
        panels = _panels(panel)
        channels = _channels(volumeNodes)
        progress(0.02, "Loading the model")
        predictor = self._steps.load(model, device)
        brainMask = self._brainMask(channels, brain, device, within(progress, 0.05, 0.40))
        progress(0.40, "Aligning the scans")
        prepared = self._steps.study(channels, predictor, brain=brainMask)
        reference = prepared.reference
        progress(0.50, "Outlining the tumor")
        tumorMask = predictor.propose_tumor(prepared) if tumor is None else self._tumorMask(reference, tumor, brainMask)
        # The very mask that is shown is the one predicted from, so that giving it back repeats the result.
        tumorMask = maskOnGrid(tumorMask.with_array(tumorMask.array, "tumor"), reference)
        prediction = predictor.predict(
            prepared,
            tumorMask,
            panel_genes=_symbolsInModel(panels[panel], predictor.bundle),
            progress=within(progress, 0.55, 0.90),
        )
        synthetic = reference.name.startswith("synthetic")
        origins = {
            "study": study or (SYNTHETIC_HEAD if synthetic else ""),
            "synthetic": synthetic,
            "brain_from": _originOf(brain),
            "tumor_from": _originOf(tumor),
        }
        result = Result(
            prediction=replace(prediction, provenance={**prediction.provenance, **origins}),
            panel=panels[panel],
            channels=dict(prepared.placed),
            reference=reference,
            brain=None if brainMask is None else maskOnGrid(brainMask, reference),
            tumor=tumorMask,
        )
        progress(0.90, "Adding the result to the scene")
        volumeNode = volumeNodes[_roleOf(reference, channels)]
        with undoneOnFailure(slicer.mrmlScene):
            nodes = addResult(result, f"{volumeNode.GetName()} RadioGenomics", volumeNode=volumeNode)
            if outputFolder is not None:
                writeOutputs(result, panels, Path(outputFolder), progress=within(progress, 0.92, 1.0))
        # The result is there: it is too late to cancel.
        with suppress(Canceled):
            progress(1.0, "Done")
        logger.info("Predicted %d genes with %s", nodes.geneTable.GetNumberOfRows(), prediction.bundle.id)
        return nodes

    def extractBrain(
        self,
        volumeNode: slicer.vtkMRMLScalarVolumeNode,
        *,
        method: str = "auto",
        device: str = "auto",
        progress: Progress = silent,
    ) -> Segment:
        """Find the brain in an MR scan and return it as a segment of a new segmentation."""
        volume = volumeFromNode(volumeNode)
        mask = self._steps.brain({"T1": volume}, method=method, device=device, progress=progress)
        if mask is None:
            raise RegionError(volumeNode.GetName(), "there is no brain to find in it", "Choose a head MR scan.")
        return _newSegment(maskOnGrid(mask, volume), volumeNode, BRAIN)

    def proposeTumor(
        self,
        volumeNodes: VolumeNodes,
        *,
        model: str = "tcga-lgg",
        brain: str | Segment | None = None,
        device: str = "auto",
        progress: Progress = silent,
    ) -> Segment:
        """Let the network outline the tumor and return it as a segment of a new segmentation."""
        channels = _channels(volumeNodes)
        predictor = self._steps.load(model, device)
        brainMask = self._brainMask(channels, brain, device, within(progress, 0.0, 0.7))
        study = self._steps.study(channels, predictor, brain=brainMask)
        progress(0.8, "Outlining the tumor")
        mask = maskOnGrid(predictor.propose_tumor(study), study.reference)
        progress(1.0, "Done")
        return _newSegment(mask, volumeNodes[_roleOf(study.reference, channels)], TUMOR)

    def growTumor(
        self,
        volumeNode: slicer.vtkMRMLScalarVolumeNode,
        markupsNode: slicer.vtkMRMLMarkupsNode,
        *,
        inside: Segment | None = None,
        progress: Progress = silent,
    ) -> Segment:
        """Grow the tumor from placed points, or find it in an ROI box, as a segment of a new segmentation.

        Args:
            volumeNode: the scan that shows the tumor.
            markupsNode: a point list with points inside the tumor, or a markups ROI around it.
            inside: a segment (brain, lung) that the tumor may not leave.
            progress: told a fraction (0-1) and a step.
        """
        volume = volumeFromNode(volumeNode)
        progress(0.1, "Growing the tumor")
        mask = self._tumorMask(volume, markupsNode, None if inside is None else maskFromSegment(*inside, volume))
        progress(1.0, "Done")
        return _newSegment(maskOnGrid(mask, volume), volumeNode, TUMOR)

    def _brainMask(
        self, channels: dict[str, Volume], brain: str | Segment | None, device: str, progress: Progress
    ) -> Volume | None:
        if brain is None or isinstance(brain, str):
            return self._steps.brain(channels, method=brain or "auto", device=device, progress=progress)
        return maskFromSegment(*brain, next(iter(channels.values())))

    def _tumorMask(
        self, volume: Volume, tumor: Segment | slicer.vtkMRMLMarkupsNode, brainMask: Volume | None
    ) -> Volume:
        if isinstance(tumor, tuple):
            return maskFromSegment(*tumor, volume)
        inside = None if brainMask is None else maskOnGrid(brainMask, volume)
        if tumor.IsA("vtkMRMLMarkupsROINode"):
            return self._steps.grow(volume, boxFromNode(tumor), inside)
        if tumor.IsA("vtkMRMLMarkupsFiducialNode"):
            return self._steps.grow(volume, seedsFromNode(tumor), inside)
        raise RegionError(tumor.GetName(), "it cannot mark a tumor", "Give a segment, a markups ROI, or a point list.")


def _channels(volumeNodes: VolumeNodes) -> dict[str, Volume]:
    if not volumeNodes:
        raise ChannelError("the study", "no scan was given", "Choose at least the scan that the model needs.")
    return {role: volumeFromNode(node) for role, node in volumeNodes.items()}


def _roleOf(reference: Volume, channels: dict[str, Volume]) -> str:
    return next(role for role, volume in channels.items() if volume.same_grid(reference))


def _originOf(region: str | Segment | slicer.vtkMRMLMarkupsNode | None) -> str:
    """Return how a region was given, for the provenance."""
    if region is None or isinstance(region, str):
        return region or "auto"
    if isinstance(region, tuple):
        return "segment"
    if region.IsA("vtkMRMLMarkupsROINode"):
        return "box"
    return "points " + "; ".join(",".join(f"{value:.1f}" for value in seed) for seed in seedsFromNode(region))


def _panels(wanted: str) -> dict[str, Panel]:
    from RadioGenomicsLib.genes.panels import load_panels

    panels = load_panels()
    if wanted not in panels:
        raise InputError(wanted, "there is no such marker panel", f"Choose one of: {', '.join(panels)}.")
    return panels


def _symbolsInModel(panel: Panel, bundle: Bundle) -> list[str]:
    """Return the panel's genes that the model has, by the symbols the model knows them by."""
    from RadioGenomicsLib.genes.symbols import find_genes

    places = find_genes(bundle.genes.symbol, [gene.symbol for gene in panel.genes])
    return [str(bundle.genes.symbol[place]) for place in places if place >= 0]


def _newSegment(mask: Volume, volumeNode: slicer.vtkMRMLScalarVolumeNode, kind: SegmentKind) -> Segment:
    with undoneOnFailure(slicer.mrmlScene):
        node = addSegmentation(mask, f"{volumeNode.GetName()} {kind.name.lower()}", volumeNode=volumeNode)
        return node, addSegment(node, mask, kind)
