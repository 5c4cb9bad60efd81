"""The slices that an encoder is trained on."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from RadioGenomicsTrainLib.training.prepared import PreparedPatient
from RadioGenomicsTrainLib.training.slices import Slices


@pytest.fixture
def slices(patients: list[PreparedPatient]) -> Slices:
    return Slices.of(patients, 1, 1)


def test_an_epoch_draws_slices_with_and_without_tumor_up_to_their_number(
    slices: Slices, patients: list[PreparedPatient]
) -> None:
    drawn = slices.draw(4, 2, np.random.default_rng(0))
    assert len(np.unique(drawn)) == len(drawn)
    has_tumor = slices.tumor[drawn].flatten(1).any(dim=1).numpy()
    for number, patient in enumerate(patients):
        own = slices.owner[drawn] == number
        assert (has_tumor & own).sum() == min(4, patient.tumor.any(axis=(1, 2)).sum())
        assert (~has_tumor & own).sum() == 2
    assert not np.array_equal(drawn, slices.draw(4, 2, np.random.default_rng(1)))


def test_the_slices_of_some_patients_are_theirs(slices: Slices, patients: list[PreparedPatient]) -> None:
    some = slices.of_patients(np.array([1, 3]))
    assert set(some.owner) == {1, 3}
    both = np.concatenate([patients[1].tumor, patients[3].tumor])
    assert np.array_equal(some.tumor[:, 0].numpy(), both)
    first = patients[3].channels[:, 0].astype(np.float32)
    np.testing.assert_array_equal(some.planes[len(patients[1].tumor), :3].float(), first)


def test_the_digest_is_that_of_all_arrays(slices: Slices) -> None:
    moved = Slices(slices.planes, slices.tumor.roll(1, 3), slices.owner)
    changed = Slices(slices.planes + torch.tensor(1, dtype=torch.float16), slices.tumor, slices.owner)
    others = [moved, changed, slices.of_patients(np.array([0, 1, 2]))]
    assert len({slices.digest(), *(one.digest() for one in others)}) == 4
    assert Slices(slices.planes.clone(), slices.tumor, slices.owner).digest() == slices.digest()
