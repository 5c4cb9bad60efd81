"""Bundles made to do harm, all with right checksums: refused before anything of them is used."""

from __future__ import annotations

import json
import re
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from RadioGenomicsLib.errors import BundleError
from RadioGenomicsLib.model.bundle import file_sha256
from RadioGenomicsLib.model.bundle import load_bundle
from RadioGenomicsLib.model.bundle_import import add_bundle
from RadioGenomicsLib.model.weights import load_tensors
from RadioGenomicsLib.model.weights import save_tensors

WEIGHTS, GENES, CARD = "weights.safetensors", "genes.csv", "model.json"


def _sign(folder: Path) -> None:
    card = json.loads((folder / CARD).read_text())
    card["files"] = {name: file_sha256(folder / name) for name in card["files"]}
    (folder / CARD).write_text(json.dumps(card))


def _change_text(folder: Path, name: str, old: str, new: str) -> None:
    text = (folder / name).read_text()
    assert re.search(old, text)
    (folder / name).write_text(re.sub(old, new, text, count=1))
    if name != CARD:
        _sign(folder)


def _change_tensor(folder: Path, name: str, change: Callable[[np.ndarray], np.ndarray]) -> None:
    tensors = load_tensors(folder / WEIGHTS)
    tensors[name] = change(tensors[name])
    save_tensors(tensors, folder / WEIGHTS)
    _sign(folder)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (r'"schema_version": 3', '"schema_version": 2', "version 2.*reads version 3"),
        (r'"schema_version": 3', '"schema_version": 4', "version 4"),
        (r'"schema_version": 3', '"schema_version": "3"', "version 3"),
        (r'"schema_version": 3', '"schema_version": null', "version None"),
        (r'"ridge": 1.0', '"ridge": NaN', "NaN is no number"),
        (r'"thinnest_slice_mm": 3.0', '"thinnest_slice_mm": -Infinity', "is no number"),
        (r'"id": "tiny"', '"id": "../tiny"', "valid at id"),
        (r'"rows": 112', '"rows": 1000000000', "rows"),
        (r'"embedding": 16', '"embedding": 1000000000', "network/embedding"),
        (r'"patients": 14', '"patients": ' + "9" * 5000, "cannot be read"),
        (r"^\{", '{"a": ' + "[" * 100_000, "cannot be read"),
        (r'"files": \{', '"files": {"../../.bashrc": "' + "0" * 64 + '", ', "valid at files"),
        (r'"files": \{', '"files": {"setup.py": "' + "0" * 64 + '", ', "valid at files"),
    ],
)
def test_a_hostile_card_is_refused(bundle_copy: Path, old: str, new: str, said: str) -> None:
    _change_text(bundle_copy, CARD, old, new)
    with pytest.raises(BundleError, match=said):
        load_bundle(bundle_copy)


def test_a_network_that_cannot_be_is_refused_as_a_bundle(bundle_copy: Path) -> None:
    # 3 heads do not share 16 numbers.
    _change_text(bundle_copy, CARD, r'"heads": 2', '"heads": 3')
    with pytest.raises(BundleError, match="declared network"):
        load_bundle(bundle_copy).network()


@pytest.mark.parametrize(
    "name",
    ["quantiles", "head.0.coefficients", "head.1.intercept", "head.0.points", "head.1.scale", "space.mean", "space.sd",
     "space.points", "space.groups"],
)  # fmt: skip
@pytest.mark.parametrize(
    "change",
    [
        lambda array: array[:-1],
        lambda array: array[None],
        lambda array: array[:0],
        lambda array: np.zeros((), np.float32),
        lambda array: np.repeat(array, 2, axis=-1),
    ],
    ids=["shorter", "one dimension more", "empty", "a scalar", "twice"],
)
def test_a_tensor_of_another_shape_is_refused(
    bundle_copy: Path, name: str, change: Callable[[np.ndarray], np.ndarray]
) -> None:
    if name == "space.points":
        # With a patient fewer it would be a fair space.
        _change_tensor(bundle_copy, "space.scale", lambda scale: scale[:-1])
    _change_tensor(bundle_copy, name, change)
    with pytest.raises(BundleError):
        load_bundle(bundle_copy)


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("name", ["quantiles", "head.0.coefficients", "space.scale"])
def test_a_weight_that_is_not_finite_is_refused(bundle_copy: Path, name: str, value: float) -> None:
    def spoil(array: np.ndarray) -> np.ndarray:
        spoiled = array.copy()
        spoiled.flat[-1] = value
        return spoiled

    _change_tensor(bundle_copy, name, spoil)
    with pytest.raises(BundleError, match=re.escape(name)):
        load_bundle(bundle_copy)


