"""When a training ends, and what it keeps."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from RadioGenomicsTrainLib.training.early_stopping import EarlyStopping
from RadioGenomicsTrainLib.training.early_stopping import inner_split


@pytest.mark.parametrize("patients", [2, 5, 73])
def test_the_inner_split_is_a_fifth_of_the_patients_and_shares_none(patients: int) -> None:
    learned, inner = inner_split(patients, 0)
    assert sorted([*learned, *inner]) == list(range(patients))
    assert len(inner) == max(1, round(patients / 5))
    assert not np.array_equal(inner, inner_split(patients, 1)[1]) or patients == 2


def test_the_best_state_is_kept_and_the_training_ends_when_patience_does() -> None:
    network = torch.nn.BatchNorm1d(1)
    stopping = EarlyStopping(2, {"network": network})
    ended = []
    for epoch, error in enumerate([3.0, 1.0, 2.0, 1.0]):
        with torch.no_grad():
            network.weight.fill_(epoch)
            network.num_batches_tracked.fill_(epoch)
        stopping.note(error)
        ended.append(stopping.finished)
    assert ended == [False, False, False, True]
    stopping.put_back()
    assert network.weight.item() == 1
    assert network.num_batches_tracked.item() == 1


def test_without_patience_it_never_ends_and_the_last_state_stays() -> None:
    network = torch.nn.Linear(1, 1)
    stopping = EarlyStopping(None, {"network": network})
    before = network.weight.clone()
    stopping.put_back()
    assert not stopping.finished
    assert torch.equal(network.weight, before)


def test_an_error_that_is_not_a_number_is_never_the_best() -> None:
    stopping = EarlyStopping(1, {"network": torch.nn.Linear(1, 1)})
    stopping.note(float("nan"))
    assert stopping.finished
    assert not stopping.best
