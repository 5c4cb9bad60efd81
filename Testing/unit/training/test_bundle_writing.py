"""What a bundle says of every gene, and of itself."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from RadioGenomicsLib.model.bundle import Bundle
from RadioGenomicsLib.model.bundle import kernel_head_tensors
from RadioGenomicsLib.model.bundle import load_bundle
from RadioGenomicsLib.model.kernel_head import EmbeddingSpace
from RadioGenomicsLib.model.kernel_head import KernelHead
from RadioGenomicsLib.model.network import TransUNet
from RadioGenomicsLib.model.tumor_embedding import DEEP_REGIONS
from RadioGenomicsLib.resources import resource_path
from RadioGenomicsTrainLib.cohort.description import CohortDescription
from RadioGenomicsTrainLib.cohort.description import read_description
from RadioGenomicsTrainLib.cohort.expression import ExpressionMatrix
from RadioGenomicsTrainLib.training.build import BuildSettings
from RadioGenomicsTrainLib.training.bundle_writing import FittedHead
from RadioGenomicsTrainLib.training.bundle_writing import gene_index
from RadioGenomicsTrainLib.training.bundle_writing import write_trained_bundle
from RadioGenomicsTrainLib.training.gene_targets import GeneBlock
from Testing.unit.training.small_cohort import COHORT
from Testing.unit.training.small_cohort import NETWORK

N = 8


def block(symbols: tuple[str, ...], unit: str) -> GeneBlock:
    count = len(symbols)
    values = np.random.default_rng(count).normal(size=(N, count))
    patients = tuple(f"P{n}" for n in range(N))
    expression = ExpressionMatrix(values, patients, symbols, tuple(f"E{s}" for s in symbols), (unit,) * count)
    return GeneBlock(expression, np.arange(N), values, values, None, np.full(count, 5.0), np.full(count, 2.0), unit)


BLOCKS = [block(("X", "Y"), "log2 RSEM"), block(("W",), "z")]


@pytest.fixture
def description(tmp_path: Path) -> CohortDescription:
    (tmp_path / "cohort.toml").write_text(COHORT)
    return read_description(tmp_path / "cohort.toml", tmp_path)


@pytest.fixture
def bundle(description: CohortDescription, tmp_path: Path) -> Bundle:
    embedding = np.random.default_rng(0).normal(size=(N, 2))
    tensors: dict[str, np.ndarray] = {}
    for index, one in enumerate(BLOCKS):
        tensors |= kernel_head_tensors(KernelHead.fit(embedding, one.z, 1.0), index)
    p = np.array([0.01, 0.2, 0.5])
    head = FittedHead(
        card={
            "kind": "kernel",
            "ridge": 1.0,
            "descriptors": {"signal": ["a", "b"]},
            "deep_features": {"network": "efficientnet-lite0-stride16", "regions": list(DEEP_REGIONS)},
        },
        tensors=tensors,
        space=EmbeddingSpace.fit(embedding),
        genes=gene_index(BLOCKS, p, p, p, np.full(3, 1.5)),
        scheme="none",
        validation={"genes": [{"median_r": 0.1}]},
    )
    torch.manual_seed(0)
    settings = BuildSettings(network=NETWORK)
    return write_trained_bundle(
        tmp_path / "out", description, settings, TransUNet(NETWORK).eval(), head, BLOCKS, {"mean_dice": 0.5}
    )


def test_blocks_follow_one_another_and_every_gene_keeps_its_own_figures() -> None:
    r, p, adjusted = np.array([0.3, 0.2, 0.1]), np.array([0.001, 0.04, 0.004]), np.array([0.01, 0.4, 0.04])
    index = gene_index(BLOCKS, r, p, adjusted, np.full(3, 1.5))
    assert index.symbol.tolist() == ["X", "Y", "W"]
    assert index.ensembl_id.tolist() == ["EX", "EY", "EW"]
    assert index.unit.tolist() == ["log2 RSEM", "log2 RSEM", "z"]
    np.testing.assert_array_equal(index.cv_r, r)
    np.testing.assert_array_equal(index.cv_p, p)
    np.testing.assert_array_equal(index.cv_p_adjusted, adjusted)
    np.testing.assert_array_equal(index.mean, 5)


def test_reliable_is_at_most_5_percent_after_adjustment_and_never_with_an_unknown_p() -> None:
    adjusted = np.array([0.05, 0.0500001, np.nan])
    assert gene_index(BLOCKS, adjusted, adjusted, adjusted, adjusted).reliable.tolist() == [True, False, False]


def test_the_card_comes_from_cohort_settings_and_validation(bundle: Bundle) -> None:
    card = bundle.card
    assert (card["id"], card["cohort"], card["patients"]) == ("small", "SMALL", N)
    assert (card["license"], card["citation"]) == ("CC0", ["none"])
    assert card["network"] == NETWORK.to_json()
    assert card["validation"] == {
        "scheme": "none",
        "segmentation": {"mean_dice": 0.5},
        "genes": [{"median_r": 0.1}],
        "held_out_tests": [],
    }
    assert [(m["unit"], m["genes"]) for m in card["matrices"]] == [("log2 RSEM", 2), ("z", 1)]


def test_the_card_says_what_the_model_cannot_do(bundle: Bundle) -> None:
    said = " ".join(bundle.card["limitations"])
    assert "not yet tested on held-out patients" in said
    assert "1 of 3 genes" in said
    assert "Its patients are made up." in said


def test_the_shipped_model_says_that_its_figures_are_optimistic() -> None:
    said = " ".join(load_bundle(resource_path("Models", "tcga-lgg")).card["limitations"])
    assert all(one in said for one in read_description("tcga-lgg", Path()).limitations)
    assert "optimistic" in said


def test_percentiles_are_those_of_the_training_values(bundle: Bundle) -> None:
    quantiles = bundle.quantiles
    z = np.hstack([one.z for one in BLOCKS])
    np.testing.assert_allclose(quantiles[0], z.min(axis=0), rtol=1e-6)
    np.testing.assert_allclose(quantiles[25], np.median(z, axis=0), rtol=1e-6)
    np.testing.assert_allclose(quantiles[-1], z.max(axis=0), rtol=1e-6)


def test_the_encoder_in_the_bundle_is_the_one_that_was_trained(bundle: Bundle) -> None:
    torch.manual_seed(0)
    for one, two in zip(TransUNet(NETWORK).state_dict().values(), bundle.network().state_dict().values(), strict=True):
        torch.testing.assert_close(one, two, rtol=0, atol=0)
