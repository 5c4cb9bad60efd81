"""A result as a folder of files: written aside whole, then given its name."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import SimpleITK as sitk
import slicer

from RadioGenomicsLib.errors import OutputError
from RadioGenomicsLib.imaging.itk import to_image
from RadioGenomicsLib.imaging.volume import Volume
from RadioGenomicsLib.pipeline.folders import written_whole
from RadioGenomicsLib.pipeline.result import Result
from RadioGenomicsLib.progress import Progress
from RadioGenomicsLib.progress import silent
from RadioGenomicsLib.report.facts import RESEARCH_USE
from RadioGenomicsLib.report.facts import SYNTHETIC_HEAD
from RadioGenomicsLib.scene.attribution import MEANING
from RadioGenomicsLib.scene.display import showRegions
from RadioGenomicsLib.scene.display import tumorCenter
from RadioGenomicsLib.scene.result import addResult
from RadioGenomicsLib.scene.segments import BRAIN
from RadioGenomicsLib.scene.segments import TUMOR
from RadioGenomicsLib.scene.segments import SegmentKind
from RadioGenomicsLib.scene.segments import addSegment
from RadioGenomicsLib.scene.segments import addSegmentation
from RadioGenomicsLib.scene.slice_views import addSliceViews
from RadioGenomicsLib.scene.stored_results import findResults
from RadioGenomicsLib.scene.volumes import nodeFromVolume

if TYPE_CHECKING:
    from RadioGenomicsLib.genes.panels import Panel


def writeOutputs(result: Result, panels: dict[str, Panel], folder: Path, *, progress: Progress = silent) -> None:
    """Write tables, report, masks, attribution map and scene into a new folder.

    Everything is written into a folder beside it first, which takes the name at the very end, so a folder of this
    name is always a whole result.

    Args:
        result: what the prediction found.
        panels: the marker panels for ``panels.csv`` and the report.
        folder: a new or empty folder.
        progress: told a fraction (0-1) and a step.

    Raises:
        OutputError: the folder is in use, or cannot be written.
    """
    with written_whole(folder) as aside:
        _writeFiles(result, panels, aside, progress)


def writeSegment(mask: Volume, kind: SegmentKind, path: Path, *, origin: str = "") -> None:
    """Write one mask as ``.seg.nrrd`` with its name (after ``origin``), color and terminology."""
    scene = _privateScene()
    node = addSegmentation(mask, kind.name, scene=scene)
    addSegment(node, mask, kind, origin=origin)
    storage = scene.AddNewNodeByClass("vtkMRMLSegmentationStorageNode")
    storage.SetFileName(str(path))
    storage.SetUseCompression(True)
    _refuseUnwritten(path, bool(storage.WriteData(node)))


def writeAttribution(result: Result, path: Path) -> None:
    """Write the attribution map; the file's header says what it is."""
    image = to_image(result.prediction.attribution)
    image.SetMetaData("content", f"{result.origin}attribution: {MEANING} {RESEARCH_USE}")
    try:
        sitk.WriteImage(image, str(path), useCompression=True)
    except RuntimeError:
        _refuseUnwritten(path, written=False)


def writeScene(result: Result, path: Path) -> None:
    """Write scans and result as a scene bundle (.mrb).

    It is built in a scene of its own: whatever else the user has open stays out of it, and scans are named by
    their role, since names of nodes often hold a patient's name.
    """
    scene = _privateScene()
    scans = {
        role: nodeFromVolume(volume, name=f"{result.origin}{role}", scene=scene)
        for role, volume in result.channels.items()
    }
    addResult(result, f"{result.origin}RadioGenomics", volumeNode=scans[result.reference_role], scene=scene)
    [stored] = findResults(scene)
    addSliceViews(scans[result.reference_role], stored.attribution, tumorCenter(stored))
    showRegions(stored, outlineOnly=True, surfaces=False)
    _refuseUnwritten(path, scene.WriteToMRB(str(path)))


def _writeFiles(result: Result, panels: dict[str, Panel], folder: Path, progress: Progress) -> None:
    from RadioGenomicsLib.report.export import write_report
    from RadioGenomicsLib.report.export import write_tables

    progress(0.0, "Writing tables")
    if result.origin:
        # The columns of the tables are fixed, and have no place for it.
        text = f"{SYNTHETIC_HEAD}. Every file and figure in this folder was made from it and means nothing.\n"
        (folder / "SYNTHETIC.txt").write_text(text, encoding="utf-8", newline="\n")
    write_tables(result.prediction, panels, folder)
    progress(0.2, "Writing masks and maps")
    if result.brain is not None:
        writeSegment(result.brain, BRAIN, folder / "brain.seg.nrrd", origin=result.origin)
    writeSegment(result.tumor, TUMOR, folder / "tumor.seg.nrrd", origin=result.origin)
    writeAttribution(result, folder / "attribution.nrrd")
    progress(0.4, "Writing the report")
    write_report(result.prediction, panels, result.channels, result.tumor, folder, panel=result.panel.id)
    progress(0.7, "Writing the scene")
    writeScene(result, folder / "scene.mrb")


def _privateScene() -> slicer.vtkMRMLScene:
    scene = slicer.vtkMRMLScene()
    slicer.mrmlScene.CopyRegisteredNodesToScene(scene)
    colorLogic = slicer.vtkMRMLColorLogic()
    colorLogic.SetMRMLScene(scene)
    # The default color nodes stay when their logic goes, and are not saved.
    colorLogic.SetMRMLScene(None)
    return scene


def _refuseUnwritten(path: Path, written: bool) -> None:
    if not written or not path.is_file() or path.stat().st_size == 0:
        raise OutputError(path, "Slicer could not write it", "Check the disk's free space and the folder's rights.")
