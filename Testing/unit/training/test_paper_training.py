"""The published method, trained end to end."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from RadioGenomicsLib.model.network import TransUNet
from RadioGenomicsTrainLib.training.paper_training import PaperSettings
from RadioGenomicsTrainLib.training.paper_training import _tokens
from RadioGenomicsTrainLib.training.paper_training import train_paper_model
from RadioGenomicsTrainLib.training.prepared import PreparedPatient
from Testing.unit.training.small_cohort import NETWORK

SETTINGS = PaperSettings(epochs=1, batch=2, slices=3)


def encoder() -> TransUNet:
    torch.manual_seed(5)
    return TransUNet(NETWORK)


@pytest.fixture
def z(patients: list[PreparedPatient]) -> np.ndarray:
    return np.random.default_rng(0).normal(size=(len(patients), 4))


@pytest.mark.usefixtures("one_thread")
def test_the_same_seed_gives_the_same_head_and_encoder_bit_for_bit(
    patients: list[PreparedPatient], z: np.ndarray
) -> None:
    def weights(seed: int) -> torch.Tensor:
        both = train_paper_model(patients, z, encoder(), replace(SETTINGS, seed=seed))
        return torch.cat([p.detach().ravel() for model in both for p in model.parameters()])

    assert torch.equal(weights(0), weights(0))
    assert not torch.equal(weights(0), weights(1))


@pytest.mark.usefixtures("one_thread")
def test_the_encoder_learns_with_the_head_and_both_end_in_evaluation_mode(
    patients: list[PreparedPatient], z: np.ndarray
) -> None:
    trained, head = train_paper_model(patients, z, encoder(), SETTINGS)
    assert not trained.training
    assert not head.training
    assert not torch.equal(trained.to_tokens[0].weight, encoder().to_tokens[0].weight)


@pytest.mark.usefixtures("one_thread")
def test_the_error_falls(patients: list[PreparedPatient], z: np.ndarray) -> None:
    errors = []
    settings = replace(SETTINGS, epochs=8, learning_rate=5e-3, dropout=0.0)
    train_paper_model(patients, z + 2, encoder(), settings, progress=lambda _, step: errors.append(float(step[-5:])))
    assert errors[-1] < 0.7 * errors[0]


@pytest.mark.usefixtures("one_thread")
def test_a_value_that_was_not_measured_teaches_nothing(patients: list[PreparedPatient], z: np.ndarray) -> None:
    z[:, 2] = np.nan
    _, head = train_paper_model(patients, z, encoder(), replace(SETTINGS, learning_rate=1e-2))
    assert head.to_genes.weight.isfinite().all()
    rows = head.to_genes.weight.detach()
    torch.manual_seed(SETTINGS.seed)
    from RadioGenomicsLib.model.paper_head import PaperHead

    untrained = PaperHead(NETWORK.embedding, 4).to_genes.weight.detach()
    moved = (rows - untrained).abs().amax(dim=(1, 2))
    # Only weight decay moves it.
    assert moved[2] < 1e-3 * 2
    assert moved[[0, 1, 3]].min() > 5e-3


def test_tokens_outside_the_tumor_and_padding_are_not_valid(patients: list[PreparedPatient]) -> None:
    small, large = replace_tumor(patients[0], 1), patients[1]
    generator, draws = torch.Generator().manual_seed(0), np.random.default_rng(0)
    tokens, valid = _tokens([small, large], encoder().eval(), SETTINGS, 1, draws, generator)
    assert tokens.shape == (2, NETWORK.embedding, 3 * 7 * 6)
    assert valid[0].sum() < valid[1].sum()
    assert not valid[0, 42:].any()
    assert valid.any(dim=1).all()


def replace_tumor(patient: PreparedPatient, slices: int) -> PreparedPatient:
    """The same patient with the tumor on fewer slices."""
    tumor = patient.tumor.copy()
    tumor[np.flatnonzero(tumor.any(axis=(1, 2)))[slices:]] = False
    return replace(patient, tumor=tumor)
