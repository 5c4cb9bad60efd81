"""A Slicer scene without the Slicer application, on the ``slicer-core`` package.

Inside Slicer everything is already there and :func:`start` does nothing, so one scene code serves both.
"""

from __future__ import annotations

import logging
from types import ModuleType
from types import SimpleNamespace

from RadioGenomicsLib.errors import DependencyError
from RadioGenomicsLib.temporary_folder import temporary_folder

logger = logging.getLogger(__name__)

# What the scene uses as long as the process lives.
_KEPT_ALIVE: list[object] = []

_MODULE_LOGICS = {
    "volumes": "vtkSlicerVolumesLogic",
    "segmentations": "vtkSlicerSegmentationsModuleLogic",
    "markups": "vtkSlicerMarkupsLogic",
    "tables": "vtkSlicerTablesLogic",
    "plots": "vtkSlicerPlotsLogic",
    "subjecthierarchy": "vtkSlicerSubjectHierarchyModuleLogic",
    "transforms": "vtkSlicerTransformLogic",
    "texts": "vtkSlicerTextsLogic",
}


def start() -> ModuleType:
    """Return the ``slicer`` module with a working scene, making one where there is no application.

    Outside Slicer it gets ``slicer.mrmlScene`` with the default color nodes, ``slicer.modules.<name>.logic()``
    for the modules that ``slicer.util`` calls, and a ``slicer.app`` without windows. Calling it again
    changes nothing.

    Raises:
        DependencyError: neither Slicer nor ``slicer-core`` is here.
        OutputError: no temporary files can be written.
    """
    try:
        import slicer
    except ImportError as error:
        raise DependencyError(
            "slicer-core", "it is not installed", "Run inside 3D Slicer, or install it: pip install slicer-core"
        ) from error
    if hasattr(slicer, "app"):
        return slicer
    if not hasattr(slicer, "vtkSlicerApplicationLogic"):
        raise DependencyError(
            "slicer", "this Python has the slicer package but no MRML classes", "Run it with Slicer --python-script"
        )
    _route_vtk_messages()
    _add_scene(slicer)
    return slicer


def _add_scene(slicer: ModuleType) -> None:
    application_logic = slicer.vtkSlicerApplicationLogic()
    scene = slicer.vtkMRMLScene()
    temporary = temporary_folder()
    application_logic.SetTemporaryPath(str(temporary.path))
    application_logic.SetMRMLScene(scene)
    remote_io = slicer.vtkMRMLRemoteIOLogic()
    # Without a cache folder the scene refuses to open scene bundles.
    remote_io.GetCacheManager().SetRemoteCacheDirectory(str(temporary.path))
    data_io = slicer.vtkDataIOManagerLogic()
    data_io.SetMRMLApplicationLogic(application_logic)
    application_logic.SetMRMLSceneDataIO(scene, remote_io, data_io)

    color_logic = slicer.vtkMRMLColorLogic()
    color_logic.SetMRMLScene(scene)
    application_logic.SetColorLogic(color_logic)
    application_logic.SetModuleLogic("Colors", color_logic)
    _add_generic_colors(slicer, scene)

    slicer.mrmlScene = scene
    slicer.modules = SimpleNamespace(colors=SimpleNamespace(logic=lambda: color_logic))
    for name, class_name in _MODULE_LOGICS.items():
        module_logic = getattr(slicer, class_name)()
        module_logic.SetMRMLApplicationLogic(application_logic)
        module_logic.SetMRMLScene(scene)
        setattr(slicer.modules, name, SimpleNamespace(logic=lambda module_logic=module_logic: module_logic))

    slicer.vtkMRMLSubjectHierarchyNode.GetSubjectHierarchyNode(scene)

    _KEPT_ALIVE.extend((temporary, remote_io, data_io))
    slicer.app = SimpleNamespace(
        applicationName="RadioGenomics",
        applicationLogic=lambda: application_logic,
        mrmlScene=lambda: scene,
        layoutManager=lambda: None,
        processEvents=lambda: None,
        pauseRender=lambda: None,
        resumeRender=lambda: None,
        testingEnabled=lambda: False,
        temporaryPath=str(temporary.path),
    )


def _add_generic_colors(slicer: ModuleType, scene: object) -> None:
    """Add the color table that label maps ask for by id; the application reads it from its own folder."""
    node = slicer.vtkMRMLColorTableNode()
    node.SetTypeToRandom()
    node.SetName("GenericColors")
    node.SetSingletonTag("FileGenericColors.txt")
    node.SetSaveWithScene(False)
    scene.AddNode(node)


def _route_vtk_messages() -> None:
    """Send what VTK writes to stderr to this module's logger instead."""
    import vtk

    vtk.vtkLogger.SetStderrVerbosity(vtk.vtkLogger.VERBOSITY_OFF)
    window = vtk.vtkStringOutputWindow()
    levels = {"ErrorEvent": logging.ERROR, "WarningEvent": logging.WARNING, "MessageEvent": logging.DEBUG}

    def listen(level: int):
        @vtk.calldata_type(vtk.VTK_STRING)
        def hear(_window: object, _event: str, text: str) -> None:
            logger.log(level, "%s", " ".join(text.split()))

        return hear

    for event, level in levels.items():
        window.AddObserver(event, listen(level))
    vtk.vtkOutputWindow.SetInstance(window)
