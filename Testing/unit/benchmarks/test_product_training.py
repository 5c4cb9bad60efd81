"""The product's own training, as a benchmark sees it."""

from __future__ import annotations

import numpy as np
import torch

from RadioGenomicsLib.model.network import NetworkSettings
from RadioGenomicsTrainLib.training.encoder import EncoderSettings
from RadioGenomicsTrainLib.training.slices import Slices
from Testing.benchmarks.product_training import train_by_product


def test_a_course_has_the_time_and_the_held_out_loss_of_every_epoch() -> None:
    network = NetworkSettings()
    draws = torch.Generator().manual_seed(0)
    planes = torch.randn(6, network.inputs, network.rows, network.columns, generator=draws)
    slices = Slices(planes.half(), planes[:, 1:2] > 1, np.repeat(np.arange(3), 2))
    settings = EncoderSettings(epochs=2, patience=2, batch=4)
    learned, held_out = slices.of_patients(np.arange(2)), slices.of_patients(np.array([2]))
    course = train_by_product(learned, settings, held_out)
    assert 0 < course.seconds[0] < course.seconds[1]
    assert len(course.losses) == 2
    assert all(np.isfinite(course.losses))
    assert train_by_product(learned, EncoderSettings(epochs=1)).losses == []
