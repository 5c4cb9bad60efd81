"""Training the encoder."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from RadioGenomicsLib.model.network import TransUNet
from RadioGenomicsTrainLib.training.encoder import EncoderSettings
from RadioGenomicsTrainLib.training.encoder import _Slices
from RadioGenomicsTrainLib.training.encoder import segmentation_loss
from RadioGenomicsTrainLib.training.encoder import train_encoder
from RadioGenomicsTrainLib.training.prepared import PreparedPatient
from Testing.unit.training.small_cohort import NETWORK

SETTINGS = EncoderSettings(epochs=1, batch=8, tumor_slices=4, other_slices=2, learning_rate=1e-2)


def weights(network: TransUNet) -> torch.Tensor:
    return torch.cat([tensor.float().ravel() for tensor in network.state_dict().values()])


@pytest.mark.usefixtures("one_thread")
def test_the_same_seed_gives_the_same_network_bit_for_bit(patients: list[PreparedPatient]) -> None:
    first, again = (train_encoder(patients[:2], NETWORK, SETTINGS) for _ in range(2))
    other = train_encoder(patients[:2], NETWORK, replace(SETTINGS, seed=1))
    assert torch.equal(weights(first), weights(again))
    assert not torch.equal(weights(first), weights(other))
    assert not first.training


@pytest.mark.usefixtures("one_thread")
def test_the_loss_falls(patients: list[PreparedPatient]) -> None:
    losses = []

    def note(_fraction: float, step: str) -> None:
        losses.append(float(step.rpartition(" ")[2]))

    settings = replace(SETTINGS, epochs=3, tumor_slices=8, other_slices=5, learning_rate=5e-2)
    train_encoder(patients, NETWORK, settings, progress=note)
    assert len(losses) == 3
    assert losses[-1] < 0.8 * losses[0]


def test_the_loss_of_a_perfect_outline_is_nearly_zero_and_of_its_opposite_large() -> None:
    target = (torch.arange(64).reshape(1, 1, 8, 8) % 3 == 0).float()
    logits = (2 * target - 1) * 20
    assert segmentation_loss(logits, target) < 0.01
    assert segmentation_loss(-logits, target) > 10
    assert segmentation_loss(torch.full_like(target, -20), torch.zeros_like(target)) < 0.01


def test_an_epoch_draws_slices_with_and_without_tumor_up_to_their_number(patients: list[PreparedPatient]) -> None:
    slices = _Slices.of(patients, 1, NETWORK.neighbors)
    drawn = slices.draw(SETTINGS, np.random.default_rng(0))
    assert len(np.unique(drawn, axis=0)) == len(drawn)
    for number, patient in enumerate(patients):
        has_tumor = patient.tumor.any(axis=(1, 2))[drawn[drawn[:, 0] == number, 1]]
        assert has_tumor.sum() == min(4, patient.tumor.any(axis=(1, 2)).sum())
        assert (~has_tumor).sum() == 2
    assert not np.array_equal(drawn, slices.draw(SETTINGS, np.random.default_rng(1)))
