"""A training that is interrupted goes on to the same result."""

from __future__ import annotations

import csv
import os
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from RadioGenomicsLib.errors import Canceled
from RadioGenomicsLib.model.weights import load_tensors
from RadioGenomicsTrainLib.training.augmentation import Augmentation
from RadioGenomicsTrainLib.training.encoder import train_encoder
from RadioGenomicsTrainLib.training.encoder_folds import store_patients
from RadioGenomicsTrainLib.training.encoder_training import EncoderTraining
from RadioGenomicsTrainLib.training.prepared import PreparedPatient
from Testing.unit.training.train_small import NETWORK
from Testing.unit.training.train_small import SETTINGS
from Testing.unit.training.train_small import save_network

pytestmark = pytest.mark.usefixtures("one_thread")


def cancel_after(epoch: int):
    def progress(_fraction: float, step: str) -> None:
        if step.startswith(f"epoch {epoch} "):
            raise Canceled

    return progress


def weights_after(patients: list[PreparedPatient], folder: Path, settings=SETTINGS, **options) -> bytes:
    network = train_encoder(patients, NETWORK, settings, augmentation=Augmentation(noise=0.1), device="cpu", **options)
    save_network(network, folder / "weights.safetensors")
    return (folder / "weights.safetensors").read_bytes()


def test_a_killed_training_ends_with_the_same_bytes(
    patients: list[PreparedPatient], tmp_path: Path, repo_root: Path
) -> None:
    checkpoint, stored, weights = tmp_path / "state.checkpoint", tmp_path / "patients.npz", tmp_path / "w.safetensors"
    store_patients(patients, stored)
    paths = [str(repo_root), *sys.path]
    child = subprocess.Popen(
        [sys.executable, "-m", "Testing.unit.training.train_small", str(stored), str(weights), str(checkpoint)],
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(paths), "OMP_NUM_THREADS": "1"},
        cwd=repo_root,
    )
    for line in child.stdout:
        if line.startswith("epoch 2 "):
            child.send_signal(signal.SIGKILL)
    assert child.wait() == -signal.SIGKILL
    assert not weights.exists()

    whole = weights_after(patients, tmp_path)
    epochs = []
    resumed = weights_after(
        patients,
        tmp_path,
        checkpoint=checkpoint,
        log_folder=checkpoint.with_suffix(".scalars"),
        progress=lambda _, step: epochs.append(step.split()[1]),
    )
    assert epochs[-1] == "4"
    assert epochs[0] in ("3", "4")
    assert resumed == whole
    with (checkpoint.with_suffix(".scalars") / "scalars.csv").open(newline="") as stream:
        assert [row["epoch"] for row in csv.DictReader(stream)] == ["1", "2", "3", "4"]


@pytest.mark.parametrize("change", ["settings", "patients", "augmentation"])
def test_the_state_of_another_training_is_not_taken_up(
    patients: list[PreparedPatient], tmp_path: Path, change: str
) -> None:
    settings = replace(SETTINGS, epochs=2, patience=None)
    checkpoint = tmp_path / "state.checkpoint"
    told = []
    with pytest.raises(Canceled):
        train_encoder(patients[:2], NETWORK, settings, checkpoint=checkpoint, progress=cancel_after(1))
    train_encoder(
        patients[1:3] if change == "patients" else patients[:2],
        NETWORK,
        replace(settings, seed=1) if change == "settings" else settings,
        augmentation=Augmentation(noise=0) if change == "augmentation" else None,
        checkpoint=checkpoint,
        progress=lambda _, step: told.append(step),
    )
    assert len(told) == 2


def test_a_damaged_state_is_left_aside(patients: list[PreparedPatient], tmp_path: Path) -> None:
    settings, checkpoint = replace(SETTINGS, epochs=2), tmp_path / "state.checkpoint"
    whole = weights_after(patients, tmp_path, settings)
    with pytest.raises(Canceled):
        weights_after(patients, tmp_path, settings, checkpoint=checkpoint, progress=cancel_after(1))
    checkpoint.write_bytes(checkpoint.read_bytes()[:-100])
    assert weights_after(patients, tmp_path, settings, checkpoint=checkpoint) == whole


def test_a_state_with_one_other_byte_is_left_aside(
    patients: list[PreparedPatient], tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    checkpoint = tmp_path / "state.checkpoint"
    with pytest.raises(Canceled):
        weights_after(patients, tmp_path, checkpoint=checkpoint, progress=cancel_after(1))
    state = bytearray(checkpoint.read_bytes())
    state[-5] ^= 0x01  # of a number, which stays one
    checkpoint.write_bytes(state)
    assert weights_after(patients, tmp_path, checkpoint=checkpoint) == weights_after(patients, tmp_path)
    assert "cannot be read; the training starts anew" in caplog.text


def test_the_best_state_survives_an_interruption(
    patients: list[PreparedPatient], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    errors = [2.0, 1.0, 3.0, 3.0, 3.0]
    monkeypatch.setattr(EncoderTraining, "_inner_loss", lambda training, _: errors[training._state.epoch])
    settings, checkpoint, told = replace(SETTINGS, epochs=5, patience=2), tmp_path / "state.checkpoint", []
    whole = weights_after(patients, tmp_path, settings, progress=lambda _, step: told.append(step))
    assert len(told) == 4
    with pytest.raises(Canceled):
        weights_after(patients, tmp_path, settings, checkpoint=checkpoint, progress=cancel_after(3))
    assert weights_after(patients, tmp_path, settings, checkpoint=checkpoint) == whole


def test_a_state_is_tensors_and_json_only(patients: list[PreparedPatient], tmp_path: Path) -> None:
    checkpoint = tmp_path / "state.checkpoint"
    train_encoder(patients[:2], NETWORK, replace(SETTINGS, epochs=1), checkpoint=checkpoint)
    names = load_tensors(checkpoint)
    assert {name.split()[0] for name in names} == {"network", "optimizer", "best", "random"}
    assert [path.name for path in tmp_path.iterdir()] == ["state.checkpoint"]
