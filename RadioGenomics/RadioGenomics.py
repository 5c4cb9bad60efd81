"""The RadioGenomics module: what Slicer loads at start. The work is done in RadioGenomicsLib, imported when needed."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from unittest import SkipTest

import slicer
from slicer.i18n import tr as _
from slicer.i18n import translate
from slicer.ScriptedLoadableModule import ScriptedLoadableModule
from slicer.ScriptedLoadableModule import ScriptedLoadableModuleTest
from slicer.ScriptedLoadableModule import ScriptedLoadableModuleWidget
from slicer.util import VTKObservationMixin


def __getattr__(name: str) -> object:
    """Return the logic class, ``from RadioGenomics import RadioGenomicsLogic``; imported only when it is asked for."""
    if name == "RadioGenomicsLogic":
        from RadioGenomicsLib.panel.module_logic import RadioGenomicsLogic

        return RadioGenomicsLogic
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


class RadioGenomics(ScriptedLoadableModule):
    """Metadata of the module."""

    def __init__(self, parent: object) -> None:
        super().__init__(parent)
        self.parent.title = _("RadioGenomics")
        self.parent.categories = [translate("qSlicerAbstractCoreModule", "Quantification")]
        self.parent.dependencies = []
        self.parent.contributors = ["RadioGenomics contributors"]
        self.parent.helpText = _(
            "<p>Predict the gene expression of a tumor from its MRI. <b>Research use only.</b></p>"
            "<ol>"
            "<li><b>Scan</b>: choose a scan for each channel, or load a sample.</li>"
            "<li><b>Brain</b>: extract it, choose a segment, or say that the scans are already stripped.</li>"
            "<li><b>Tumor</b>: let the model outline it, mark it with points or a box, or draw it in the Segment "
            "Editor.</li>"
            "<li><b>Predict</b>: choose a model and press the button. The work runs beside Slicer and can be "
            "canceled.</li>"
            "<li><b>Results</b>: search the genes, look at the marker panels and at the attribution map, and save "
            "tables, report, or scene. Genes in gray are not reliable.</li>"
            "</ol>"
            '<p>See the <a href="https://github.com/RadioGenomics/SlicerRadioGenomics">documentation</a>.</p>'
        )
        self.parent.acknowledgementText = _(
            "<p>The shipped model was trained on TCGA-LGG images and expression data (The Cancer Imaging Archive and "
            "The Cancer Genome Atlas). The method builds on published work that the README names. Brain extraction is "
            "by deepbet, HD-BET or SynthStrip, whichever is installed; the card of each model tells how to cite it.</p>"
        )
        slicer.app.connect("startupCompleted()", registerSampleData)


def registerSampleData() -> None:
    """Offer the samples of Resources/SampleData.json in the Sample Data module."""
    import SampleData

    from RadioGenomicsLib.resources import resource_path

    icons = Path(__file__).resolve().parent / "Resources" / "Icons"
    for sample in json.loads(resource_path("SampleData.json").read_text(encoding="utf-8"))["samples"]:
        files = sample["files"]
        SampleData.SampleDataLogic.registerCustomSampleDataSource(
            category="RadioGenomics",
            sampleName=sample["title"],
            thumbnailFileName=str(icons / f"{sample['id']}.png"),
            uris=[file["url"] for file in files],
            fileNames=[f"{sample['id']}-{file['name']}" for file in files],
            nodeNames=[f"{sample['id']} {file['role']}" for file in files],
            checksums=[f"SHA256:{file['sha256']}" for file in files],
            # Not loadFileTypes, which Slicer 5.10 does not know.
            loadFileType=["SegmentationFile" if file["role"] == "tumor" else "VolumeFile" for file in files],
        )


class RadioGenomicsWidget(ScriptedLoadableModuleWidget, VTKObservationMixin):
    """The shell of the panel: its life cycle. What it does is in RadioGenomicsLib/panel."""

    def __init__(self, parent: object = None) -> None:
        ScriptedLoadableModuleWidget.__init__(self, parent)
        VTKObservationMixin.__init__(self)
        self.logic = None
        self.view = None

    def setup(self) -> None:
        """Build the panel the first time the module is opened."""
        from RadioGenomicsLib.panel.module_logic import RadioGenomicsLogic
        from RadioGenomicsLib.panel.qt_view.view import QtPanelView

        super().setup()
        uiWidget = slicer.util.loadUI(self.resourcePath("UI/RadioGenomics.ui"))
        self.layout.addWidget(uiWidget)
        uiWidget.setMRMLScene(slicer.mrmlScene)
        self.logic = RadioGenomicsLogic()
        self.view = QtPanelView(slicer.util.childWidgetVariables(uiWidget), self.logic)
        scene = slicer.mrmlScene
        self.addObserver(scene, scene.StartCloseEvent, self.onSceneStartClose)
        self.addObserver(scene, scene.EndCloseEvent, self.onSceneChanged)
        self.addObserver(scene, scene.EndImportEvent, self.onSceneChanged)
        self.addObserver(scene, scene.EndBatchProcessEvent, self.onNodesChanged)
        self.addObserver(scene, scene.NodeAddedEvent, self.onNodesChanged)
        self.addObserver(scene, scene.NodeRemovedEvent, self.onNodesChanged)
        self.initializeParameterNode()

    def onReload(self) -> None:
        """Load the whole package anew: Slicer itself reloads this file only."""
        self.cleanup()
        for name in [name for name in sys.modules if name.partition(".")[0] == "RadioGenomicsLib"]:
            del sys.modules[name]
        super().onReload()

    def cleanup(self) -> None:
        """Let go of the scene and end running work when the application closes."""
        self.removeObservers()
        if self.view is not None:
            self.view.closeScene()

    def enter(self) -> None:
        """Show the choices kept in the scene when the module is opened."""
        self.initializeParameterNode()

    def exit(self) -> None:
        """Stop following the widgets when another module is opened; work that runs goes on."""
        if self.view is not None:
            self.view.setParameters(None)

    def onSceneStartClose(self, caller: object, event: str) -> None:
        """Forget choices, work and results before the scene that holds them is closed."""
        self.view.closeScene()

    def onSceneChanged(self, caller: object, event: str) -> None:
        """Begin anew if the module is shown while the scene was closed or another one was loaded into it."""
        if self.parent.isEntered:
            self.initializeParameterNode()

    def onNodesChanged(self, caller: object, event: str) -> None:
        """Look again once the present event is over: a node that was just added has no image and no name yet."""
        if self.parent.isEntered and not slicer.mrmlScene.IsBatchProcessing():
            self.view.lookAgainSoon()

    def initializeParameterNode(self) -> None:
        """Follow the choices of the current scene; where setup failed, its error is the one to read."""
        if self.view is not None:
            self.view.setParameters(self.logic.getParameterNode())


class RadioGenomicsTest(ScriptedLoadableModuleTest):
    """Self-test in the application, for Slicer's own runner; what it does is in RadioGenomicsLib/panel/self_test."""

    def setUp(self) -> None:
        """Begin with an empty scene."""
        slicer.mrmlScene.Clear()

    def runTest(self) -> None:
        """Run every test, each in an empty scene; one that cannot be run here does not hold up the others."""
        for name in (name for name in dir(self) if name.startswith("test_")):
            self.setUp()
            self.delayDisplay(name.replace("_", " "))
            try:
                getattr(self, name)()
            except SkipTest as reason:
                self.delayDisplay(f"skipped: {reason}")

    def test_a_segment_comes_back_as_it_was_drawn(self) -> None:
        """Through a transformed volume, a new segmentation, and back."""
        self._selfTest().aSegmentComesBackAsItWasDrawn()

    def test_two_runs_on_the_phantom_make_two_results(self) -> None:
        """The whole flow, twice; then the scene is saved, closed and loaded again."""
        self._selfTest().twoRunsMakeTwoResults()

    def test_canceling_leaves_the_scene_as_it_was(self) -> None:
        """In the middle of the work."""
        self._selfTest().cancelingLeavesTheSceneAsItWas()

    def test_the_scene_can_be_closed_in_the_middle(self) -> None:
        """Work ends, and the panel is ready for the next scan."""
        self._selfTest().theSceneCanBeClosedInTheMiddle()

    def test_the_console_predicts_without_the_panel(self) -> None:
        """By the logic, in a child process that it waits for."""
        self._selfTest().theConsolePredictsWithoutThePanel()

    def test_the_flow_on_real_data(self) -> None:
        """Where the sample is on this computer."""
        self._selfTest().theFlowOnRealData()

    def _selfTest(self) -> object:
        from RadioGenomicsLib.panel import self_test

        return self_test
