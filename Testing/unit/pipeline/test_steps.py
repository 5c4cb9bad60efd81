from __future__ import annotations

import numpy as np
import pytest

from RadioGenomicsLib.imaging import brain
from RadioGenomicsLib.imaging.phantom import Phantom
from RadioGenomicsLib.imaging.volume import Volume
from RadioGenomicsLib.pipeline.steps import Steps


def test_the_masks_of_several_seeds_are_joined() -> None:
    array = np.full((30, 30, 30), 10, np.float32) + np.random.default_rng(0).normal(0, 0.5, (30, 30, 30))
    array[:3] = array[-3:] = 0
    array[5:12, 5:12, 5:12] = array[18:25, 18:25, 18:25] = 60
    volume = Volume(array.astype(np.float32), np.diag([-1.0, -1, 1, 1]), "two lumps")
    seeds = np.array([volume.ras(np.full(3, 8.0)), volume.ras(np.full(3, 21.0))])
    grown = Steps().grow(volume, seeds, volume.with_array(np.ones(array.shape, np.uint8), "all")).array
    assert grown[8, 8, 8]
    assert grown[21, 21, 21]
    assert not grown[15, 15, 15]


def test_the_brain_method_that_ran_is_named_and_not_the_one_asked_for(
    phantom: Phantom, monkeypatch: pytest.MonkeyPatch
) -> None:
    flair = phantom.channels["FLAIR"]
    stripped = flair.with_array(flair.array * phantom.brain.array)
    assert Steps().brain({"FLAIR": stripped}, method="auto")[1] == "already stripped"
    monkeypatch.setattr(brain, "_run", lambda method, volume, device: phantom.brain)
    monkeypatch.setattr(brain.deepbet, "available", lambda: False)
    monkeypatch.setattr(brain.hd_bet, "available", lambda: True)
    assert Steps().brain({"FLAIR": flair}, method="auto")[1] == "hd-bet"


@pytest.mark.parametrize(("role", "method"), [("CT", "auto"), ("FLAIR", "none")])
def test_without_a_brain_to_find_none_is_named(role: str, method: str) -> None:
    assert Steps().brain({role: Volume(np.zeros((3, 4, 5)), np.eye(4))}, method=method) == (None, "none")
