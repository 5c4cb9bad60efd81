"""A new gene head with the encoder of a bundle."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from RadioGenomicsLib.errors import BundleError
from RadioGenomicsLib.errors import OutputError
from RadioGenomicsLib.model.network import TransUNet
from RadioGenomicsLib.model.weights import save_tensors
from RadioGenomicsTrainLib.cohort.manifest import Cohort
from RadioGenomicsTrainLib.cohort.manifest import load_cohort
from RadioGenomicsTrainLib.training.build import BuildSettings
from RadioGenomicsTrainLib.training.build import build_bundle
from RadioGenomicsTrainLib.training.encoder import EncoderSettings
from RadioGenomicsTrainLib.training.gene_validation import HeadSettings
from RadioGenomicsTrainLib.training.refit_head import refit_head
from Testing.unit.training.small_cohort import NETWORK
from Testing.unit.training.small_cohort import write_small_cohort

SETTINGS = BuildSettings(
    network=NETWORK,
    encoder=EncoderSettings(epochs=1, tumor_slices=2, other_slices=1),
    head=HeadSettings(folds=2, repeats=1, permutations=20),
    folds=2,
)


@pytest.fixture(scope="module")
def cohort(tmp_path_factory: pytest.TempPathFactory, quick_features: None) -> Cohort:
    folder = tmp_path_factory.mktemp("refit")
    return load_cohort(write_small_cohort(folder), folder)


@pytest.fixture(scope="module")
def work(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("work")


@pytest.fixture(scope="module")
def kept(cohort: Cohort, work: Path) -> Path:
    return build_bundle(cohort, SETTINGS, work, work / "kept").path


def test_the_encoder_is_the_kept_one_and_the_head_that_of_a_whole_build(
    cohort: Cohort, work: Path, kept: Path, tmp_path: Path
) -> None:
    card = json.loads((kept / "model.json").read_text())
    again = refit_head(cohort, SETTINGS, work, kept, tmp_path / "again")
    first = build_bundle(cohort, SETTINGS, work, tmp_path / "first")
    assert again.tensors.keys() == first.tensors.keys()
    for name, array in first.tensors.items():
        np.testing.assert_array_equal(again.tensors[name], array)
    assert again.card["validation"]["genes"] == card["validation"]["genes"]
    assert again.card["validation"]["segmentation"] == card["validation"]["segmentation"]
    assert again.card["validation"]["genes_from_proposed_outlines"] == []


def test_another_ridge_makes_another_head_of_the_same_encoder(
    cohort: Cohort, work: Path, kept: Path, tmp_path: Path
) -> None:
    other = replace(SETTINGS, head=replace(SETTINGS.head, ridge=3.0))
    made = refit_head(cohort, other, work, kept, tmp_path / "other")
    assert made.card["head"]["ridge"] == 3.0


def test_an_encoder_with_batch_norm_from_before_is_kept_as_it_is(
    cohort: Cohort, work: Path, kept: Path, tmp_path: Path
) -> None:
    before = TransUNet(replace(NETWORK, normalization="batch")).state_dict()
    card = json.loads((kept / "model.json").read_text())
    del card["network"]["normalization"]
    old = tmp_path / "old"
    old.mkdir()
    (old / "model.json").write_text(json.dumps(card))
    save_tensors({f"encoder.{name}": tensor.numpy() for name, tensor in before.items()}, old / "weights.safetensors")
    made = refit_head(cohort, SETTINGS, work, old, tmp_path / "new")
    assert made.card["network"]["normalization"] == "batch"
    for name, tensor in before.items():
        np.testing.assert_array_equal(made.tensors[f"encoder.{name}"], tensor.numpy())
    assert made.network().settings.normalization == "batch"


@pytest.mark.parametrize(
    ("settings", "reason"),
    [
        (replace(SETTINGS, encoder=replace(SETTINGS.encoder, epochs=2)), "with other settings"),
        (replace(SETTINGS, network=replace(NETWORK, layers=NETWORK.layers + 1)), "with other settings"),
    ],
    ids=["schedule", "network"],
)
def test_the_encoder_of_another_training_is_refused(
    cohort: Cohort, work: Path, kept: Path, tmp_path: Path, settings: BuildSettings, reason: str
) -> None:
    with pytest.raises(BundleError, match=reason):
        refit_head(cohort, settings, work, kept, tmp_path / "new")


def test_a_folder_that_is_no_bundle_is_refused(cohort: Cohort, work: Path, tmp_path: Path) -> None:
    with pytest.raises(BundleError, match=r"model\.json cannot be read"):
        refit_head(cohort, SETTINGS, work, tmp_path, tmp_path / "new")


def test_nothing_is_overwritten(cohort: Cohort, work: Path, kept: Path) -> None:
    with pytest.raises(OutputError, match="exists already"):
        refit_head(cohort, SETTINGS, work, kept, kept)
