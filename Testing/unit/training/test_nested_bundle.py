"""A bundle's head as the nested procedure chooses it, with the figures of that procedure."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from RadioGenomicsLib.model.preprocessing import Preprocessing
from RadioGenomicsTrainLib.cohort.clinical import ClinicalTraits
from RadioGenomicsTrainLib.cohort.expression import ExpressionMatrix
from RadioGenomicsTrainLib.training import kernel_bundle
from RadioGenomicsTrainLib.training.bundle_writing import FittedHead
from RadioGenomicsTrainLib.training.gene_targets import gene_blocks
from RadioGenomicsTrainLib.training.gene_validation import HeadSettings
from RadioGenomicsTrainLib.training.tumor_embedding import CohortEmbedding

N, GENES = 30, 12
GROUPS = {"place and shape": 2, "signal": 3}


@pytest.fixture(scope="module")
def embedding() -> CohortEmbedding:
    values = np.random.default_rng(0).normal(size=(N, 5))
    layout = {name: tuple(f"{name}{i}" for i in range(count)) for name, count in GROUPS.items()}
    return CohortEmbedding(layout, tuple(GROUPS), tuple(GROUPS.values()), values, None)


@pytest.fixture(scope="module")
def fitted(embedding: CohortEmbedding, tmp_path_factory: pytest.TempPathFactory) -> FittedHead:
    """Return a head for genes that follow the second group of columns alone."""
    random = np.random.default_rng(1)
    names = tuple(f"P{i}" for i in range(N))
    levels = 8 + embedding.values[:, 2:] @ random.normal(size=(3, GENES)) + 0.5 * random.normal(size=(N, GENES))
    symbols = tuple(f"G{i}" for i in range(GENES))
    blocks, _ = gene_blocks(ExpressionMatrix(levels, names, symbols, ("",) * GENES, ("log2 RSEM",) * GENES))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(kernel_bundle, "embed_once", lambda *_: embedding)
        return kernel_bundle.fit_kernel_head(
            [None] * N,  # type: ignore[list-item]  # who they are is in the embedding
            None,
            [ClinicalTraits()] * N,
            blocks,
            [],
            Preprocessing(),
            HeadSettings(folds=5, repeats=1, permutations=30),
            Path(tmp_path_factory.mktemp("cache")),
            sites=["A", "B", "C", "D", "E"] * 6,
        )


def test_the_head_looks_at_the_groups_that_were_chosen(fitted: FittedHead) -> None:
    (nested,) = fitted.validation["nested"]
    assert nested["chosen"]["features"] == ["signal"]
    points = fitted.tensors["head.0.points"]
    assert not points[:, :2].any()
    assert points[:, 2:].std(axis=0).min() > 0.5


def test_the_genes_figures_are_those_of_the_nested_procedure(fitted: FittedHead) -> None:
    (nested,) = fitted.validation["nested"]
    genes = fitted.genes
    assert float(np.median(genes.cv_r)) == pytest.approx(nested["median_r"], abs=1e-4)
    assert nested["median_r"] > 0.3
    assert nested["permutations"] == 30
    assert int(genes.reliable.sum()) == nested["max_t"] > 0
    assert "chosen anew in every training fold" in fitted.scheme
    assert genes.expected_r is not None
    assert np.ptp(genes.expected_r) <= np.ptp(genes.cv_r)
    assert {"median_r", "median_r_low", "median_r_high"} <= nested["no_shared_site"].keys()


def test_distances_are_measured_in_all_columns(fitted: FittedHead, embedding: CohortEmbedding) -> None:
    assert fitted.space.points.shape == embedding.values.shape
    assert fitted.space.points.std(axis=0).min() > 0.5
