"""A bundle is whole, or it is refused by name."""

from __future__ import annotations

import json
import pickle
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch

from RadioGenomicsLib.errors import BundleError
from RadioGenomicsLib.model.bundle import SCHEMA_VERSION
from RadioGenomicsLib.model.bundle import Bundle
from RadioGenomicsLib.model.bundle import file_sha256
from RadioGenomicsLib.model.bundle import list_bundles
from RadioGenomicsLib.model.bundle import load_bundle
from RadioGenomicsLib.model.preprocessing import Preprocessing
from RadioGenomicsLib.model.weights import load_tensors
from RadioGenomicsLib.model.weights import save_tensors
from Testing.unit.model.tiny_bundle import LOG2
from Testing.unit.model.tiny_bundle import NETWORK
from Testing.unit.model.tiny_bundle import Z


def sign(folder: Path) -> None:
    """Write the checksums of what is there now, as somebody would who means harm."""
    change_card(folder, lambda card: card["files"].update({name: file_sha256(folder / name) for name in card["files"]}))


def change_card(folder: Path, change: Callable[[dict], object]) -> None:
    card = json.loads((folder / "model.json").read_text())
    change(card)
    (folder / "model.json").write_text(json.dumps(card))


def change_weights(folder: Path, change: Callable[[dict], object]) -> None:
    tensors = load_tensors(folder / "weights.safetensors")
    change(tensors)
    save_tensors(tensors, folder / "weights.safetensors")
    sign(folder)


def test_it_comes_back_as_it_was_written(bundle: Bundle) -> None:
    again = load_bundle(bundle.path)
    assert again.id == "tiny"
    assert again.card == bundle.card
    assert again.sha256 == bundle.sha256 == file_sha256(bundle.path / "model.json")
    assert again.preprocessing == Preprocessing()
    assert len(again.genes) == LOG2 + Z
    assert [head.coefficients.shape[1] for head in again.kernel_heads] == [LOG2, Z]
    np.testing.assert_array_equal(again.space.points, again.kernel_heads[0].space.points)
    for name, array in bundle.tensors.items():
        np.testing.assert_array_equal(again.tensors[name], array)


def test_two_builds_of_one_network_are_the_same_and_in_evaluation_mode(bundle: Bundle) -> None:
    one, two = bundle.network(), load_bundle(bundle.path).network()
    assert not one.training
    for a, b in zip(one.state_dict().values(), two.state_dict().values(), strict=True):
        torch.testing.assert_close(a, b, rtol=0, atol=0)


