"""The RadioGenomics module: what Slicer loads at start. The work is done in RadioGenomicsLib."""

from __future__ import annotations

import json
import sys

import slicer
import vtk
from slicer.i18n import tr as _
from slicer.i18n import translate
from slicer.ScriptedLoadableModule import ScriptedLoadableModule
from slicer.ScriptedLoadableModule import ScriptedLoadableModuleLogic
from slicer.ScriptedLoadableModule import ScriptedLoadableModuleTest
from slicer.ScriptedLoadableModule import ScriptedLoadableModuleWidget
from slicer.util import VTKObservationMixin

from RadioGenomicsLib.resources import resource_path
from RadioGenomicsLib.scene.logic import RadioGenomicsLogic as _SceneLogic


class RadioGenomics(ScriptedLoadableModule):
    """Metadata of the module."""

    def __init__(self, parent: object) -> None:
        super().__init__(parent)
        self.parent.title = _("RadioGenomics")
        self.parent.categories = [translate("qSlicerAbstractCoreModule", "Quantification")]
        self.parent.dependencies = []
        self.parent.contributors = ["RadioGenomics contributors"]
        self.parent.helpText = _(
            "Predict the gene expression of a glioma from its MRI: a table of predicted mRNA levels with intervals "
            "and cross-validated reliability, marker panels, and an attribution map. Research use only."
        )
        self.parent.acknowledgementText = _(
            "The shipped model was trained on TCGA-LGG images and expression data (The Cancer Imaging Archive and "
            "The Cancer Genome Atlas)."
        )
        slicer.app.connect("startupCompleted()", registerSampleData)


def registerSampleData() -> None:
    """Offer the samples of Resources/SampleData.json in the Sample Data module."""
    import SampleData

    for sample in json.loads(resource_path("SampleData.json").read_text(encoding="utf-8"))["samples"]:
        files = sample["files"]
        SampleData.SampleDataLogic.registerCustomSampleDataSource(
            category="RadioGenomics",
            sampleName=sample["title"],
            uris=[file["url"] for file in files],
            fileNames=[f"{sample['id']}-{file['name']}" for file in files],
            nodeNames=[f"{sample['id']} {file['role']}" for file in files],
            checksums=[f"SHA256:{file['sha256']}" for file in files],
            loadFileTypes=["SegmentationFile" if file["role"] == "tumor" else "VolumeFile" for file in files],
        )


class RadioGenomicsWidget(ScriptedLoadableModuleWidget, VTKObservationMixin):
    """The shell of the panel: its life cycle. What it does is in RadioGenomicsLib/panel."""

    def __init__(self, parent: object = None) -> None:
        ScriptedLoadableModuleWidget.__init__(self, parent)
        VTKObservationMixin.__init__(self)
        self.logic: RadioGenomicsLogic | None = None
        self.panel = None

    def setup(self) -> None:
        """Build the panel the first time the module is opened."""
        from RadioGenomicsLib.panel.widget import RadioGenomicsPanel

        super().setup()
        uiWidget = slicer.util.loadUI(self.resourcePath("UI/RadioGenomics.ui"))
        self.layout.addWidget(uiWidget)
        uiWidget.setMRMLScene(slicer.mrmlScene)
        self.logic = RadioGenomicsLogic()
        self.panel = RadioGenomicsPanel(slicer.util.childWidgetVariables(uiWidget), self.logic)
        self.addObserver(slicer.mrmlScene, slicer.mrmlScene.StartCloseEvent, self.onSceneStartClose)
        self.addObserver(slicer.mrmlScene, slicer.mrmlScene.EndCloseEvent, self.onSceneEndClose)
        self.initializeParameterNode()

    def onReload(self) -> None:
        """Load the whole package anew: Slicer itself reloads this file only."""
        for name in [name for name in sys.modules if name.partition(".")[0] == "RadioGenomicsLib"]:
            del sys.modules[name]
        super().onReload()

    def cleanup(self) -> None:
        """Let go of the scene when the application closes."""
        self.removeObservers()
        self.panel.setParameterNode(None)

    def enter(self) -> None:
        """Show the choices kept in the scene when the module is opened."""
        self.initializeParameterNode()

    def exit(self) -> None:
        """Stop following the scene when another module is opened."""
        self.panel.setParameterNode(None)

    def onSceneStartClose(self, caller: object, event: str) -> None:
        """Forget choices and result before the scene that holds them is closed."""
        self.panel.setParameterNode(None)
        self.panel.forgetResult()

    def onSceneEndClose(self, caller: object, event: str) -> None:
        """Begin with new choices if the module is shown while the scene is closed."""
        if self.parent.isEntered:
            self.initializeParameterNode()

    def initializeParameterNode(self) -> None:
        """Follow the choices of the current scene."""
        self.panel.setParameterNode(self.logic.getParameterNode())


class RadioGenomicsLogic(_SceneLogic, ScriptedLoadableModuleLogic):
    """The scene's logic with the module's parameter node.

    Example:
        >>> from RadioGenomics import RadioGenomicsLogic
        >>> nodes = RadioGenomicsLogic().predict({"FLAIR": getNode("FLAIR"), "T1c": getNode("T1c")})
    """

    def __init__(self) -> None:
        ScriptedLoadableModuleLogic.__init__(self)
        _SceneLogic.__init__(self)

    def getParameterNode(self) -> object:
        """Return the choices kept in the scene."""
        from RadioGenomicsLib.panel.parameters import RadioGenomicsParameterNode

        return RadioGenomicsParameterNode(super().getParameterNode())


class RadioGenomicsTest(ScriptedLoadableModuleTest):
    """Self-test in the application: scans and masks keep their place on the way through the scene."""

    def setUp(self) -> None:
        """Begin with an empty scene."""
        slicer.mrmlScene.Clear()

    def runTest(self) -> None:
        """Run every test."""
        self.setUp()
        self.test_a_segment_comes_back_as_it_was_drawn()

    def test_a_segment_comes_back_as_it_was_drawn(self) -> None:
        """Through a transformed volume, a new segmentation, and back."""
        import numpy as np

        from RadioGenomicsLib.scene.segments import TUMOR
        from RadioGenomicsLib.scene.segments import addSegment
        from RadioGenomicsLib.scene.segments import addSegmentation
        from RadioGenomicsLib.scene.segments import maskFromSegment
        from RadioGenomicsLib.scene.volumes import volumeFromNode

        scan = np.random.default_rng(1).normal(size=(8, 9, 10)).astype(np.float32)
        node = slicer.util.addVolumeFromArray(scan, np.diag([-1.0, -1.5, 3.0, 1.0]), "scan")
        transform = vtk.vtkTransform()
        transform.RotateZ(20)
        transformNode = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLTransformNode")
        transformNode.SetMatrixTransformToParent(transform.GetMatrix())
        node.SetAndObserveTransformNodeID(transformNode.GetID())

        volume = volumeFromNode(node)
        mask = np.zeros(scan.shape, np.uint8)
        mask[2:5, 3:7, 4:6] = 1
        segmentation = addSegmentation(volume, "drawn", volumeNode=node)
        segmentId = addSegment(segmentation, volume.with_array(mask), TUMOR)
        np.testing.assert_array_equal(maskFromSegment(segmentation, segmentId, volume).array, mask)
