"""Features of the frozen encoders."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from RadioGenomicsLib.model.network import TransUNet
from RadioGenomicsLib.model.token_geometry import mean_token
from RadioGenomicsLib.model.weights import save_tensors
from RadioGenomicsTrainLib.training import token_features as module
from RadioGenomicsTrainLib.training.encoder_validation import patient_tokens
from RadioGenomicsTrainLib.training.prepared import PreparedPatient
from RadioGenomicsTrainLib.training.token_features import pooled_tokens
from RadioGenomicsTrainLib.training.token_features import token_features
from Testing.unit.training.small_cohort import NETWORK


def test_the_mean_counts_all_tokens_of_the_tumor_and_the_highest_a_fifth_of_them() -> None:
    tokens = np.arange(2 * 1 * 5 * 2, dtype=float).reshape(2, 1, 5, 2)
    tumor = np.zeros((2, 80, 32), dtype=bool)
    tumor[1] = True
    found = pooled_tokens(tokens, tumor)
    assert found[0] == pytest.approx(mean_token(tokens, tumor)[0]) == 14.5
    assert found[1] == 18.5


def test_every_patient_goes_through_every_encoder_once(
    patients: list[PreparedPatient], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    paths, models = [], []
    for seed in range(2):
        torch.manual_seed(seed)
        models.append(TransUNet(NETWORK).eval())
        paths.append(tmp_path / f"encoder-{seed}.safetensors")
        save_tensors({name: tensor.numpy() for name, tensor in models[-1].state_dict().items()}, paths[-1])
    told: list[float] = []
    few = patients[:2]
    found = token_features(few, paths, NETWORK, 1, tmp_path / "cache", lambda fraction, _: told.append(fraction))
    assert found.shape == (2, 2, 2 * NETWORK.embedding)
    by_hand = pooled_tokens(patient_tokens(few[1], models[1], 1), few[1].tumor)
    np.testing.assert_allclose(found[1, 1], by_hand, rtol=1e-5)
    assert told[-1] == 1
    assert [path.name.split("-")[0] for path in (tmp_path / "cache").iterdir()] == ["tokens", "tokens"]
    monkeypatch.setattr(module, "patient_tokens", None)
    np.testing.assert_array_equal(token_features(few, paths, NETWORK, 1, tmp_path / "cache"), found)
