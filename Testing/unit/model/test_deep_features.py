"""The frozen network's features: of every slice, of its mirror image, averaged over a region."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from RadioGenomicsLib.errors import BundleError
from RadioGenomicsLib.model.deep_features import feature_maps
from RadioGenomicsLib.model.deep_features import mean_in_region
from RadioGenomicsLib.model.deep_features import network_of
from RadioGenomicsLib.model.deep_features import shipped_network
from RadioGenomicsLib.model.efficientnet_lite import FEATURES
from RadioGenomicsLib.model.efficientnet_lite import EfficientNetLite


@pytest.fixture(scope="module")
def network() -> EfficientNetLite:
    return shipped_network()


@pytest.fixture(scope="module")
def channels() -> np.ndarray:
    return np.random.default_rng(0).normal(size=(3, 2, 32, 48)).astype(np.float32)


def test_a_cell_stands_for_eight_by_eight_pixels(network: EfficientNetLite, channels: np.ndarray) -> None:
    assert feature_maps(network, channels).shape == (2, FEATURES, 4, 6)


def test_slices_do_not_see_one_another(network: EfficientNetLite, channels: np.ndarray) -> None:
    together, apart = feature_maps(network, channels), feature_maps(network, channels[:, 1:])
    np.testing.assert_allclose(together[1:], apart, atol=1e-4)


def test_the_mirrored_scan_has_the_mirrored_features(network: EfficientNetLite, channels: np.ndarray) -> None:
    mirrored = feature_maps(network, channels[..., ::-1].copy())
    np.testing.assert_allclose(mirrored[..., ::-1], feature_maps(network, channels), atol=1e-4)


def test_the_shipped_network_reads_edges(network: EfficientNetLite) -> None:
    """Random weights of this size would see next to nothing of a step after twelve layers."""
    flat, step = np.zeros((3, 1, 64, 64), np.float32), np.zeros((3, 1, 64, 64), np.float32)
    step[..., 32:] = 2
    apart = np.abs(feature_maps(network, step) - feature_maps(network, flat))[0].mean(axis=(0, 1))
    assert apart[3:5].mean() > 1.5 * apart[[0, 7]].mean()
    assert sum(weights.numel() for weights in network.parameters()) == pytest.approx(691_000, rel=0.01)


def test_the_first_layer_is_padded_as_it_was_trained(network: EfficientNetLite) -> None:
    """TensorFlow puts the odd pixel of a stride on the far side."""
    planes = torch.randn(1, 3, 8, 8)
    with torch.no_grad():
        padded = torch.nn.functional.pad(planes, (0, 1, 0, 1))
        expected = torch.nn.functional.conv2d(padded, network.stem.weight, network.stem.bias, stride=2)
        torch.testing.assert_close(network.stem(planes), expected)


def test_a_cell_counts_as_much_as_the_region_fills_it() -> None:
    maps = np.stack([np.full((5, 2, 2), value, np.float32) for value in (1.0, 4.0)])
    region = np.zeros((2, 16, 16), bool)
    region[0, :8, :8] = True
    region[1, :4, :8] = True
    np.testing.assert_allclose(mean_in_region(maps, region), 2.0)


def test_an_empty_region_has_no_features() -> None:
    assert np.isnan(mean_in_region(np.ones((1, 5, 2, 2), np.float32), np.zeros((1, 16, 16), bool))).all()


def test_weights_of_another_network_are_refused() -> None:
    with pytest.raises(BundleError, match="not those of EfficientNet-Lite0"):
        network_of({"stem.weight": np.zeros((32, 3, 3, 3), np.float32)})
