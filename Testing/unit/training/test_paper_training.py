"""The published method, trained end to end."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from RadioGenomicsLib.errors import Canceled
from RadioGenomicsLib.model.network import TransUNet
from RadioGenomicsTrainLib.training import paper_training
from RadioGenomicsTrainLib.training.early_stopping import EarlyStopping
from RadioGenomicsTrainLib.training.paper_training import PaperSettings
from RadioGenomicsTrainLib.training.paper_training import train_paper_model
from RadioGenomicsTrainLib.training.prepared import PreparedPatient
from Testing.unit.training.small_cohort import NETWORK

SETTINGS = PaperSettings(epochs=1, batch=2, slices=3, patience=None)


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


@pytest.mark.usefixtures("one_thread")
def test_inner_patients_are_not_learned_from_and_the_best_epoch_is_kept(
    patients: list[PreparedPatient], z: np.ndarray, monkeypatch: pytest.MonkeyPatch
) -> None:
    errors, kept, told, drawn = iter([2.0, 1.0, 3.0, 1.5]), [], [], []
    real_note, real_draw = EarlyStopping.note, paper_training.draw_tumor_slices

    def note(stopping: EarlyStopping, error: float) -> None:
        assert np.isfinite(error)
        real_note(stopping, next(errors))
        kept.append(stopping.best["head.to_genes.weight"].clone())

    def draw(chosen: list[PreparedPatient], *rest: object) -> object:
        drawn.extend(id(patient) for patient in chosen)
        return real_draw(chosen, *rest)

    monkeypatch.setattr(EarlyStopping, "note", note)
    monkeypatch.setattr(paper_training, "draw_tumor_slices", draw)
    _, head = train_paper_model(
        patients, z, encoder(), replace(SETTINGS, epochs=9, patience=2), progress=lambda _, step: told.append(step)
    )
    assert len(told) == 4
    assert "inner MSE" in told[0]
    assert len(set(drawn)) == 3
    assert torch.equal(head.to_genes.weight, kept[1])
    assert torch.equal(kept[1], kept[3])


@pytest.mark.usefixtures("one_thread")
def test_an_interrupted_training_ends_with_the_same_weights(
    patients: list[PreparedPatient], z: np.ndarray, tmp_path: Path
) -> None:
    settings = replace(SETTINGS, epochs=3, patience=2)

    def cancel(_fraction: float, step: str) -> None:
        if step.startswith("epoch 2"):
            raise Canceled

    whole = train_paper_model(patients, z, encoder(), settings)
    with pytest.raises(Canceled):
        train_paper_model(patients, z, encoder(), settings, checkpoint=tmp_path / "state", progress=cancel)
    told: list[str] = []
    resumed = train_paper_model(
        patients,
        z,
        encoder(),
        settings,
        checkpoint=tmp_path / "state",
        log_folder=tmp_path / "log",
        progress=lambda _, step: told.append(step),
    )
    assert len(told) == 1
    for one, other in zip(whole, resumed, strict=True):
        for name, tensor in one.state_dict().items():
            assert torch.equal(tensor, other.state_dict()[name]), name
