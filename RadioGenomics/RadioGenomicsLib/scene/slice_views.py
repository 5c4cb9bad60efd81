"""The three slice views of a scene that is written outside the application, which would else open with black views."""

from __future__ import annotations

import numpy as np
import slicer

# As the application names them: a saved view takes the place of the open one of the same name.
_VIEWS = (("Red", "Axial", "R"), ("Green", "Coronal", "G"), ("Yellow", "Sagittal", "Y"))
_MAP_OPACITY = 0.5
# Of the scan's greatest extent: a little more than all of it.
_ROOM = 1.1


def addSliceViews(
    scan: slicer.vtkMRMLScalarVolumeNode,
    attribution: slicer.vtkMRMLScalarVolumeNode,
    center: np.ndarray,
) -> None:
    """Add the slice views to a scene that has none: the scan with the map over it, with a point in the middle.

    Args:
        scan: behind.
        attribution: in front of it.
        center: RAS mm.
    """
    scene = scan.GetScene()
    # Taken over by every slice node that the scene makes from now on.
    slicer.vtkMRMLSliceNode.AddDefaultSliceOrientationPresets(scene)
    bounds = np.zeros(6)
    scan.GetRASBounds(bounds)
    extent = _ROOM * float((bounds[1::2] - bounds[0::2]).max())
    for name, orientation, label in _VIEWS:
        view = scene.CreateNodeByClass("vtkMRMLSliceNode")
        view.UnRegister(None)
        view.SetName(name)
        view.SetSingletonTag(name)
        view.SetLayoutName(name)
        view.SetLayoutLabel(label)
        view = scene.AddNode(view)  # the one that is there, where there is one
        view.SetOrientation(orientation)
        view.SetFieldOfView(extent, extent, view.GetFieldOfView()[2])
        view.JumpSliceByCentering(*(float(x) for x in center))
        composite = slicer.vtkMRMLSliceCompositeNode()
        composite.SetName(f"SliceComposite {name}")
        composite.SetSingletonTag(name)
        composite.SetLayoutName(name)
        composite.SetBackgroundVolumeID(scan.GetID())
        composite.SetForegroundVolumeID(attribution.GetID())
        composite.SetForegroundOpacity(_MAP_OPACITY)
        scene.AddNode(composite)
