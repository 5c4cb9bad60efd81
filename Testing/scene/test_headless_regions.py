"""What is given on the command line is asked of the pipeline at the same place in the patient."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from RadioGenomicsLib import headless
from RadioGenomicsLib.errors import InputError
from RadioGenomicsLib.errors import OutputError
from RadioGenomicsLib.errors import RegionError
from RadioGenomicsLib.headless import Options
from RadioGenomicsLib.headless import predict_study
from RadioGenomicsLib.imaging.reading import write_volume
from RadioGenomicsLib.imaging.volume import Volume
from RadioGenomicsLib.pipeline.request import PredictionRequest
from RadioGenomicsLib.scene import outputs


class JobAtOnce:
    """In place of a child process."""

    def __enter__(self) -> JobAtOnce:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def wait(self, _progress: object) -> SimpleNamespace:
        return SimpleNamespace(prediction="the prediction")


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[PredictionRequest]:
    """What a child process was asked for, in place of predicting and writing."""
    requests: list[PredictionRequest] = []

    def start(request: PredictionRequest) -> JobAtOnce:
        requests.append(request)
        return JobAtOnce()

    def write(result: SimpleNamespace, panels: dict, folder: Path, **_: object) -> None:
        folder.mkdir()

    monkeypatch.setattr(headless.Job, "start", start)
    monkeypatch.setattr(outputs, "writeOutputs", write)
    return requests


@pytest.fixture
def scan() -> Volume:
    """An oblique, anisotropic grid."""
    turn, _ = np.linalg.qr(np.random.default_rng(2).normal(size=(3, 3)))
    affine = np.eye(4)
    affine[:3, :3] = turn @ np.diag([1.0, 1.5, 3.0])
    affine[:3, 3] = (-20, 10, 5)
    return Volume(np.random.default_rng(3).random((6, 20, 24)).astype(np.float32), affine, "FLAIR")


def test_scans_and_options_reach_the_pipeline_and_the_folder_is_written(
    asked: list[PredictionRequest], scan: Volume, tmp_path: Path
) -> None:
    options = Options(brain="none", model="mine", panel="pam50", device="cpu")
    assert predict_study({"FLAIR": scan}, options, tmp_path / "out", study="one") == "the prediction"
    request = asked[0]
    assert (request.brain, request.model, request.panel, request.device) == ("none", "mine", "pam50", "cpu")
    assert (request.tumor, request.study) == (None, "one")
    assert request.channels == {"FLAIR": scan}
    assert (tmp_path / "out").is_dir()


def test_a_seed_is_a_point_in_ras(asked: list[PredictionRequest], scan: Volume, tmp_path: Path) -> None:
    predict_study({"FLAIR": scan}, Options(), tmp_path / "out", tumor=(-30.0, 20.5, -18.0))
    assert asked[0].tumor.tolist() == [[-30.0, 20.5, -18.0]]


def test_the_corners_of_a_box_may_come_in_any_order(
    asked: list[PredictionRequest], scan: Volume, tmp_path: Path
) -> None:
    predict_study({"FLAIR": scan}, Options(), tmp_path / "out", tumor=(-10.0, 20.0, 30.0, -30.0, 40.0, 18.0))
    box = asked[0].tumor
    assert box.center.tolist() == [-20.0, 30.0, 24.0]
    assert np.abs(box.half_axes).sum(axis=0).tolist() == [10.0, 10.0, 6.0]


def test_a_flat_box_is_refused(asked: list[PredictionRequest], scan: Volume, tmp_path: Path) -> None:
    with pytest.raises(RegionError, match="no volume"):
        predict_study({"FLAIR": scan}, Options(), tmp_path / "out", tumor=(1.0, 2.0, 3.0, 1.0, 5.0, 6.0))
    assert not asked


def test_a_tumor_mask_is_given_as_it_is(asked: list[PredictionRequest], scan: Volume, tmp_path: Path) -> None:
    mask = scan.with_array((scan.array > 0.7).astype(np.uint8), "tumor")
    predict_study({"FLAIR": scan}, Options(), tmp_path / "out", tumor=mask)
    assert asked[0].tumor is mask


def test_a_brain_mask_file_is_the_same_voxels(asked: list[PredictionRequest], scan: Volume, tmp_path: Path) -> None:
    mask = scan.with_array((scan.array > 0.3).astype(np.uint8), "brain")
    write_volume(mask, tmp_path / "brain.nii.gz")
    predict_study({"FLAIR": scan}, Options(brain=str(tmp_path / "brain.nii.gz")), tmp_path / "out")
    assert np.array_equal(asked[0].brain.array, mask.array)


def test_what_the_user_says_a_region_was_drawn_on_reaches_the_pipeline(
    asked: list[PredictionRequest], scan: Volume, tmp_path: Path
) -> None:
    elsewhere = Volume(scan.array, scan.affine @ np.diag([1.1, 1.0, 1.0, 1.0]), "T1c")
    mask = scan.with_array((scan.array > 0.3).astype(np.uint8), "brain")
    write_volume(mask, tmp_path / "on_flair.nrrd")
    write_volume(
        Volume(mask.array[:, ::2, ::2], scan.affine @ np.diag([2.0, 2.0, 1.0, 1.0])), tmp_path / "on_none.nrrd"
    )
    for name in ("on_flair", "on_none"):
        options = Options(brain=str(tmp_path / f"{name}.nrrd"))
        scans = {"FLAIR": scan, "T1c": elsewhere}
        predict_study(scans, options, tmp_path / name, tumor=(1.0, 2.0, 3.0), drawn_on="T1c")
    # The brain's own grid tells more than what is said of the tumor.
    assert [(request.tumor_on, request.brain_on) for request in asked] == [("T1c", ""), ("T1c", "T1c")]


def test_a_brain_mask_that_is_not_there_is_called_so(
    asked: list[PredictionRequest], scan: Volume, tmp_path: Path
) -> None:
    with pytest.raises(InputError, match="there is no such file"):
        predict_study({"FLAIR": scan}, Options(brain="brain.nii.gz"), tmp_path / "out")
    assert not asked


@pytest.mark.parametrize("name", ["hd-bet", "auto", "none"])
def test_a_folder_that_is_called_like_a_method_is_no_brain_mask(
    asked: list[PredictionRequest], scan: Volume, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / name).mkdir()
    predict_study({"FLAIR": scan}, Options(brain=name), tmp_path / "out")
    assert asked[0].brain == name


def test_a_used_output_folder_is_refused_before_any_work(
    asked: list[PredictionRequest], scan: Volume, tmp_path: Path
) -> None:
    (tmp_path / "mine.txt").write_text("keep")
    with pytest.raises(OutputError, match="not empty"):
        predict_study({"FLAIR": scan}, Options(), tmp_path)
    assert not asked
