"""The default head of a bundle, from descriptors to its card."""

from __future__ import annotations

import numpy as np
import pytest

from RadioGenomicsLib.model.gene_models import ordered
from RadioGenomicsLib.model.kernel_head import KernelHead
from RadioGenomicsLib.model.preprocessing import Preprocessing
from RadioGenomicsTrainLib.cohort.clinical import ClinicalTraits
from RadioGenomicsTrainLib.cohort.expression import ExpressionMatrix
from RadioGenomicsTrainLib.training import gene_validation
from RadioGenomicsTrainLib.training.bundle_writing import FittedHead
from RadioGenomicsTrainLib.training.encoder_validation import UnseenPatient
from RadioGenomicsTrainLib.training.encoder_validation import describe_patient
from RadioGenomicsTrainLib.training.gene_targets import GeneBlock
from RadioGenomicsTrainLib.training.gene_targets import gene_blocks
from RadioGenomicsTrainLib.training.gene_validation import HeadSettings
from RadioGenomicsTrainLib.training.kernel_bundle import fit_kernel_head
from RadioGenomicsTrainLib.training.prepared import PreparedPatient

SETTINGS = Preprocessing()
HEAD = HeadSettings(folds=2, repeats=1, permutations=10)


@pytest.fixture(scope="module")
def blocks() -> list[GeneBlock]:
    values = np.random.default_rng(0).normal(8, 1, (4, 3))
    units = ("log2 RSEM", "log2 RSEM", "z")
    return gene_blocks(ExpressionMatrix(values, ("A", "B", "C", "D"), ("X", "Y", "W"), ("",) * 3, units))[0]


@pytest.fixture(scope="module")
def fitted(patients: list[PreparedPatient], blocks: list[GeneBlock]) -> FittedHead:
    unseen = [UnseenPatient(patient.tumor.astype(np.float32), np.empty(0)) for patient in patients]
    real = gene_validation.validate_head
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(gene_validation, "validate_head", lambda *given, **more: real(*given, **more, n_draws=1000))
        folds = [np.array([0, 1]), np.array([2, 3])]
        return fit_kernel_head(patients, unseen, [ClinicalTraits()] * 4, blocks, folds, SETTINGS, HEAD)


def test_its_embedding_are_the_descriptors_that_its_card_names(
    fitted: FittedHead, patients: list[PreparedPatient]
) -> None:
    for row, patient in zip(fitted.embedding, patients, strict=True):
        described = describe_patient(patient, SETTINGS, patient.tumor)
        np.testing.assert_array_equal(row, ordered(described, fitted.card["descriptors"]))


def test_there_is_a_head_per_matrix_fitted_on_everybody(fitted: FittedHead, blocks: list[GeneBlock]) -> None:
    for index, block in enumerate(blocks):
        head = KernelHead.fit(fitted.embedding, block.z, HEAD.ridge)
        np.testing.assert_allclose(fitted.tensors[f"head.{index}.coefficients"], head.coefficients, rtol=1e-5)
        np.testing.assert_allclose(fitted.tensors[f"head.{index}.points"], head.space.points, atol=1e-6)


def test_proposed_outlines_that_are_the_experts_score_as_the_experts_do(
    fitted: FittedHead, blocks: list[GeneBlock]
) -> None:
    folds = [np.array([0, 1]), np.array([2, 3])]
    expected = [
        gene_validation.score_other_outlines(block, fitted.embedding, fitted.embedding, folds, HEAD.ridge)
        for block in blocks
    ]
    assert fitted.validation["genes_from_proposed_outlines"] == expected


def test_figures_are_rounded_and_given_per_matrix(fitted: FittedHead) -> None:
    assert [row["unit"] for row in fitted.validation["genes"]] == ["log2 RSEM", "z"]
    for row in fitted.validation["genes"]:
        assert all(value == round(value, 4) for value in row.values() if isinstance(value, float))
    assert fitted.validation["subtypes"] == {}
    assert "10 permutations" in fitted.scheme
