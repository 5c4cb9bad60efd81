"""The workflow over the scene: nodes in, nodes out. Console and panel come through here."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

import numpy as np
import slicer

from RadioGenomicsLib.errors import Canceled
from RadioGenomicsLib.errors import ChannelError
from RadioGenomicsLib.errors import RegionError
from RadioGenomicsLib.imaging.tumor import tumor_from_mask
from RadioGenomicsLib.imaging.volume import Volume
from RadioGenomicsLib.jobs.job import Job
from RadioGenomicsLib.pipeline.folders import refuse_used_folder
from RadioGenomicsLib.pipeline.request import Box
from RadioGenomicsLib.pipeline.request import BrainRequest
from RadioGenomicsLib.pipeline.request import PredictionRequest
from RadioGenomicsLib.pipeline.request import Request
from RadioGenomicsLib.pipeline.request import TumorRequest
from RadioGenomicsLib.pipeline.result import Region
from RadioGenomicsLib.pipeline.result import Result
from RadioGenomicsLib.pipeline.run import panels_with
from RadioGenomicsLib.pipeline.run import run
from RadioGenomicsLib.pipeline.steps import Steps
from RadioGenomicsLib.progress import Progress
from RadioGenomicsLib.progress import silent
from RadioGenomicsLib.progress import within
from RadioGenomicsLib.scene.dependencies import ensureDependencies
from RadioGenomicsLib.scene.outputs import writeOutputs
from RadioGenomicsLib.scene.result import PredictionNodes
from RadioGenomicsLib.scene.result import addResult
from RadioGenomicsLib.scene.roi import boxFromNode
from RadioGenomicsLib.scene.roi import seedsFromNode
from RadioGenomicsLib.scene.roi import volumeOfMarkups
from RadioGenomicsLib.scene.segments import BRAIN
from RadioGenomicsLib.scene.segments import TUMOR
from RadioGenomicsLib.scene.segments import addSegment
from RadioGenomicsLib.scene.segments import addSegmentation
from RadioGenomicsLib.scene.segments import drawnMask
from RadioGenomicsLib.scene.segments import maskFromSegment
from RadioGenomicsLib.scene.segments import volumeOfSegmentation
from RadioGenomicsLib.scene.transaction import undoneOnFailure
from RadioGenomicsLib.scene.volumes import maskFromVolumeNode
from RadioGenomicsLib.scene.volumes import volumeFromNode

logger = logging.getLogger(__name__)

# In quotes: when Slicer loads this file, the classes of its loadable modules may not be there yet.
Segment = tuple["slicer.vtkMRMLSegmentationNode", str]
VolumeNodes = Mapping[str, "slicer.vtkMRMLScalarVolumeNode"]


class RadioGenomicsLogic:
    """Predict gene expression from scans in the scene.

    Inputs are never changed. Every call adds new nodes; a call that fails or is canceled adds none.

    ``predict``, ``extractBrain`` and ``proposeTumor`` wait until the work is done. It is done in a child process, a
    :class:`~RadioGenomicsLib.jobs.job.Job`, so that nothing in it can end Slicer; Ctrl+C ends it. The panel, which must
    not wait, makes a request of the nodes, runs it as such a job too, and adds what comes back.

    Args:
        steps: the work between the nodes, to be done in this process; the real one, in a child process, if not given.

    Example:
        >>> nodes = RadioGenomicsLogic().predict({"FLAIR": flair, "T1c": t1c}, tumor=(segmentation, "Tumor"))
        >>> nodes.geneTable.GetNumberOfRows()
    """

    def __init__(self, steps: Steps | None = None) -> None:
        self._steps = steps

    def predict(
        self,
        volumeNodes: VolumeNodes,
        *,
        model: str = "tcga-lgg",
        brain: str | Segment | slicer.vtkMRMLScalarVolumeNode | None = None,
        tumor: Segment | slicer.vtkMRMLScalarVolumeNode | slicer.vtkMRMLMarkupsNode | None = None,
        drawnOn: str = "",
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
            brain: a segment, or a label map; "none" or a method's name; None takes the best method for the scan.
            tumor: a segment; a label map, or a scalar volume of probabilities; a markups ROI around the tumor; a
                point list inside it; None lets the network propose it.
            drawnOn: role of the scan that the tumor was drawn on, so that it follows where that scan is moved to fit
                the others; where empty, the scan that the segmentation refers to, or that was shown where the
                markups were placed.
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
            refuse_used_folder(Path(outputFolder))
        request = self.predictionRequest(
            volumeNodes,
            model=model,
            brain=brain,
            tumor=tumor,
            drawnOn=drawnOn,
            panel=panel,
            device=device,
            study=study,
        )
        ensureDependencies(within(progress, 0.0, 0.02))
        result = self._computed(request, within(progress, 0.02, 0.90))
        return self.addResult(
            result,
            volumeNodes[result.reference_role],
            outputFolder=outputFolder,
            progress=within(progress, 0.90, 1.0),
        )

    def predictionRequest(
        self,
        volumeNodes: VolumeNodes,
        *,
        model: str = "tcga-lgg",
        brain: str | Segment | slicer.vtkMRMLScalarVolumeNode | None = None,
        tumor: Segment | slicer.vtkMRMLScalarVolumeNode | slicer.vtkMRMLMarkupsNode | None = None,
        drawnOn: str = "",
        panel: str = "glioma",
        device: str = "auto",
        study: str = "",
    ) -> PredictionRequest:
        """Copy out of the scene what a prediction needs; arguments and errors as in :meth:`predict`."""
        panels_with(panel)
        return PredictionRequest(
            channels=_channels(volumeNodes),
            model=model,
            brain=_brain(brain),
            tumor=None if tumor is None else _tumor(tumor),
            panel=panel,
            device=device,
            study=study,
            brain_on=_drawnOn(brain, volumeNodes),
            tumor_on=drawnOn or _drawnOn(tumor, volumeNodes),
        )

    def tumorRequest(
        self,
        volumeNodes: VolumeNodes,
        *,
        model: str = "tcga-lgg",
        brain: str | Segment | slicer.vtkMRMLScalarVolumeNode | None = None,
        tumor: slicer.vtkMRMLMarkupsNode | None = None,
        device: str = "auto",
    ) -> TumorRequest:
        """Copy out of the scene what outlining the tumor needs; arguments and errors as in :meth:`predict`."""
        return TumorRequest(
            channels=_channels(volumeNodes),
            model=model,
            brain=_brain(brain),
            tumor=None if tumor is None else _marked(tumor),
            device=device,
            brain_on=_drawnOn(brain, volumeNodes),
            tumor_on=_drawnOn(tumor, volumeNodes),
        )

    def brainRequest(
        self, volumeNode: slicer.vtkMRMLScalarVolumeNode, *, method: str = "auto", device: str = "auto"
    ) -> BrainRequest:
        """Copy out of the scene what finding the brain in an MR scan needs."""
        return BrainRequest(_scan(volumeNode, "scan"), method, device)

    def addResult(
        self,
        result: Result,
        volumeNode: slicer.vtkMRMLScalarVolumeNode | None = None,
        *,
        outputFolder: Path | str | None = None,
        progress: Progress = silent,
    ) -> PredictionNodes:
        """Show a result as nodes, all of them or none.

        Args:
            result: what the prediction found.
            volumeNode: the scan of the role ``result.reference_role``, which the nodes are named after and belong
                beside; None where it has gone.
            outputFolder: also write the result as files into this new or empty folder.
            progress: told a fraction (0-1) and a step; cancels by raising ``Canceled``.
        """
        progress(0.0, "Adding the result to the scene")
        name = f"{result.origin}RadioGenomics" if volumeNode is None else f"{volumeNode.GetName()} RadioGenomics"
        with undoneOnFailure(slicer.mrmlScene):
            nodes = addResult(result, name, volumeNode=volumeNode)
            if outputFolder is not None:
                panels = panels_with(result.panel.id)
                writeOutputs(result, panels, Path(outputFolder), progress=within(progress, 0.2, 1.0))
        # The result is there: it is too late to cancel.
        with suppress(Canceled):
            progress(1.0, "Done")
        logger.info("Predicted %d genes with %s", nodes.geneTable.GetNumberOfRows(), result.prediction.bundle.id)
        return nodes

    def addRegion(self, region: Region, volumeNode: slicer.vtkMRMLScalarVolumeNode | None = None) -> Segment:
        """Show a brain or tumor as a segment of a new segmentation.

        Args:
            region: what was found.
            volumeNode: the scan of the role ``region.role``; None where it has gone.
        """
        kind = BRAIN if region.kind == "brain" else TUMOR
        name = kind.name if volumeNode is None else f"{volumeNode.GetName()} {kind.name.lower()}"
        with undoneOnFailure(slicer.mrmlScene):
            node = addSegmentation(region.mask, name, volumeNode=volumeNode)
            return node, addSegment(node, region.mask, kind)

    def extractBrain(
        self,
        volumeNode: slicer.vtkMRMLScalarVolumeNode,
        *,
        method: str = "auto",
        device: str = "auto",
        progress: Progress = silent,
    ) -> Segment:
        """Find the brain in an MR scan and return it as a segment of a new segmentation."""
        request = self.brainRequest(volumeNode, method=method, device=device)
        ensureDependencies()
        return self.addRegion(self._computed(request, progress), volumeNode)

    def proposeTumor(
        self,
        volumeNodes: VolumeNodes,
        *,
        model: str = "tcga-lgg",
        brain: str | Segment | slicer.vtkMRMLScalarVolumeNode | None = None,
        device: str = "auto",
        progress: Progress = silent,
    ) -> Segment:
        """Let the network outline the tumor and return it as a segment of a new segmentation."""
        request = self.tumorRequest(volumeNodes, model=model, brain=brain, device=device)
        ensureDependencies()
        region = self._computed(request, progress)
        return self.addRegion(region, volumeNodes[region.role])

    def growTumor(
        self,
        volumeNode: slicer.vtkMRMLScalarVolumeNode,
        markupsNode: slicer.vtkMRMLMarkupsNode,
        *,
        inside: Segment | None = None,
        progress: Progress = silent,
    ) -> Segment:
        """Grow the tumor from placed points, or take all that lies in an ROI box, as a segment of a new segmentation.

        Args:
            volumeNode: the scan that shows the tumor.
            markupsNode: a point list with points inside the tumor, or a markups ROI around it.
            inside: a segment (brain, lung) that the tumor may not leave.
            progress: told a fraction (0-1) and a step.
        """
        volume = volumeFromNode(volumeNode)
        progress(0.1, "Growing the tumor")
        allowed = None if inside is None else maskFromSegment(*inside, volume)
        mask = (self._steps or Steps()).grow(volume, _marked(markupsNode), allowed)
        progress(1.0, "Done")
        return self.addRegion(Region("tumor", tumor_from_mask(mask, volume), "", "markups"), volumeNode)

    def _computed(self, request: Request, progress: Progress) -> Result | Region:
        if self._steps is not None:
            return run(request, self._steps, progress)
        with Job.start(request, Path(slicer.app.temporaryPath)) as job:
            return job.wait(progress)


def _channels(volumeNodes: VolumeNodes) -> dict[str, Volume]:
    if not volumeNodes:
        raise ChannelError("the study", "no scan was given", "Choose at least the scan that the model needs.")
    return {role: _scan(node, role) for role, node in volumeNodes.items()}


def _scan(node: slicer.vtkMRMLScalarVolumeNode, role: str) -> Volume:
    """Return a scan under its role's name: the node's often holds a patient's name, and names get into reports."""
    volume = volumeFromNode(node)
    return volume.with_array(volume.array, f"synthetic {role}" if volume.name.startswith("synthetic") else role)


