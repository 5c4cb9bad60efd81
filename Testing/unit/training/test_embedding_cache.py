"""Tumors in numbers, kept on disk."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from RadioGenomicsLib.model.preprocessing import Preprocessing
from RadioGenomicsTrainLib.training import embedding_cache
from RadioGenomicsTrainLib.training.embedding_cache import embed_once
from RadioGenomicsTrainLib.training.prepared import PreparedPatient
from RadioGenomicsTrainLib.training.tumor_embedding import CohortEmbedding

MADE = CohortEmbedding(
    layout={"place": ("depth", "side"), "signal": ("mean",)},
    group_names=("place", "signal", "tumor"),
    groups=(2, 1, 2),
    values=np.array([[1, 2, np.nan, 4, 5]]),
    proposed=None,
)


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How often tumors were put in numbers."""
    counted: list[int] = []

    def embed(*_given: object, **_options: object) -> CohortEmbedding:
        counted.append(1)
        return MADE

    monkeypatch.setattr(embedding_cache, "embed_cohort", embed)
    return counted


def test_what_is_read_again_is_what_was_made(patients: list[PreparedPatient], made: list[int], tmp_path: Path) -> None:
    first, again = (embed_once(patients, Preprocessing(), tmp_path) for _ in range(2))
    assert len(made) == 1
    for found in (first, again):
        assert (found.layout, found.group_names, found.groups) == (MADE.layout, MADE.group_names, MADE.groups)
        np.testing.assert_array_equal(found.values, MADE.values)
        np.testing.assert_array_equal(found.descriptors, MADE.values[:, :3])
        assert found.descriptor_names == ["depth", "side", "mean"]


def test_other_patients_settings_or_code_are_put_in_numbers_anew(
    patients: list[PreparedPatient], made: list[int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    embed_once(patients, Preprocessing(), tmp_path)
    embed_once(patients[:3], Preprocessing(), tmp_path)
    embed_once(patients, Preprocessing(margin=5), tmp_path)
    monkeypatch.setattr(embedding_cache, "_PASSED_THROUGH", ("imaging/descriptors/*.py",))
    embed_once(patients, Preprocessing(), tmp_path)
    assert len(made) == 4
