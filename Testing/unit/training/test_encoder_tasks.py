"""What the encoder learns at every step."""

from __future__ import annotations

import pytest
import torch

from RadioGenomicsLib.model.network import TransUNet
from RadioGenomicsTrainLib.training.augmentation import Augmentation
from RadioGenomicsTrainLib.training.encoder_tasks import Exercise
from RadioGenomicsTrainLib.training.encoder_tasks import multitask_loss
from RadioGenomicsTrainLib.training.encoder_tasks import segmentation_loss
from RadioGenomicsTrainLib.training.encoder_tasks import set_exercise
from Testing.unit.training.small_cohort import NETWORK


@pytest.fixture
def exercise() -> Exercise:
    planes = torch.randn(6, NETWORK.inputs, 112, 96, generator=torch.Generator().manual_seed(0))
    tumor = (planes[:, 1:2] > 1).float()
    hide_all = Augmentation(hide=1.0, rotation=0, scaling=0, shift=0, contrast=0, brightness=0, noise=0, drop_channel=0)
    return set_exercise(planes, tumor, NETWORK.channels, 1, hide_all, torch.Generator().manual_seed(1))


def test_what_is_hidden_is_not_seen_and_the_rest_is(exercise: Exercise) -> None:
    hidden = exercise.hidden.bool()
    assert hidden.any()
    channels = exercise.seen[:, : NETWORK.channels]
    assert not channels.masked_select(hidden).any()
    torch.testing.assert_close(channels.masked_select(~hidden), exercise.whole.masked_select(~hidden))
    assert torch.equal(exercise.tumor.bool(), exercise.whole[:, 1:2] > 1)


def test_only_hidden_parts_count_for_repainting(exercise: Exercise) -> None:
    torch.manual_seed(0)
    network = TransUNet(NETWORK).eval()
    elsewhere = Exercise(exercise.seen, exercise.tumor, exercise.whole + 5 * (1 - exercise.hidden), exercise.hidden)
    inside = Exercise(exercise.seen, exercise.tumor, exercise.whole + 5 * exercise.hidden, exercise.hidden)
    loss = multitask_loss(network, exercise, 1.0)
    torch.testing.assert_close(multitask_loss(network, elsewhere, 1.0), loss)
    assert multitask_loss(network, inside, 1.0) > loss + 1
    torch.testing.assert_close(multitask_loss(network, inside, 0.0), multitask_loss(network, exercise, 0.0))


def test_the_loss_of_a_perfect_outline_is_nearly_zero_and_of_its_opposite_large() -> None:
    target = (torch.arange(64).reshape(1, 1, 8, 8) % 3 == 0).float()
    logits = (2 * target - 1) * 20
    assert segmentation_loss(logits, target) < 0.01
    assert segmentation_loss(-logits, target) > 10
    assert segmentation_loss(torch.full_like(target, -20), torch.zeros_like(target)) < 0.01
