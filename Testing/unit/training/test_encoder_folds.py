"""One encoder per training set, each trained once."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from RadioGenomicsLib.model.network import TransUNet
from RadioGenomicsLib.model.weights import load_tensors
from RadioGenomicsLib.model.weights import save_tensors
from RadioGenomicsTrainLib.training import encoder_folds
from RadioGenomicsTrainLib.training.encoder import EncoderSettings
from RadioGenomicsTrainLib.training.encoder import train_encoder
from RadioGenomicsTrainLib.training.encoder_folds import encoder_key
from RadioGenomicsTrainLib.training.encoder_folds import train_encoders
from RadioGenomicsTrainLib.training.prepared import PreparedPatient
from Testing.unit.training.small_cohort import NETWORK

SETTINGS = EncoderSettings(epochs=1, batch=8, tumor_slices=2, other_slices=1)


def test_the_key_is_that_of_patients_network_and_schedule(patients: list[PreparedPatient]) -> None:
    key = encoder_key(patients[:2], NETWORK, SETTINGS)
    assert encoder_key(patients[:2], NETWORK, SETTINGS) == key
    changed = replace(patients[1], tumor=np.roll(patients[1].tumor, 1, axis=2))
    others = [
        encoder_key(patients[1::-1], NETWORK, SETTINGS),
        encoder_key(patients[:3], NETWORK, SETTINGS),
        encoder_key([patients[0], changed], NETWORK, SETTINGS),
        encoder_key(patients[:2], replace(NETWORK, layers=3), SETTINGS),
        encoder_key(patients[:2], NETWORK, replace(SETTINGS, seed=1)),
    ]
    assert len({key, *others}) == 6


def test_an_encoder_that_is_there_already_is_not_trained_again(
    patients: list[PreparedPatient], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    named = {f"patient {n}": patient for n, patient in enumerate(patients)}
    sets = {"fold 1": np.array([0, 1]), "fold 2": np.array([2, 3])}
    expected = {
        name: tmp_path / f"encoder-{encoder_key([patients[i] for i in indices], NETWORK, SETTINGS)}.safetensors"
        for name, indices in sets.items()
    }
    for path in expected.values():
        path.write_bytes(b"there")

    def fail(*_: object) -> None:
        raise AssertionError("trained again")

    monkeypatch.setattr(encoder_folds.ProcessPoolExecutor, "submit", fail)
    assert train_encoders(named, sets, NETWORK, SETTINGS, tmp_path) == expected


@pytest.mark.usefixtures("one_thread")
def test_a_job_writes_the_weights_of_the_training_and_a_line_per_epoch(
    patients: list[PreparedPatient], tmp_path: Path
) -> None:
    path = tmp_path / "encoder.safetensors"
    encoder_folds._train(patients[:2], NETWORK, SETTINGS, path)
    network = TransUNet(NETWORK)
    trained = train_encoder(patients[:2], NETWORK, SETTINGS).state_dict()
    written = load_tensors(path)
    assert set(written) == set(network.state_dict())
    for name, tensor in trained.items():
        np.testing.assert_array_equal(written[name], tensor.numpy())
    assert path.with_suffix(".log").read_text().startswith("epoch 1 of 1, loss ")


def test_half_an_encoder_is_never_left_under_its_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import safetensors.numpy

    def write_half(_tensors: dict, path: Path) -> None:
        path.write_bytes(b"half")
        raise OSError("the disk is full")

    monkeypatch.setattr(safetensors.numpy, "save_file", write_half)
    with pytest.raises(OSError, match="full"):
        save_tensors({"a": np.zeros(3)}, tmp_path / "encoder.safetensors")
    assert not (tmp_path / "encoder.safetensors").exists()
