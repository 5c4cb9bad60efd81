"""Tensors on disk."""

from __future__ import annotations

import pickle
from pathlib import Path

import numpy as np
import pytest

from RadioGenomicsLib.errors import BundleError
from RadioGenomicsLib.model.weights import load_tensors
from RadioGenomicsLib.model.weights import save_tensors


def test_tensors_come_back_bit_for_bit_with_nothing_left_beside_them(tmp_path: Path) -> None:
    tensors = {"a": np.random.default_rng(0).normal(size=(3, 4)).astype(np.float32), "b": np.arange(5)}
    tensors["turned"] = tensors["a"].T
    save_tensors(tensors, tmp_path / "w.safetensors")
    back = load_tensors(tmp_path / "w.safetensors")
    assert set(back) == set(tensors)
    for name, array in tensors.items():
        np.testing.assert_array_equal(back[name], array)
    assert [path.name for path in tmp_path.iterdir()] == ["w.safetensors"]


def test_a_pickle_in_disguise_is_not_run(tmp_path: Path) -> None:
    class Bomb:
        def __reduce__(self) -> tuple:
            return Path.touch, (tmp_path / "ran",)

    (tmp_path / "w.safetensors").write_bytes(pickle.dumps(Bomb()))
    with pytest.raises(BundleError, match=r"w\.safetensors"):
        load_tensors(tmp_path / "w.safetensors")
    assert not (tmp_path / "ran").exists()


def test_half_a_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "w.safetensors"
    save_tensors({"a": np.zeros(1000, np.float32)}, path)
    path.write_bytes(path.read_bytes()[:2000])
    with pytest.raises(BundleError, match="cannot be read"):
        load_tensors(path)


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_a_weight_that_is_no_number_is_refused_by_its_name(tmp_path: Path, value: float) -> None:
    save_tensors({"good": np.zeros(3), "bad": np.array([0.0, value])}, tmp_path / "w.safetensors")
    with pytest.raises(BundleError, match="bad"):
        load_tensors(tmp_path / "w.safetensors")
