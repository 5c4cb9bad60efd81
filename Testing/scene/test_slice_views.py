from __future__ import annotations

import numpy as np
import pytest
import slicer

from RadioGenomicsLib.scene.slice_views import addSliceViews


@pytest.fixture(autouse=True)
def _views_go_again(scene):
    """Singletons outlive the clearing of a scene."""
    yield
    for kind in ("vtkMRMLSliceNode", "vtkMRMLSliceCompositeNode"):
        for name in ("Red", "Green", "Yellow"):
            scene.RemoveNode(scene.GetSingletonNode(name, kind))


def test_every_view_shows_the_scan_and_the_map_around_the_point(scene, stored):
    scan, center = stored.scans["FLAIR"], np.array([3.0, -4.0, 5.0])
    addSliceViews(scan, stored.attribution, center)
    orientations = {}
    for name in ("Red", "Green", "Yellow"):
        view = scene.GetSingletonNode(name, "vtkMRMLSliceNode")
        composite = scene.GetSingletonNode(name, "vtkMRMLSliceCompositeNode")
        assert view.GetLayoutName() == composite.GetLayoutName() == name
        assert composite.GetBackgroundVolumeID() == scan.GetID()
        assert composite.GetForegroundVolumeID() == stored.attribution.GetID()
        np.testing.assert_allclose(slicer.util.arrayFromVTKMatrix(view.GetSliceToRAS())[:3, 3], center)
        bounds = np.zeros(6)
        scan.GetRASBounds(bounds)
        assert view.GetFieldOfView()[0] >= (bounds[1::2] - bounds[0::2]).max()
        orientations[name] = view.GetOrientation()
    assert orientations == {"Red": "Axial", "Green": "Coronal", "Yellow": "Sagittal"}
