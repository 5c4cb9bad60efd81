"""What RadioGenomicsTest does inside the application: the panel is used as a person would use it.

Where the environment variable ``RADIOGENOMICS_SCREENSHOTS`` names a folder, the window (or the module's panel, in a
Slicer without one) is saved there at the main stages: the pictures of ``Resources/Screenshots`` are made so.
"""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import TYPE_CHECKING
from unittest import SkipTest

import numpy as np
import slicer
import vtk

from RadioGenomicsLib.panel import exports
from RadioGenomicsLib.scene.dependencies import missingPackages
from RadioGenomicsLib.scene.segments import TUMOR
from RadioGenomicsLib.scene.segments import addSegment
from RadioGenomicsLib.scene.segments import addSegmentation
from RadioGenomicsLib.scene.segments import maskFromSegment
from RadioGenomicsLib.scene.stored_results import findResults
from RadioGenomicsLib.scene.studies import addStudy
from RadioGenomicsLib.scene.volumes import volumeFromNode

if TYPE_CHECKING:
    from RadioGenomicsLib.panel.presenter import PanelPresenter
    from RadioGenomicsLib.sample import SampleStudy

_LONGEST_S = 1800.0


def aSegmentComesBackAsItWasDrawn() -> None:
    """A mask on a turned scan keeps its voxels on the way through a segmentation."""
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


def twoRunsMakeTwoResults() -> None:
    """The whole flow on the phantom, twice, and again from a saved scene."""
    presenter = _open(_phantom())
    _picture("phantom-scan")
    for count in (1, 2):
        presenter.predict()
        _wait(presenter)
        assert len(findResults()) == count
        assert presenter.results.shown.geneTable is findResults()[-1].geneTable
    _useResults(presenter)
    _picture("phantom-results")
    before = presenter.results.shown.rows()["predicted_z"].copy()

    folder = Path(slicer.util.tempDirectory("RadioGenomicsTest"))
    assert slicer.util.saveScene(str(folder / "scene.mrb"))
    slicer.mrmlScene.Clear()
    assert presenter.results.shown is None
    slicer.util.loadScene(str(folder / "scene.mrb"))
    presenter = _presenter()
    assert presenter.results.count == 2
    np.testing.assert_allclose(presenter.results.shown.rows()["predicted_z"], before, rtol=1e-4)


def cancelingLeavesTheSceneAsItWas() -> None:
    """A run that is canceled in the middle adds nothing, and the next one can be started."""
    presenter = _open(_phantom())
    nodes = slicer.mrmlScene.GetNumberOfNodes()
    presenter.predict()
    _process(1.0)
    presenter.run.cancel()
    _wait(presenter)
    assert slicer.mrmlScene.GetNumberOfNodes() == nodes
    assert findResults() == []


def theSceneCanBeClosedInTheMiddle() -> None:
    """Closing the scene ends the run; the panel is ready for the next scan."""
    presenter = _open(_phantom())
    presenter.predict()
    _process(1.0)
    slicer.mrmlScene.Clear()
    assert not presenter.run.busy
    _process(0.5)
    assert findResults() == []
    presenter = _open(_phantom())
    assert presenter.parameters.flair is not None


def theConsolePredictsWithoutThePanel() -> None:
    """A prediction by the module's logic, as it is called from the Python console."""
    from RadioGenomicsLib.scene.logic import RadioGenomicsLogic

    if missing := missingPackages():
        raise SkipTest(f"not installed: {', '.join(missing)}")
    study = _phantom()
    steps: list[str] = []
    nodes, _tumor = addStudy(study.title, study.channels, study.tumor)
    result = RadioGenomicsLogic().predict(nodes, progress=lambda _fraction, step: steps.append(step))
    assert result.geneTable.GetNumberOfRows() > 0
    assert steps[-1] == "Done"
    assert len(findResults()) == 1


def theFlowOnRealData() -> None:
    """The whole flow on the MRI sample, where it is on this computer: nothing is downloaded for a test."""
    from RadioGenomicsLib.sample import DEFAULT_SAMPLE
    from RadioGenomicsLib.sample import list_samples
    from RadioGenomicsLib.sample import load_sample
    from RadioGenomicsLib.sample import local_sample

    if local_sample(list_samples()[DEFAULT_SAMPLE]) is None:
        raise SkipTest("the MRI sample is not on this computer")
    presenter = _open(load_sample(DEFAULT_SAMPLE))
    _picture("sample-scan")
    presenter.predict()
    _process(5.0)
    _picture("sample-predict")
    _wait(presenter)
    assert presenter.results.count == 1
    _useResults(presenter)
    _picture("sample-results")


def _phantom() -> SampleStudy:
    from RadioGenomicsLib.sample import synthetic_study

    return synthetic_study()


def _open(study: SampleStudy) -> PanelPresenter:
    """Put a study into the scene and open the module, which finds the scans by their names."""
    if missing := missingPackages():
        raise SkipTest(f"not installed: {', '.join(missing)}")
    addStudy(study.title, study.channels, study.tumor)
    presenter = _presenter()
    presenter.scans.guess()
    assert presenter.parameters.flair is not None
    return presenter


def _presenter() -> PanelPresenter:
    if slicer.util.mainWindow() is not None:
        slicer.util.selectModule("RadioGenomics")
    widget = slicer.modules.radiogenomics.widgetRepresentation().self()
    widget.enter()
    return widget.view.presenter


def _useResults(presenter: PanelPresenter) -> None:
    """Search, sort, turn pages, and look at panels and at the map."""
    results = presenter.results
    results.search("1")
    results.turnPage(1)
    results.sortBy(1)
    results.search("")
    for panel in ("verhaak", "glioma"):
        results.choosePanel(panel)
    presenter.parameters.overlayShown = False
    presenter.parameters.overlayShown = True
    results.lookAtTumor()
    folder = Path(slicer.util.tempDirectory("RadioGenomicsTest"))
    exports.writeGenes(results.shown, folder / "genes.csv")
    exports.writeReport(results.shown, folder / "report.html")
    exports.writeScene(results.shown, folder / "result.mrb")
    assert all((folder / name).stat().st_size > 0 for name in ("genes.csv", "report.html", "result.mrb"))


def _picture(name: str) -> None:
    """Save what is shown, if pictures are wanted."""
    folder = os.environ.get("RADIOGENOMICS_SCREENSHOTS")
    if folder:
        Path(folder).mkdir(parents=True, exist_ok=True)
        _process(0.5)
        shown = slicer.util.mainWindow() or slicer.modules.radiogenomics.widgetRepresentation()
        assert shown.grab().save(str(Path(folder, f"{name}.png")))


def _wait(presenter: PanelPresenter) -> None:
    end = time.monotonic() + _LONGEST_S
    while presenter.run.busy:
        assert time.monotonic() < end, "the work takes too long"
        _process(0.2)


def _process(seconds: float) -> None:
    """Let the application live for a while, as it does while a person waits."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        slicer.app.processEvents()
        time.sleep(0.02)
