"""Blocks of genes measured in the same patients."""

from __future__ import annotations

import numpy as np
import pytest

from RadioGenomicsTrainLib.cohort.expression import ExpressionMatrix
from RadioGenomicsTrainLib.training.gene_targets import gene_blocks


def matrix(values: np.ndarray, units: tuple[str, ...]) -> ExpressionMatrix:
    genes = tuple(f"GENE{n}" for n in range(values.shape[1]))
    return ExpressionMatrix(values, tuple(f"P{n}" for n in range(len(values))), genes, ("",) * len(genes), units)


@pytest.fixture
def values() -> np.ndarray:
    return np.random.default_rng(0).normal(8, 2, (20, 4))


def test_genes_of_other_patients_are_a_block_of_their_own(values: np.ndarray) -> None:
    values[[3, 5], 2:] = np.nan
    blocks, dropped = gene_blocks(matrix(values, ("log2 RSEM",) * 4))
    assert dropped == []
    assert [block.expression.symbols for block in blocks] == [("GENE0", "GENE1"), ("GENE2", "GENE3")]
    assert len(blocks[0].rows) == 20
    assert not {3, 5} & set(blocks[1].rows)
    assert [block.z.shape for block in blocks] == [(20, 2), (18, 2)]


def test_units_are_not_mixed_in_a_block(values: np.ndarray) -> None:
    blocks, _ = gene_blocks(matrix(values, ("log2 RSEM", "z", "log2 RSEM", "z")))
    assert {block.unit: block.expression.symbols for block in blocks} == {
        "log2 RSEM": ("GENE0", "GENE2"),
        "z": ("GENE1", "GENE3"),
    }


def test_values_are_standard_deviations_from_the_mean_and_give_the_levels_back(values: np.ndarray) -> None:
    (block,), _ = gene_blocks(matrix(values, ("log2 RSEM",) * 4))
    np.testing.assert_allclose(block.z.mean(axis=0), 0, atol=1e-12)
    np.testing.assert_allclose(block.z.std(axis=0), 1)
    np.testing.assert_allclose(block.mean + block.sd * block.z, values)


def test_an_outlier_counts_three_standard_deviations(values: np.ndarray) -> None:
    values[0, 0] = 1e4
    (block,), _ = gene_blocks(matrix(values, ("log2 RSEM",) * 4))
    assert block.z[0, 0] == 3
    assert np.abs(block.z).max() <= 3


def test_genes_that_do_not_vary_are_left_out_and_named(values: np.ndarray) -> None:
    values[:, 1] = 5.0
    values[:, 2] = np.linspace(-0.2, 0.2, 20)  # little for a z-score
    values[:, 3] = np.linspace(4.8, 5.2, 20)  # but not for a level
    blocks, dropped = gene_blocks(matrix(values, ("log2 RSEM", "log2 RSEM", "z", "log2 RSEM")))
    assert [block.expression.symbols for block in blocks] == [("GENE0", "GENE3")]
    assert [(one.kind, one.subject) for one in dropped] == [("gene", "GENE1"), ("gene", "GENE2")]
    assert "20 patients" in dropped[0].reason
