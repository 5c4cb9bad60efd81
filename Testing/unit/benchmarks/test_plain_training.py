"""The loop that the encoder's training is compared with."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import nn

from RadioGenomicsTrainLib.training.encoder import EncoderSettings
from RadioGenomicsTrainLib.training.slices import Slices
from Testing.benchmarks.plain_training import Course
from Testing.benchmarks.plain_training import train_plainly


def test_the_time_to_a_loss_is_on_the_line_to_the_first_epoch_that_reached_it() -> None:
    course = Course([1.0, 2.0, 3.0], [0.9, 0.4, 0.5])
    assert course.time_to(0.5) == pytest.approx(1.8)
    assert course.time_to(0.4) == 2.0
    assert course.time_to(0.95) == 1.0
    assert np.isinf(course.time_to(0.3))


def test_a_mean_course_is_that_of_all_seeds_epoch_by_epoch() -> None:
    mean = Course.mean([Course([1.0, 2.0], [0.9, 0.4]), Course([3.0, 4.0], [0.7, 0.6])])
    assert (mean.seconds, mean.losses) == ([2.0, 3.0], pytest.approx([0.8, 0.5]))


def test_a_network_learns_the_outline_of_patients_it_has_not_seen() -> None:
    draws = torch.Generator().manual_seed(0)
    planes = torch.randn(24, 5, 32, 32, generator=draws)
    tumor = torch.zeros(24, 1, 32, 32, dtype=torch.bool)
    tumor[::2, :, 8:24, 8:24] = True
    planes[:, 1:2] += 6 * tumor
    slices = Slices(planes.half(), tumor, np.repeat(np.arange(4), 6))
    settings = EncoderSettings(epochs=10, batch=6, learning_rate=0.5)
    learned, held_out = slices.of_patients(np.arange(3)), slices.of_patients(np.array([3]))
    course = train_plainly(lambda: nn.Conv2d(5, 1, 1), learned, settings, held_out)
    assert len(course.seconds) == len(course.losses) == 10
    assert course.losses[-1] < 0.8 * course.losses[0]
