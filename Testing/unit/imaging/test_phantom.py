"""The synthetic head stands in for a patient: it must look like one to the pipeline, and never be taken for one."""

from __future__ import annotations

import numpy as np
import pytest

from RadioGenomicsLib.imaging.phantom import Phantom
from RadioGenomicsLib.imaging.phantom import head_phantom


@pytest.fixture(scope="module")
def phantom() -> Phantom:
    return head_phantom()


def test_every_volume_says_that_it_is_synthetic(phantom: Phantom) -> None:
    for volume in (*phantom.channels.values(), phantom.brain, phantom.tumor):
        assert "synthetic" in volume.name


def test_all_volumes_lie_on_one_grid(phantom: Phantom) -> None:
    for volume in (*phantom.channels.values(), phantom.tumor):
        assert volume.same_grid(phantom.brain)


def test_the_same_seed_gives_the_same_head(phantom: Phantom) -> None:
    again = head_phantom()
    for role, volume in phantom.channels.items():
        assert np.array_equal(volume.array, again.channels[role].array)


def test_another_seed_gives_another_head(phantom: Phantom) -> None:
    assert not np.array_equal(phantom.channels["FLAIR"].array, head_phantom(seed=1).channels["FLAIR"].array)


def test_the_tumor_is_in_the_left_front_of_the_brain(phantom: Phantom) -> None:
    inside = np.argwhere(phantom.tumor.array)[:, ::-1]
    right, front, _ = phantom.tumor.ras(inside.mean(axis=0))
    assert right < -20
    assert front > 10
    assert 10 < len(inside) * phantom.tumor.voxel_ml < 100
    covered = phantom.brain.array[phantom.tumor.array > 0].mean()
    assert covered > 0.97


def test_the_brain_is_as_large_as_a_brain(phantom: Phantom) -> None:
    assert 1000 < phantom.brain.array.sum() * phantom.brain.voxel_ml < 1800


@pytest.mark.parametrize(("role", "low", "high"), [("FLAIR", 1.5, 3.0), ("T1", 0.5, 0.85)])
def test_the_tumor_is_bright_on_flair_and_dark_on_t1(phantom: Phantom, role: str, low: float, high: float) -> None:
    scan = phantom.channels[role].array
    tumor = phantom.tumor.array > 0
    healthy = (phantom.brain.array > 0) & ~tumor
    assert low < scan[tumor].mean() / scan[healthy].mean() < high


def test_the_tumors_rim_takes_up_contrast(phantom: Phantom) -> None:
    uptake = phantom.channels["T1c"].array - phantom.channels["T1"].array
    tumor = phantom.tumor.array > 0
    assert np.percentile(uptake[tumor], 95) > 200
    assert np.median(uptake[(phantom.brain.array > 0) & ~tumor]) < 30
