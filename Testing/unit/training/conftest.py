"""A few prepared patients for the whole room."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
import torch

from RadioGenomicsLib.model import tumor_embedding
from RadioGenomicsLib.model.preprocessing import Preprocessing
from RadioGenomicsTrainLib.training.prepared import PreparedPatient
from RadioGenomicsTrainLib.training.prepared import prepare_patient
from Testing.unit.training.small_cohort import small_study


@pytest.fixture(scope="session")
def patients() -> list[PreparedPatient]:
    studies = [small_study(seed) for seed in range(4)]
    return [prepare_patient(study.channels, study.tumor, Preprocessing()) for study in studies]


@pytest.fixture(scope="module")
def quick_features() -> Iterator[None]:
    """In place of the frozen network, whose features take seconds a patient, the mean of eight by eight pixels."""

    def blocks(_network: object, planes: np.ndarray) -> np.ndarray:
        _, slices, rows, columns = planes.shape
        return planes[1].reshape(slices, 1, rows // 8, 8, columns // 8, 8).mean(axis=(3, 5))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tumor_embedding, "feature_maps", blocks)
        yield


@pytest.fixture
def one_thread() -> Iterator[None]:
    """What training runs on, so that sums are made in one order."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)
