"""The command line: options in, exit code and plain words out."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pytest

from RadioGenomicsLib import cli
from RadioGenomicsLib.errors import RegionError
from RadioGenomicsLib.imaging.phantom import head_phantom
from RadioGenomicsLib.sample import SampleStudy

STUDY = ["--volume", "FLAIR=flair.nii.gz", "--output", "out"]


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> list[dict]:
    """What the workflow was asked for, in place of running it."""
    asked: list[dict] = []

    def predict(channels: dict, options: object, output: Path, **more: object) -> SimpleNamespace:
        asked.append({"channels": channels, "options": options, "output": output, **more})
        return SimpleNamespace(
            warnings=["far from the training data"],
            predicted_z=[0.0] * 7,
            tumor_ml=3.25,
            provenance={"scans": {"FLAIR": "AX FLAIR"}},
        )

    monkeypatch.setattr(cli, "predict_study", predict)
    monkeypatch.setattr(cli, "read_channels", lambda paths, _orientation: paths)
    return asked


def test_the_volumes_and_options_reach_the_workflow(calls: list[dict]) -> None:
    assert cli.main(["predict", *STUDY, "--device", "cpu", "--panel", "pam50"]) == 0
    (call,) = calls
    assert call["channels"] == {"FLAIR": Path("flair.nii.gz")}
    assert (call["options"].device, call["options"].panel, call["options"].model) == ("cpu", "pam50", "tcga-lgg")
    assert call["output"] == Path("out")
    assert call["tumor"] is None


def test_a_seed_that_starts_with_a_minus_is_a_seed(calls: list[dict]) -> None:
    cli.main(["predict", *STUDY, "--seed", "-30,20.5,-18"])
    assert calls[0]["tumor"] == (-30.0, 20.5, -18.0)


def test_a_box_has_two_corners(calls: list[dict]) -> None:
    cli.main(["predict", *STUDY, "--box", "-30,20,18,-10,40,30"])
    assert calls[0]["tumor"] == (-30.0, 20.0, 18.0, -10.0, 40.0, 30.0)


def test_the_orientation_of_files_that_do_not_tell_reaches_every_reader(
    calls: list[dict], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    read: list[str] = []
    monkeypatch.setattr(cli, "read_channels", lambda paths, orientation: read.append(orientation) or paths)
    monkeypatch.setattr(cli, "read_mask", lambda path, orientation: read.append(orientation))
    cli.main(["predict", *STUDY, "--roi", "roi.nii", "--orientation", "las"])
    assert read == ["LAS", "LAS"]
    assert calls[0]["options"].orientation == "LAS"
    monkeypatch.setattr(cli, "run_batch", lambda patients, options, *_: read.append(options.orientation) or [])
    (tmp_path / "one").mkdir()
    cli.main(["batch", str(tmp_path), "--output", str(tmp_path / "out"), "--orientation", "LPS"])
    assert read[2:] == ["LPS"]


def test_what_a_region_was_drawn_on_may_be_called_by_any_name_of_the_role(calls: list[dict]) -> None:
    cli.main(["predict", *STUDY, "--seed", "1,2,3", "--drawn-on", "t1ce"])
    cli.main(["predict", *STUDY, "--seed", "1,2,3"])
    assert [call["drawn_on"] for call in calls] == ["T1c", ""]


@pytest.mark.parametrize(
    "wrong",
    [
        ["predict", *STUDY, "--seed", "1,2,3", "--drawn-on", "DWI"],
        ["predict", *STUDY, "--orientation", "RLA"],
        ["batch", "patients.csv", "--output", "out", "--orientation", "RA"],
        ["predict", "--output", "out"],
        ["predict", "--volume", "FLAIR=a.nii"],
        ["predict", *STUDY, "--seed", "1,2"],
        ["predict", *STUDY, "--seed", "nan,2,3"],
        ["predict", *STUDY, "--box", "1,2,3,inf,5,6"],
        ["predict", *STUDY, "--seed", "1,2,3", "--box", "1,2,3,4,5,6"],
        ["predict", *STUDY, "--sample"],
        [],
    ],
)
def test_wrong_options_end_with_2(wrong: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stop:
        cli.main(wrong)
    assert stop.value.code == 2


def test_every_run_says_research_use_only_and_passes_warnings_on(
    calls: list[dict], capsys: pytest.CaptureFixture[str]
) -> None:
    cli.main(["predict", *STUDY])
    text = capsys.readouterr().out
    assert "Research use only" in text
    assert "warning: far from the training data" in text
    # Which scan became which channel.
    assert "\nFLAIR: AX FLAIR\n" in text
    assert str(Path("out").resolve()) in text


def test_a_synthetic_sample_is_called_synthetic(
    calls: list[dict], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    study = SampleStudy("Synthetic head (not a patient)", head_phantom().channels, None, synthetic=True)
    monkeypatch.setattr("RadioGenomicsLib.sample.load_sample", lambda *_: study)
    assert cli.main(["predict", "--sample", "--output", "out"]) == 0
    assert "Synthetic head (not a patient)" in capsys.readouterr().out
    assert calls[0]["study"] == "Synthetic head (not a patient)"


def test_an_expected_failure_is_one_line_with_its_exit_code(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise RegionError("tumor", "it is empty", "Draw it.")

    monkeypatch.setattr(cli, "read_channels", fail)
    assert cli.main(["predict", *STUDY]) == RegionError.exit_code
    assert capsys.readouterr().err.splitlines() == ["error: tumor: it is empty. Draw it."]


def test_a_batch_with_a_failed_patient_ends_with_1(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    (tmp_path / "p1").mkdir()
    rows = [{"patient": "p1", "status": "failed", "reason": "sheared"}]
    monkeypatch.setattr(cli, "run_batch", lambda *_: rows)
    assert cli.main(["batch", str(tmp_path), "--output", str(tmp_path / "out")]) == 1
    captured = capsys.readouterr()
    assert "failed: p1: sheared" in captured.err
    assert "0 of 1 patients done" in captured.out


def test_the_samples_are_listed_and_removed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setenv("RADIOGENOMICS_CACHE", str(tmp_path))
    monkeypatch.delenv("RADIOGENOMICS_DATA", raising=False)
    assert cli.main(["samples"]) == 0
    assert "glioma-mri\tnot downloaded" in capsys.readouterr().out
    assert cli.main(["samples", "--remove"]) == 0
    assert "0.0 MB removed" in capsys.readouterr().out
