"""Held-out patients through the encoder that has not seen them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from RadioGenomicsLib.model.network import TransUNet
from RadioGenomicsLib.model.weights import save_tensors
from RadioGenomicsTrainLib.training.encoder_validation import load_encoder
from RadioGenomicsTrainLib.training.encoder_validation import outline_held_out
from RadioGenomicsTrainLib.training.encoder_validation import tumor_probability
from RadioGenomicsTrainLib.training.prepared import PreparedPatient
from Testing.unit.training.small_cohort import NETWORK


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
    found = outline_held_out(patients, folds, lambda fold: load_encoder(encoders[fold], NETWORK), 1)
    for index, number in ((0, 1), (1, 0), (2, 0), (3, 1)):
        right = tumor_probability(patients[index], load_encoder(encoders[number], NETWORK), 1)
        np.testing.assert_array_equal(found[index], right)
    wrong = tumor_probability(patients[0], load_encoder(encoders[0], NETWORK), 1)
    assert not np.array_equal(found[0], wrong)