def test_a_bundle_is_found_by_its_name(bundle: Bundle, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RADIOGENOMICS_MODELS", str(bundle.path.parent))
    assert load_bundle("tiny").path == bundle.path
    assert "tiny" in [one.id for one in list_bundles()]


def test_a_damaged_bundle_does_not_hide_the_others(
    bundle: Bundle, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    shutil.copytree(bundle.path, tmp_path / "good")
    shutil.copytree(bundle.path, tmp_path / "bad")
    (tmp_path / "bad" / "genes.csv").unlink()
    monkeypatch.setenv("RADIOGENOMICS_MODELS", str(tmp_path))
    assert tmp_path / "good" in [one.path for one in list_bundles()]
    assert "genes.csv is missing" in caplog.text


def test_an_unknown_name_is_refused_with_those_that_there_are(bundle: Bundle, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RADIOGENOMICS_MODELS", str(bundle.path.parent))
    with pytest.raises(BundleError, match="huge") as caught:
        load_bundle("huge")
    assert "tiny" in caught.value.mend


@pytest.mark.parametrize("name", ["weights.safetensors", "genes.csv"])
def test_a_file_altered_by_one_bit_is_refused_by_name(bundle_copy: Path, name: str) -> None:
    content = bytearray((bundle_copy / name).read_bytes())
    content[-2] ^= 1
    (bundle_copy / name).write_bytes(content)
    with pytest.raises(BundleError, match=name):
        load_bundle(bundle_copy)


@pytest.mark.parametrize("name", ["weights.safetensors", "genes.csv", "model.json"])
def test_a_missing_file_is_refused_by_name(bundle_copy: Path, name: str) -> None:
    (bundle_copy / name).unlink()
    with pytest.raises(BundleError, match=name):
        load_bundle(bundle_copy)


@pytest.mark.parametrize("text", ["", "{", "[]", '"tiny"', "\x00"])
def test_a_card_that_is_no_card_is_refused(bundle_copy: Path, text: str) -> None:
    (bundle_copy / "model.json").write_text(text)
    with pytest.raises(BundleError, match=r"model\.json"):
        load_bundle(bundle_copy)


@pytest.mark.parametrize("version", [2, 4, "3", None])
def test_another_schema_version_is_refused_with_both_versions(bundle_copy: Path, version: object) -> None:
    change_card(bundle_copy, lambda card: card.update(schema_version=version))
    with pytest.raises(BundleError, match=f"version {version}.*this software reads version {SCHEMA_VERSION}"):
        load_bundle(bundle_copy)


@pytest.mark.parametrize(
    ("change", "place"),
    [
        (lambda card: card.pop("license"), "license"),
        (lambda card: card["network"].update(layers=10**6), "network/layers"),
        (lambda card: card["files"].update({"../elsewhere": "0" * 64}), "files"),
        (lambda card: card["preprocessing"].update(rows=100), "preprocessing/rows"),
        (lambda card: card["head"].update(kind="oracle"), "head"),
        (lambda card: card["head"].pop("descriptors"), "head"),
    ],
)
def test_a_card_that_breaks_the_schema_is_refused_with_the_place(
    bundle_copy: Path, change: Callable[[dict], object], place: str
) -> None:
    change_card(bundle_copy, change)
    with pytest.raises(BundleError, match=place):
        load_bundle(bundle_copy)


def test_a_signed_pickle_in_disguise_is_refused_and_not_run(bundle_copy: Path, tmp_path: Path) -> None:
    class Bomb:
        def __reduce__(self) -> tuple:
            return Path.touch, (tmp_path / "ran",)

    (bundle_copy / "weights.safetensors").write_bytes(pickle.dumps(Bomb()))
    sign(bundle_copy)
    with pytest.raises(BundleError, match=r"weights\.safetensors"):
        load_bundle(bundle_copy)
    assert not (tmp_path / "ran").exists()


def test_a_weight_that_is_no_number_is_refused(bundle_copy: Path) -> None:
    def spoil(tensors: dict[str, np.ndarray]) -> None:
        tensors["head.1.coefficients"] = np.full_like(tensors["head.1.coefficients"], np.nan)

    change_weights(bundle_copy, spoil)
    with pytest.raises(BundleError, match=r"head\.1\.coefficients"):
        load_bundle(bundle_copy)


@pytest.mark.parametrize("name", ["quantiles", "head.1.coefficients", "head.0.points", "space.scale"])
def test_a_missing_tensor_is_refused_by_name(bundle_copy: Path, name: str) -> None:
    change_weights(bundle_copy, lambda tensors: tensors.pop(name))
    with pytest.raises(BundleError, match=name):
        load_bundle(bundle_copy)


@pytest.mark.parametrize("groups", [[3], [0], [-1, 10**6]], ids=["too few", "none", "negative"])
def test_groups_of_columns_that_do_not_fit_the_embedding_are_refused(bundle_copy: Path, groups: list[int]) -> None:
    change_weights(bundle_copy, lambda tensors: tensors.update({"head.0.groups": np.array(groups)}))
    with pytest.raises(BundleError, match="groups of columns"):
        load_bundle(bundle_copy)


def test_weights_of_another_frozen_network_are_refused(bundle_copy: Path) -> None:
    change_weights(bundle_copy, lambda tensors: tensors.update({"frozen.stem.bias": np.zeros(3, np.float32)}))
    with pytest.raises(BundleError, match="EfficientNet-Lite0"):
        load_bundle(bundle_copy).frozen_network()


def test_a_gene_list_shorter_than_the_head_is_refused(bundle_copy: Path) -> None:
    lines = (bundle_copy / "genes.csv").read_text().splitlines(keepends=True)
    (bundle_copy / "genes.csv").write_text("".join(lines[:-1]))
    sign(bundle_copy)
    with pytest.raises(BundleError, match="number of genes"):
        load_bundle(bundle_copy)


def test_a_bundle_of_the_published_head_is_checked_as_well(paper_bundle: Bundle, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(paper_bundle.path, tmp_path / "copy"))
    assert load_bundle(folder).space.points.shape[1] == NETWORK.embedding
    change_weights(folder, lambda tensors: tensors.update({"head.to_genes.bias": np.zeros(5, np.float32)}))
    with pytest.raises(BundleError, match="number of genes"):
        load_bundle(folder)
    change_weights(folder, lambda tensors: tensors.pop("head.to_genes.weight"))
    with pytest.raises(BundleError, match=r"head\.to_genes\.weight"):
        load_bundle(folder)


def test_weights_of_another_network_are_refused(bundle_copy: Path) -> None:
    change_card(bundle_copy, lambda card: card["network"].update(layers=3))
    with pytest.raises(BundleError, match="not those of the declared network"):
        load_bundle(bundle_copy).network()
