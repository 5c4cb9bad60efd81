"""The network's form."""

from __future__ import annotations

import json

import pytest
import torch

from RadioGenomicsLib.model.network import NetworkSettings
from RadioGenomicsLib.model.network import TransUNet
from Testing.unit.model.tiny_bundle import NETWORK


@pytest.fixture(scope="module")
def tiny() -> TransUNet:
    torch.manual_seed(0)
    return TransUNet(NETWORK).eval()


def test_it_gives_an_outline_the_channels_and_a_sixteenth_of_the_size_in_tokens(tiny: TransUNet) -> None:
    with torch.inference_mode():
        tumor, repainted, tokens = tiny(torch.randn(2, 5, 112, 96))
    assert tumor.shape == (2, 1, 112, 96)
    assert repainted.shape == (2, 3, 112, 96)
    assert tokens.shape == (2, 16, 7, 6)


def test_the_shipped_settings_have_the_eight_transformer_layers_of_the_paper() -> None:
    network = TransUNet(NetworkSettings())
    assert len(network.transformer) == 8
    assert sum(parameter.numel() for parameter in network.parameters()) == 3_127_844


def test_an_untrained_network_expects_little_tumor(tiny: TransUNet) -> None:
    with torch.inference_mode():
        chance = torch.sigmoid(tiny(torch.randn(2, 5, 112, 96))[0])
    assert chance.mean() < 0.05


def test_every_token_sees_the_whole_slice(tiny: TransUNet) -> None:
    planes = torch.randn(1, 5, 112, 96, generator=torch.Generator().manual_seed(0))
    changed = planes.clone()
    changed[:, :, :16, :16] += 3
    with torch.inference_mode():
        before, after = tiny.tokens(planes)[0], tiny.tokens(changed)[0]
    assert ((before - after).abs().amax(dim=1) > 0).all()


def test_a_slice_does_not_depend_on_the_others_of_its_batch(tiny: TransUNet) -> None:
    planes = torch.randn(3, 5, 112, 96, generator=torch.Generator().manual_seed(0))
    with torch.inference_mode():
        torch.testing.assert_close(tiny(planes)[0][1:2], tiny(planes[1:2])[0], rtol=1e-4, atol=1e-5)


def test_in_training_a_slice_does_not_depend_on_the_others_of_its_batch_either() -> None:
    torch.manual_seed(0)
    network, planes = TransUNet(NETWORK).train(), torch.randn(3, 5, 112, 96)
    with torch.no_grad():
        torch.testing.assert_close(network(planes)[0][1:2], network(planes[1:2])[0], rtol=1e-4, atol=1e-5)


def test_settings_survive_json() -> None:
    assert NetworkSettings.from_json(json.loads(json.dumps(NETWORK.to_json()))) == NETWORK


def test_a_card_that_names_no_normalization_is_of_a_network_with_batch_norm() -> None:
    card = NETWORK.to_json()
    assert card.pop("normalization") == "group"
    network = TransUNet(NetworkSettings.from_json(card))
    assert any(isinstance(layer, torch.nn.BatchNorm2d) for layer in network.modules())
    assert not any(isinstance(layer, torch.nn.GroupNorm) for layer in network.modules())
