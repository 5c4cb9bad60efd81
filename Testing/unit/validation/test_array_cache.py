"""Arrays kept on disk."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from RadioGenomicsLib.errors import InputError
from RadioGenomicsTrainLib.validation.array_cache import cached
from RadioGenomicsTrainLib.validation.array_cache import digest
from RadioGenomicsTrainLib.validation.cohort_data import StoredPrediction
from RadioGenomicsTrainLib.validation.stored_predictions import read_prediction
from RadioGenomicsTrainLib.validation.stored_predictions import write_prediction


def test_equal_content_is_made_once_and_any_other_anew(tmp_path: Path) -> None:
    made = []

    def make() -> dict[str, np.ndarray]:
        made.append(1)
        return {"a": np.arange(3), "b": 0.5}

    first = cached(tmp_path, "thing", [np.ones(4), {"seed": 1}], make)
    again = cached(tmp_path, "thing", [np.ones(4), {"seed": 1}], make)
    assert len(made) == 1
    np.testing.assert_array_equal(again["a"], first["a"])
    assert again["b"].item() == 0.5
    cached(tmp_path, "thing", [np.ones(4), {"seed": 2}], make)
    cached(tmp_path, "other", [np.ones(4), {"seed": 1}], make)
    assert len(made) == 3


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ([np.ones(4)], [np.ones((2, 2))]),
        ([np.ones(4)], [np.ones(4, np.float32)]),
        ([np.array(["a", "b"])], [np.array(["a", "c"])]),
        ([1, 2], [1, 3]),
    ],
)
def test_another_shape_type_or_value_is_another_name(one: list, other: list) -> None:
    assert digest(one) == digest(one)
    assert digest(one) != digest(other)


def test_what_fails_leaves_nothing(tmp_path: Path) -> None:
    def fail() -> dict[str, np.ndarray]:
        raise RuntimeError("no")

    with pytest.raises(RuntimeError):
        cached(tmp_path, "thing", [1], fail)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("damage", [b"", b"text", b"PK\x03\x04"], ids=["empty", "text", "head only"])
def test_a_damaged_file_is_made_anew(tmp_path: Path, damage: bytes) -> None:
    def make() -> dict[str, np.ndarray]:
        return {"a": np.arange(3)}

    cached(tmp_path, "thing", [1], make)
    (path,) = tmp_path.iterdir()
    whole = path.read_bytes()
    path.write_bytes(damage)
    np.testing.assert_array_equal(cached(tmp_path, "thing", [1], make)["a"], np.arange(3))
    assert path.read_bytes() == whole
    assert list(tmp_path.iterdir()) == [path]


def test_stored_predictions_that_are_damaged_are_refused_by_name(tmp_path: Path) -> None:
    path = tmp_path / "predictions_z.npz"
    write_prediction(path, ["P1", "P2"], ["EGFR"], StoredPrediction(np.ones((2, 1)), np.zeros((2, 1))))
    assert read_prediction(path, ["P2"], ["EGFR"]).predicted.tolist() == [[1.0]]
    path.write_bytes(path.read_bytes()[:-40])
    with pytest.raises(InputError, match=r"predictions_z\.npz: the stored predictions are damaged.*--head paper"):
        read_prediction(path, ["P2"], ["EGFR"])
