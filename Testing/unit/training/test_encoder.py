"""Training the encoder."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from RadioGenomicsLib.errors import DependencyError
from RadioGenomicsLib.model.network import TransUNet
from RadioGenomicsTrainLib.training.augmentation import Augmentation
from RadioGenomicsTrainLib.training.encoder import EncoderSettings
from RadioGenomicsTrainLib.training.encoder import train_encoder
from RadioGenomicsTrainLib.training.encoder_training import EncoderTraining
from RadioGenomicsTrainLib.training.encoder_training import average_weights
from RadioGenomicsTrainLib.training.encoder_training import averaging_decay
from RadioGenomicsTrainLib.training.prepared import PreparedPatient
from RadioGenomicsTrainLib.training.slices import Slices
from Testing.unit.training.small_cohort import NETWORK

SETTINGS = EncoderSettings(epochs=1, batch=8, tumor_slices=4, other_slices=2, learning_rate=1e-2)


def weights(network: TransUNet) -> torch.Tensor:
    return torch.cat([tensor.float().ravel() for tensor in network.state_dict().values()])


def learned(network: TransUNet) -> torch.Tensor:
    return torch.cat([tensor.detach().ravel() for tensor in network.parameters()])


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

    settings = replace(SETTINGS, epochs=6, tumor_slices=8, other_slices=5, learning_rate=1e-2)
    train_encoder(patients, replace(NETWORK, widths=(16, 16, 16, 16)), settings, progress=note)
    assert len(losses) == 6
    assert losses[-1] < 0.6 * losses[0]


@pytest.mark.usefixtures("one_thread")
def test_with_patience_some_patients_are_not_learned_from_and_the_best_epoch_is_kept(
    patients: list[PreparedPatient], monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[str] = []
    kept: list[torch.Tensor] = []
    used: list[set[int]] = []
    real = Slices.draw

    def draw(slices: Slices, *rest: object) -> np.ndarray:
        used.append(set(slices.owner.tolist()))
        return real(slices, *rest)

    real_inner = EncoderTraining._inner_loss

    def inner_loss(training: EncoderTraining, inner: Slices) -> float:
        assert np.isfinite(real_inner(training, inner))
        kept.append(weights(training._averaged))
        return [2.0, 1.0, 3.0, 1.5][len(kept) - 1]

    monkeypatch.setattr(Slices, "draw", draw)
    monkeypatch.setattr(EncoderTraining, "_inner_loss", inner_loss)
    settings = replace(SETTINGS, epochs=9, patience=2)
    stopped = train_encoder(patients, NETWORK, settings, progress=lambda _, step: told.append(step))
    assert [step.rpartition(" ")[2] for step in told] == ["2.000", "1.000", "3.000", "1.500"]
    assert torch.equal(weights(stopped), kept[1])
    assert not torch.equal(kept[1], kept[2])
    learned, inner = used[1], used[2]
    assert (len(learned), len(inner), len(learned & inner)) == (3, 1, 0)


@pytest.mark.usefixtures("one_thread")
def test_the_averaged_network_lags_behind(patients: list[PreparedPatient]) -> None:
    first, second = (TransUNet(replace(NETWORK, normalization="batch")) for _ in range(2))
    second.stages[0][0][1].num_batches_tracked.fill_(7)
    before, now = (network.to_tokens[0].weight.detach().clone() for network in (first, second))
    average_weights(first, second, 0.75)
    torch.testing.assert_close(first.to_tokens[0].weight, 0.75 * before + 0.25 * now)
    assert first.stages[0][0][1].num_batches_tracked == 7


@pytest.mark.usefixtures("one_thread")
def test_after_a_few_steps_the_averaged_network_has_left_its_random_start(patients: list[PreparedPatient]) -> None:
    training = EncoderTraining(
        Slices.of(patients, 1, NETWORK.neighbors), NETWORK, SETTINGS, reference=1, augmentation=Augmentation()
    )
    start = learned(training._averaged)
    averaged = learned(training.run())
    last = learned(training._model)
    assert 3 <= training._steps <= 10
    assert 0 < (averaged - last).norm() < (averaged - start).norm()


def test_the_average_is_as_long_as_asked_only_after_many_steps() -> None:
    decays = [averaging_decay(0.99, step) for step in range(1, 2000)]
    assert decays[0] == pytest.approx(2 / 11)
    assert decays == sorted(decays)
    assert decays[-1] == 0.99
    assert averaging_decay(0.0, 1) == 0.0


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a GPU here")
def test_a_device_that_is_not_there_is_refused(patients: list[PreparedPatient]) -> None:
    with pytest.raises(DependencyError, match="cuda"):
        train_encoder(patients[:2], NETWORK, SETTINGS, device="cuda")