def _brain(brain: str | Segment | slicer.vtkMRMLScalarVolumeNode | None) -> str | Volume:
    return brain or "auto" if brain is None or isinstance(brain, str) else _mask(brain)


def _tumor(tumor: Segment | slicer.vtkMRMLScalarVolumeNode | slicer.vtkMRMLMarkupsNode) -> Volume | np.ndarray | Box:
    isMask = isinstance(tumor, tuple) or tumor.IsA("vtkMRMLScalarVolumeNode")
    return _mask(tumor) if isMask else _marked(tumor)


def _mask(region: Segment | slicer.vtkMRMLScalarVolumeNode) -> Volume:
    return drawnMask(*region) if isinstance(region, tuple) else maskFromVolumeNode(region)


def _drawnOn(
    region: str | Segment | slicer.vtkMRMLScalarVolumeNode | slicer.vtkMRMLMarkupsNode | None, volumeNodes: VolumeNodes
) -> str:
    """Return the role of the scan that a segment or markups were drawn on; empty where the scene does not tell."""
    if region is None or isinstance(region, str):
        return ""
    drawnOn = volumeOfSegmentation(region[0]) if isinstance(region, tuple) else volumeOfMarkups(region)
    return next((role for role, node in volumeNodes.items() if node is drawnOn), "")


def _marked(markupsNode: slicer.vtkMRMLMarkupsNode) -> np.ndarray | Box:
    if markupsNode.IsA("vtkMRMLMarkupsROINode"):
        return boxFromNode(markupsNode)
    if markupsNode.IsA("vtkMRMLMarkupsFiducialNode"):
        return seedsFromNode(markupsNode)
    raise RegionError(
        markupsNode.GetName(), "it cannot mark a tumor", "Give a segment, a markups ROI, or a point list."
    )
