"""One encoder per training set, each trained once."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from RadioGenomicsLib.errors import Canceled
from RadioGenomicsLib.model.weights import load_tensors
from RadioGenomicsLib.model.weights import save_tensors
from RadioGenomicsTrainLib.training import encoder_folds
from RadioGenomicsTrainLib.training.augmentation import Augmentation
from RadioGenomicsTrainLib.training.encoder import EncoderSettings
from RadioGenomicsTrainLib.training.encoder import train_encoder
from RadioGenomicsTrainLib.training.encoder_folds import encoder_key
from RadioGenomicsTrainLib.training.encoder_folds import load_patients
from RadioGenomicsTrainLib.training.encoder_folds import store_patients
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
        save_tensors({"there": np.zeros(3)}, path)

    def fail(*_: object, **__: object) -> None:
        raise AssertionError("trained again")

    monkeypatch.setattr(encoder_folds, "train_encoder", fail)
    assert train_encoders(named, sets, NETWORK, SETTINGS, tmp_path) == expected


def test_the_name_of_the_shipped_encoder_stays(patients: list[PreparedPatient]) -> None:
    # The name that these settings had before there was a patience, which is not set by default.
    was = asdict(SETTINGS)
    del was["patience"]
    made_from = [NETWORK.to_json(), was, asdict(Augmentation()), [patients[0].digest()]]
    name = hashlib.sha256(json.dumps(made_from, sort_keys=True).encode()).hexdigest()[:16]
    assert encoder_key(patients[:1], NETWORK, SETTINGS) == name
    assert encoder_key(patients[:1], NETWORK, replace(SETTINGS, patience=3)) != name


@pytest.mark.usefixtures("one_thread")
def test_every_set_gets_the_weights_of_its_own_training_and_its_course(
    patients: list[PreparedPatient], tmp_path: Path
) -> None:
    named = {f"patient {n}": patient for n, patient in enumerate(patients)}
    told: list[tuple[float, str]] = []
    sets = {"fold 1": np.array([0, 1]), "fold 2": np.array([2, 3])}
    paths = train_encoders(
        named, sets, NETWORK, SETTINGS, tmp_path, progress=lambda fraction, step: told.append((fraction, step))
    )
    for name, indices in sets.items():
        trained = train_encoder([patients[i] for i in indices], NETWORK, SETTINGS).state_dict()
        written = load_tensors(paths[name])
        assert set(written) == set(trained)
        for key, tensor in trained.items():
            np.testing.assert_array_equal(written[key], tensor.numpy())
        assert (paths[name].with_suffix("") / "scalars.csv").read_text().startswith("epoch,loss,learning_rate\n1,")
    assert [(fraction, step[:29]) for fraction, step in told] == [
        (0.5, "encoder of fold 1: epoch 1 of"),
        (1.0, "encoder of fold 2: epoch 1 of"),
    ]
    # Neither checkpoints nor copies of patients stay.
    assert {path.suffix for path in tmp_path.iterdir()} == {"", ".safetensors"}


@pytest.mark.usefixtures("one_thread")
def test_an_interrupted_fold_goes_on_where_it_was(patients: list[PreparedPatient], tmp_path: Path) -> None:
    named = {f"patient {n}": patient for n, patient in enumerate(patients)}
    sets, settings = {"fold 1": np.array([0, 1])}, replace(SETTINGS, epochs=2)

    def cancel(_fraction: float, _step: str) -> None:
        raise Canceled

    with pytest.raises(Canceled):
        train_encoders(named, sets, NETWORK, settings, tmp_path, progress=cancel)
    told: list[str] = []
    paths = train_encoders(named, sets, NETWORK, settings, tmp_path, progress=lambda _, step: told.append(step))
    assert [step.split(",")[0] for step in told] == ["encoder of fold 1: epoch 2 of 2"]
    expected = train_encoder(patients[:2], NETWORK, settings).state_dict()
    for key, array in load_tensors(paths["fold 1"]).items():
        np.testing.assert_array_equal(array, expected[key].numpy())


def test_other_first_weights_make_another_encoder(patients: list[PreparedPatient], tmp_path: Path) -> None:
    keys = {encoder_key(patients[:1], NETWORK, SETTINGS)}
    for content in (b"one", b"two"):
        (tmp_path / "start").write_bytes(content)
        keys.add(encoder_key(patients[:1], NETWORK, SETTINGS, tmp_path / "start"))
    assert len(keys) == 3


def test_stored_patients_are_read_back_whole(patients: list[PreparedPatient], tmp_path: Path) -> None:
    store_patients(patients, tmp_path / "patients.npz")
    assert [p.digest() for p in load_patients(tmp_path / "patients.npz")] == [p.digest() for p in patients]


def test_half_an_encoder_is_never_left_under_its_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import safetensors.numpy

    def write_half(_tensors: dict, path: Path) -> None:
        path.write_bytes(b"half")
        raise OSError("the disk is full")

    monkeypatch.setattr(safetensors.numpy, "save_file", write_half)
    with pytest.raises(OSError, match="full"):
        save_tensors({"a": np.zeros(3)}, tmp_path / "encoder.safetensors")
    assert not (tmp_path / "encoder.safetensors").exists()
