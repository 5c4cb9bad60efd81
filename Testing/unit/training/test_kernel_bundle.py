"""The default head of a bundle, from descriptors to its card."""

from __future__ import annotations

import numpy as np
import pytest

from RadioGenomicsLib.model.deep_features import shipped_network
from RadioGenomicsLib.model.kernel_head import EmbeddingSpace
from RadioGenomicsLib.model.kernel_head import KernelHead
from RadioGenomicsLib.model.preprocessing import Preprocessing
from RadioGenomicsTrainLib.cohort.clinical import ClinicalTraits
from RadioGenomicsTrainLib.cohort.expression import ExpressionMatrix
from RadioGenomicsTrainLib.training import gene_validation
from RadioGenomicsTrainLib.training.bundle_writing import FittedHead
from RadioGenomicsTrainLib.training.gene_targets import GeneBlock
from RadioGenomicsTrainLib.training.gene_targets import gene_blocks
from RadioGenomicsTrainLib.training.gene_validation import HeadSettings
from RadioGenomicsTrainLib.training.kernel_bundle import fit_kernel_head
from RadioGenomicsTrainLib.training.prepared import PreparedPatient
from RadioGenomicsTrainLib.training.tumor_embedding import CohortEmbedding
from RadioGenomicsTrainLib.training.tumor_embedding import embed_cohort

SETTINGS = Preprocessing()
HEAD = HeadSettings(folds=2, repeats=1, permutations=10)


@pytest.fixture(scope="module")
def blocks() -> list[GeneBlock]:
    values = np.random.default_rng(0).normal(8, 1, (4, 3))
    units = ("log2 RSEM", "log2 RSEM", "z")
    return gene_blocks(ExpressionMatrix(values, ("A", "B", "C", "D"), ("X", "Y", "W"), ("",) * 3, units))[0]


@pytest.fixture(scope="module")
def fitted(
    patients: list[PreparedPatient],
    blocks: list[GeneBlock],
    quick_features: None,
    tmp_path_factory: pytest.TempPathFactory,
) -> FittedHead:
    probabilities = [patient.tumor.astype(np.float32) for patient in patients]
    real = gene_validation.validate_head
    cache = tmp_path_factory.mktemp("cache")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(gene_validation, "validate_head", lambda *given, **more: real(*given, **more, n_draws=1000))
        folds = [np.array([0, 1]), np.array([2, 3])]
        return fit_kernel_head(patients, probabilities, [ClinicalTraits()] * 4, blocks, folds, SETTINGS, HEAD, cache)


@pytest.fixture(scope="module")
def embedding(patients: list[PreparedPatient], quick_features: None) -> CohortEmbedding:
    return embed_cohort(patients, SETTINGS)


def test_distances_are_measured_in_the_embedding_that_its_card_names(
    fitted: FittedHead, embedding: CohortEmbedding
) -> None:
    space = EmbeddingSpace.fit(embedding.values, embedding.groups)
    np.testing.assert_array_equal(fitted.space.points, space.points)
    assert fitted.space.groups == embedding.groups
    assert fitted.card["descriptors"] == {group: list(names) for group, names in embedding.layout.items()}


def test_there_is_a_head_per_matrix_fitted_on_everybody(
    fitted: FittedHead, embedding: CohortEmbedding, blocks: list[GeneBlock]
) -> None:
    for index, block in enumerate(blocks):
        head = KernelHead.fit(embedding.values, block.z, HEAD.ridge, embedding.groups)
        np.testing.assert_allclose(fitted.tensors[f"head.{index}.coefficients"], head.coefficients, rtol=1e-5)
        np.testing.assert_allclose(fitted.tensors[f"head.{index}.points"], head.space.points, atol=1e-6)


def test_the_frozen_network_travels_with_the_bundle(fitted: FittedHead) -> None:
    for name, tensor in shipped_network().state_dict().items():
        np.testing.assert_array_equal(fitted.tensors[f"frozen.{name}"], tensor.numpy())


def test_proposed_outlines_that_are_the_experts_score_as_the_experts_do(
    fitted: FittedHead, embedding: CohortEmbedding, blocks: list[GeneBlock]
) -> None:
    folds = [np.array([0, 1]), np.array([2, 3])]
    expected = [
        gene_validation.score_other_outlines(
            block, embedding.values, embedding.values, folds, HEAD.ridge, embedding.groups
        )
        for block in blocks
    ]
    assert fitted.validation["genes_from_proposed_outlines"] == expected


def test_figures_are_rounded_and_given_per_matrix(fitted: FittedHead) -> None:
    assert [row["unit"] for row in fitted.validation["genes"]] == ["log2 RSEM", "z"]
    for row in fitted.validation["genes"]:
        assert all(value == round(value, 4) for value in row.values() if isinstance(value, float))
    assert fitted.validation["subtypes"] == {}
    assert "10 permutations" in fitted.scheme
