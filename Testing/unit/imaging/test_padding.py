from __future__ import annotations

import numpy as np
import pytest

from RadioGenomicsLib.imaging.body_part import is_ct
from RadioGenomicsLib.imaging.padding import without_padding
from RadioGenomicsLib.imaging.volume import Volume

AFFINE = np.diag([2.0, 2.0, 4.0, 1.0])


def scan(values: np.ndarray) -> Volume:
    return Volume(values.astype(np.float32), AFFINE)


@pytest.fixture
def head() -> np.ndarray:
    """Noise of air, and a head of 100 to 300, in a round field of view."""
    random, (k, j, i) = np.random.default_rng(0), np.indices((20, 64, 64))
    values = random.integers(0, 6, (20, 64, 64))
    inside = (k - 10) ** 2 / 64 + ((j - 32) / 22) ** 2 + ((i - 32) / 20) ** 2 < 1
    return np.where(inside, random.integers(100, 300, values.shape), values)


def round_view() -> np.ndarray:
    _, j, i = np.indices((20, 64, 64))
    return (j - 31.5) ** 2 + (i - 31.5) ** 2 < 31**2


@pytest.mark.parametrize("value", [-32768, -1000, -2000])
def test_padding_around_a_round_view_becomes_background(head, value):
    padded = np.where(round_view(), head, value)
    cleaned = without_padding(scan(padded))
    np.testing.assert_array_equal(cleaned.array, np.where(round_view(), head, 0))
    assert f"padding with the value {value}" in cleaned.notes[0]
    assert not is_ct(cleaned)


def test_scans_without_padding_stay_as_they_are(head):
    random = np.random.default_rng(1)
    for values in (
        head,
        random.normal(size=head.shape),  # a normalized scan
        np.where(head > 50, random.normal(size=head.shape), -3.5),  # … that is stripped
        head - 1024,  # a CT in air of -1024
    ):
        given = scan(values)
        assert without_padding(given) is given


def test_a_stripped_ct_keeps_the_air_that_tells_it(head):
    brain = np.where(head > 50, np.random.default_rng(2).integers(20, 45, head.shape), -1000)
    given = scan(brain)
    assert without_padding(given) is given
