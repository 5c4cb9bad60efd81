"""Which tokens lie in a tumor."""

from __future__ import annotations

import numpy as np
import pytest

from RadioGenomicsLib.model.token_geometry import coverage
from RadioGenomicsLib.model.token_geometry import mean_token


@pytest.fixture
def tumor() -> np.ndarray:
    """The whole first patch of the first slice, and half of the second patch of the second slice."""
    mask = np.zeros((2, 4, 8), bool)
    mask[0, :, :4] = True
    mask[1, :2, 4:] = True
    return mask


def test_coverage_is_the_share_of_the_patch_that_is_tumor(tumor: np.ndarray) -> None:
    np.testing.assert_array_equal(coverage(np.zeros((2, 3, 1, 2)), tumor), [[[1, 0]], [[0, 0.5]]])
    assert coverage(np.zeros((2, 3, 2, 2)), tumor)[1].tolist() == [[0, 1], [0, 0]]


def test_the_mean_token_weighs_patches_by_the_tumor_they_hold(tumor: np.ndarray) -> None:
    tokens = np.zeros((2, 1, 1, 2))
    tokens[:, 0, 0] = [[1.0, 10.0], [100.0, 1000.0]]
    assert mean_token(tokens, tumor)[0] == pytest.approx((1 * 1.0 + 0.5 * 1000.0) / 1.5)


def test_equal_tokens_have_themselves_as_their_mean(tumor: np.ndarray) -> None:
    tokens = np.broadcast_to(np.array([3.0, -1.0])[None, :, None, None], (2, 2, 1, 2))
    np.testing.assert_allclose(mean_token(tokens, tumor), [3, -1])
