"""What is given on the command line arrives in the scene at the same place in the patient."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from RadioGenomicsLib import embedded
from RadioGenomicsLib import headless
from RadioGenomicsLib.errors import InputError
from RadioGenomicsLib.headless import Options
from RadioGenomicsLib.headless import predict_study
from RadioGenomicsLib.imaging.volume import Volume

ASKED = {"progress", "outputFolder", "device", "panel", "tumor", "brain", "model"}


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> dict:
    """What the logic was asked for, in place of predicting."""
    embedded.start()
    from RadioGenomicsLib.scene import logic

    call: dict = {}

    class Recorder:
        def predict(self, volumeNodes: dict, **options: object) -> object:
            call.update(options, nodes=volumeNodes)
            return type("Nodes", (), {"prediction": "the prediction"})

    monkeypatch.setattr(logic, "RadioGenomicsLogic", Recorder)
    return call


@pytest.fixture
def scan() -> Volume:
    """An oblique, anisotropic grid."""
    turn, _ = np.linalg.qr(np.random.default_rng(2).normal(size=(3, 3)))
    affine = np.eye(4)
    affine[:3, :3] = turn @ np.diag([1.0, 1.5, 3.0])
    affine[:3, 3] = (-20, 10, 5)
    return Volume(np.random.default_rng(3).random((6, 20, 24)).astype(np.float32), affine, "FLAIR")


def test_scans_options_and_folder_reach_the_logic(asked: dict, scan: Volume, tmp_path: Path) -> None:
    from RadioGenomicsLib.scene.volumes import volumeFromNode

    options = Options(brain="none", model="mine", panel="pam50", device="cpu")
    assert predict_study({"FLAIR": scan}, options, tmp_path / "out") == "the prediction"
    assert asked.keys() >= ASKED
    assert (asked["brain"], asked["model"], asked["panel"], asked["device"]) == ("none", "mine", "pam50", "cpu")
    assert asked["outputFolder"] == tmp_path / "out"
    assert asked["tumor"] is None
    assert volumeFromNode(asked["nodes"]["FLAIR"]).same_grid(scan)


def test_a_seed_is_a_placed_point_in_ras(asked: dict, scan: Volume, tmp_path: Path) -> None:
    from RadioGenomicsLib.scene.roi import seedsFromNode

    predict_study({"FLAIR": scan}, Options(), tmp_path, tumor=(-30.0, 20.5, -18.0))
    assert seedsFromNode(asked["tumor"]).tolist() == [[-30.0, 20.5, -18.0]]


def test_the_corners_of_a_box_may_come_in_any_order(asked: dict, scan: Volume, tmp_path: Path) -> None:
    from RadioGenomicsLib.scene.roi import boxFromNode

    predict_study({"FLAIR": scan}, Options(), tmp_path, tumor=(-10.0, 20.0, 30.0, -30.0, 40.0, 18.0))
    box = boxFromNode(asked["tumor"])
    assert box.center.tolist() == [-20.0, 30.0, 24.0]
    assert np.abs(box.half_axes).sum(axis=0).tolist() == [10.0, 10.0, 6.0]


def test_a_tumor_mask_is_the_same_voxels_as_a_segment(asked: dict, scan: Volume, tmp_path: Path) -> None:
    from RadioGenomicsLib.scene.segments import maskFromSegment

    mask = scan.with_array((scan.array > 0.7).astype(np.uint8), "tumor")
    predict_study({"FLAIR": scan}, Options(), tmp_path, tumor=mask)
    assert np.array_equal(maskFromSegment(*asked["tumor"], scan).array, mask.array)


def test_a_brain_mask_file_is_the_same_voxels_as_a_segment(asked: dict, scan: Volume, tmp_path: Path) -> None:
    from RadioGenomicsLib.imaging.reading import write_volume
    from RadioGenomicsLib.scene.segments import maskFromSegment

    mask = scan.with_array((scan.array > 0.3).astype(np.uint8), "brain")
    write_volume(mask, tmp_path / "brain.nii.gz")
    predict_study({"FLAIR": scan}, Options(brain=str(tmp_path / "brain.nii.gz")), tmp_path / "out")
    assert np.array_equal(maskFromSegment(*asked["brain"], scan).array, mask.array)


def test_each_patient_of_a_batch_has_a_scene_of_its_own(asked: dict, scan: Volume, tmp_path: Path) -> None:
    slicer = embedded.start()
    for _ in range(2):
        headless.predict_study({"FLAIR": scan}, Options(), tmp_path)
        assert slicer.mrmlScene.GetNumberOfNodesByClass("vtkMRMLScalarVolumeNode") == 1


def test_a_brain_mask_that_is_not_there_is_called_so(asked: dict, scan: Volume, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="there is no such file"):
        predict_study({"FLAIR": scan}, Options(brain="brain.nii.gz"), tmp_path)
    assert not asked
