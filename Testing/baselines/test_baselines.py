"""No number of any stage drifts unnoticed, and the same input gives the same bytes."""

from __future__ import annotations

import numpy as np
import pytest

from Testing.baselines.stages import FROZEN
from Testing.baselines.stages import STAGES
from Testing.baselines.stages import kept


@pytest.fixture(scope="module")
def frozen() -> dict[str, np.ndarray]:
    with np.load(FROZEN, allow_pickle=False) as arrays:
        return dict(arrays)


@pytest.fixture(scope="module")
def made() -> dict[str, np.ndarray]:
    return {name: stage.make() for name, stage in STAGES.items()}


def test_every_stage_is_frozen_in_less_than_200_kb(frozen: dict[str, np.ndarray]) -> None:
    assert frozen.keys() == STAGES.keys()
    assert FROZEN.stat().st_size < 200_000


@pytest.mark.parametrize("name", STAGES)
def test_a_stage_gives_what_it_gave(name: str, frozen: dict[str, np.ndarray], made: dict[str, np.ndarray]) -> None:
    found, wanted, stage = kept(made[name]), frozen[name], STAGES[name]
    assert found.shape == wanted.shape
    assert np.array_equal(np.isnan(found), np.isnan(wanted))
    if name == "grow":
        # A mask is compared by its size: a voxel at its rim is in or out.
        assert found[-3] == pytest.approx(wanted[-3], rel=stage.tolerance)
        return
    np.testing.assert_allclose(found, wanted, rtol=0, atol=stage.tolerance)


@pytest.mark.parametrize("name", STAGES)
def test_a_second_run_gives_the_same_bytes(name: str, made: dict[str, np.ndarray]) -> None:
    again = STAGES[name].make()
    assert again.dtype == made[name].dtype
    assert again.tobytes() == made[name].tobytes()
