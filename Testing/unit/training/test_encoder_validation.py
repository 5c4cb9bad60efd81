"""Held-out patients through the encoder that has not seen them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from RadioGenomicsLib.imaging.descriptors import VoxelMaps
from RadioGenomicsLib.imaging.descriptors import describe
from RadioGenomicsLib.imaging.descriptors.regions import normal_tissue
from RadioGenomicsLib.model.network import TransUNet
from RadioGenomicsLib.model.preprocessing import Preprocessing
from RadioGenomicsLib.model.study import prepare
from RadioGenomicsLib.model.weights import save_tensors
from RadioGenomicsTrainLib.training.encoder_validation import UnseenPatient
from RadioGenomicsTrainLib.training.encoder_validation import describe_patient
from RadioGenomicsTrainLib.training.encoder_validation import describe_proposal
from RadioGenomicsTrainLib.training.encoder_validation import encode_held_out
from RadioGenomicsTrainLib.training.encoder_validation import encode_patient
from RadioGenomicsTrainLib.training.encoder_validation import load_encoder
from RadioGenomicsTrainLib.training.prepared import PreparedPatient
from Testing.unit.training.small_cohort import NETWORK
from Testing.unit.training.small_cohort import small_study

SETTINGS = Preprocessing()


@pytest.fixture(scope="module")
def encoders(tmp_path_factory: pytest.TempPathFactory) -> dict[int, Path]:
    folder = tmp_path_factory.mktemp("encoders")
    paths = {}
    for number in range(2):
        torch.manual_seed(number)
        paths[number] = folder / f"{number}.safetensors"
        save_tensors({k: v.numpy() for k, v in TransUNet(NETWORK).state_dict().items()}, paths[number])
    return paths


def test_every_patient_goes_through_the_encoder_of_the_fold_that_held_them_out(
    patients: list[PreparedPatient], encoders: dict[int, Path]
) -> None:
    folds = [np.array([1, 2]), np.array([0, 3])]
    unseen = encode_held_out(patients, folds, lambda fold: load_encoder(encoders[fold], NETWORK), 1)
    for index, number in ((0, 1), (1, 0), (2, 0), (3, 1)):
        right = encode_patient(patients[index], load_encoder(encoders[number], NETWORK), 1)
        np.testing.assert_array_equal(unseen[index].probability, right.probability)
        np.testing.assert_array_equal(unseen[index].tokens, right.tokens)
    wrong = encode_patient(patients[0], load_encoder(encoders[0], NETWORK), 1)
    assert not np.array_equal(unseen[0].probability, wrong.probability)


def test_descriptors_of_training_are_those_of_a_prediction() -> None:
    small = small_study(1)
    study = prepare(small.channels, SETTINGS, small.brain)
    channels = study.stacked().astype(np.float16)
    tumor = channels[1] > 3
    patient = PreparedPatient(channels, np.ones(3, bool), study.brain.array > 0, tumor, study.grid.affine)
    maps = VoxelMaps.of(study.channels, study.brain.array > 0, study.slice_per_pixel)
    expected = describe(maps, tumor, normal_tissue(tumor, maps.brain))
    trained = describe_patient(patient, SETTINGS, tumor)
    assert list(trained) == list(expected)
    # Prepared patients are kept in half precision.
    np.testing.assert_allclose(list(trained.values()), list(expected.values()), atol=0.02)


def test_an_absent_channel_is_unknown_not_zero(patients: list[PreparedPatient]) -> None:
    patient = patients[0]
    without = PreparedPatient(
        patient.channels * np.array([1, 1, 0], np.float16)[:, None, None, None],
        np.array([True, True, False]),
        patient.brain,
        patient.tumor,
        patient.affine,
    )
    values = describe_patient(without, SETTINGS, patient.tumor)
    assert np.isnan(values["T1c_mean"])
    assert np.isnan(values["uptake_mean"])
    assert np.isfinite(values["FLAIR_mean"])


def test_the_networks_own_outline_is_described_inside_the_brain(patients: list[PreparedPatient]) -> None:
    patient = patients[0]
    moved = np.roll(patient.tumor, 3, axis=1) & patient.brain
    probability = np.where(moved | ~patient.brain, np.float32(0.9), np.float32(0.01))
    found = describe_proposal(patient, SETTINGS, UnseenPatient(probability, np.empty(0)))
    expected = describe_patient(patient, SETTINGS, moved)
    for name, value in expected.items():
        assert found[name] == pytest.approx(value, nan_ok=True), name


@pytest.mark.parametrize("probability", [0.0, 1.0], ids=["nothing", "the whole brain"])
def test_where_the_network_gives_no_usable_outline_the_experts_stands_in(
    patients: list[PreparedPatient], probability: float
) -> None:
    patient = patients[0]
    unseen = UnseenPatient(np.full(patient.brain.shape, probability, np.float32), np.empty(0))
    found = describe_proposal(patient, SETTINGS, unseen)
    assert found == pytest.approx(describe_patient(patient, SETTINGS, patient.tumor), nan_ok=True)
