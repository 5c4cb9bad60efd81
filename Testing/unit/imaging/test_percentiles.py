from __future__ import annotations

import numpy as np
import pytest

from RadioGenomicsLib.imaging import percentiles as module
from RadioGenomicsLib.imaging.percentiles import percentiles

SHAPE = (40, 200, 220)


def _periodic(random: np.random.Generator) -> np.ndarray:
    # What a sample at even steps can miss.
    return np.sin(np.arange(np.prod(SHAPE)) * 0.3).reshape(SHAPE)


@pytest.mark.parametrize(
    "values",
    [
        lambda random: random.normal(size=SHAPE),
        lambda random: random.integers(-1024, 3071, SHAPE),
        lambda random: np.where(random.random(SHAPE) < 0.5, 0.0, random.random(SHAPE)),
        lambda random: np.full(SHAPE, 7.0),
        lambda random: np.sort(random.normal(size=np.prod(SHAPE))).reshape(SHAPE),
        _periodic,
    ],
    ids=["normal", "whole numbers", "half zero", "constant", "sorted", "periodic"],
)
@pytest.mark.parametrize("share", [0.3, 1.0])
@pytest.mark.parametrize("wanted", [(16, 50, 84), (0, 0.01, 100), (33.3,)])
def test_they_are_those_of_numpy(values, share, wanted):
    random = np.random.default_rng(3)
    array = values(random).astype(np.float32)
    inside = random.random(SHAPE) < share
    assert np.array_equal(percentiles(array, inside, wanted), np.percentile(array[inside], wanted))


def test_many_voxels_are_not_all_sorted(monkeypatch):
    monkeypatch.setattr(module.np, "percentile", None)
    array = np.random.default_rng(0).normal(size=SHAPE).astype(np.float32)
    assert percentiles(array, np.ones(SHAPE, bool), (50,))[0] == pytest.approx(0.0, abs=0.01)
