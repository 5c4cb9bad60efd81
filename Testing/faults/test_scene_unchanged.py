"""A prediction that is refused leaves the scene as it was: no node more, none changed, no file."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from RadioGenomicsLib import embedded
from RadioGenomicsLib.errors import RadioGenomicsError
from RadioGenomicsLib.imaging.volume import Volume
from RadioGenomicsLib.pipeline.steps import Steps
from Testing.faults.reading_bench import told

slicer = embedded.start()

_SHAPE = (9, 10, 11)


def _noise() -> np.ndarray:
    return np.random.default_rng(0).normal(100, 20, _SHAPE).astype(np.float32)


def _with_nan() -> np.ndarray:
    array = _noise()
    array[4, 4, 4] = np.nan
    return array


def _sheared() -> np.ndarray:
    return np.eye(4) + 0.4 * np.eye(4, k=1) * [0, 1, 0, 0]


# Voxels, geometry, and what the refusal says.
BAD = {
    "NaN": (_with_nan, np.eye(4), "not finite"),
    "sheared": (_noise, _sheared(), "right angles"),
    "voxels of 1e-9 mm": (_noise, np.diag([1e-9, 1e-9, 1e-9, 1.0]), "implausible"),
    "voxels of 1e9 mm": (_noise, np.diag([1e9, 1e9, 1e9, 1.0]), "implausible"),
    "a kilometer away": (_noise, np.eye(4) + 2e6 * np.eye(4, k=3), "kilometer"),
    "of no head": (_noise, np.eye(4), "not a head"),
    "without voxels": (None, np.eye(4), "no image data"),
}


class _NoModel(Steps):
    """The real steps, but for the model: the scan is looked at before it counts."""

    def load(self, model: str, device: str) -> object:
        return None


@pytest.fixture
def scene() -> Iterator[object]:
    """The application's scene, empty but for its built-in nodes."""
    slicer.mrmlScene.Clear(0)
    slicer.vtkMRMLSubjectHierarchyNode.GetSubjectHierarchyNode(slicer.mrmlScene)
    yield slicer.mrmlScene
    slicer.mrmlScene.Clear(0)


def _state(scene: object) -> tuple[dict[str, int], int]:
    """Return every node with the time of its last change, and the number of folders."""
    nodes = [scene.GetNthNode(n) for n in range(scene.GetNumberOfNodes())]
    hierarchy = slicer.vtkMRMLSubjectHierarchyNode.GetSubjectHierarchyNode(scene)
    # Reading the hierarchy's items changes its time, not its content.
    times = {node.GetID(): node.GetMTime() for node in nodes if node is not hierarchy}
    return times, hierarchy.GetNumberOfItems()


@pytest.mark.parametrize("name", BAD)
def test_a_scan_that_is_refused_changes_nothing(scene: object, tmp_path: Path, name: str) -> None:
    from RadioGenomicsLib.scene.logic import RadioGenomicsLogic
    from RadioGenomicsLib.scene.volumes import nodeFromVolume

    make, affine, reason = BAD[name]
    node = nodeFromVolume(Volume(_noise() if make is None else make(), affine, "scan"))
    if make is None:
        node.SetAndObserveImageData(None)
    before = _state(scene)
    told(
        lambda: RadioGenomicsLogic(_NoModel()).predict({"FLAIR": node}, outputFolder=tmp_path / "out"),
        RadioGenomicsError,
        reason,
    )
    assert _state(scene) == before
    assert not list(tmp_path.iterdir())