def _safetensors(header: dict | bytes, data: bytes = b"", length: int | None = None) -> bytes:
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return (len(text) if length is None else length).to_bytes(8, "little") + text + data


def _entry(kind: str, shape: list[int], size: int) -> dict:
    return {"a": {"dtype": kind, "shape": shape, "data_offsets": [0, size]}}


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\x80\x04\x95",
        _safetensors({}, length=2**63),
        _safetensors(b"[" * 5000),
        _safetensors(_entry("F32", [2**40], 16), bytes(16)),
        _safetensors(_entry("F32", [2**32, 2**32], 16), bytes(16)),
        _safetensors(_entry("F32", [4], 2**50), bytes(16)),
        _safetensors(_entry("F32", [-4], 16), bytes(16)),
        _safetensors(_entry("BF16", [8], 16), bytes(16)),
        _safetensors(_entry("F8_E4M3", [16], 16), bytes(16)),
        _safetensors(_entry("BOOL", [16], 16), bytes(16)),
        _safetensors(_entry("OBJECT", [16], 16), bytes(16)),
    ],
    ids=["nothing", "pickle", "header without end", "nested", "huge", "overflow", "data without end", "negative",
         "bfloat16", "float8", "truth values", "objects"],
)  # fmt: skip
def test_weights_that_are_none_are_refused_without_memory(bundle_copy: Path, content: bytes) -> None:
    (bundle_copy / WEIGHTS).write_bytes(content)
    _sign(bundle_copy)
    with pytest.raises(BundleError, match=r"weights\.safetensors"):
        load_bundle(bundle_copy)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("GENE3,", "GENE2,", "name of another"),
        ("GENE3,", ",", "no name"),
        (r"GENE3,.*\n", "GENE3,ENSG3\n", "ends before"),
        (r"GENE3,(\w*),log2 RSEM,[^,]*", r"GENE3,\1,log2 RSEM,inf", "infinite"),
        (r"GENE3,(\w*),log2 RSEM,[^,]*", r"GENE3,\1,log2 RSEM,", "mean is missing"),
        ("GENE3,", '"' + "G" * 200_000 + '",', "field larger"),
    ],
)
def test_a_hostile_gene_list_is_refused(bundle_copy: Path, old: str, new: str, said: str) -> None:
    _change_text(bundle_copy, GENES, old, new)
    with pytest.raises(BundleError, match=said):
        load_bundle(bundle_copy)


def test_what_else_lies_in_the_folder_is_not_touched(bundle_copy: Path, tmp_path: Path) -> None:
    (bundle_copy / "conftest.py").write_text(f"open({str(tmp_path / 'ran')!r}, 'w')")
    (bundle_copy / "weights.pt").write_bytes(b"\x80\x04.")
    assert load_bundle(bundle_copy).id == "tiny"
    assert not (tmp_path / "ran").exists()


def test_a_zip_file_with_a_nameless_entry_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # Found by fuzzing: zipfile itself fails on an empty name.
    monkeypatch.setenv("RADIOGENOMICS_MODELS", str(tmp_path / "models"))
    with zipfile.ZipFile(tmp_path / "odd.zip", "w") as archive:
        archive.writestr(zipfile.ZipInfo("x"), b"")
        archive.infolist()[0].filename = ""
    with pytest.raises(BundleError, match=r"holds no model\.json"):
        add_bundle(tmp_path / "odd.zip")
    assert not list((tmp_path / "models").iterdir())
