"""Cross-validating the gene head."""

from __future__ import annotations

import warnings
from dataclasses import replace

import numpy as np
import pytest

from RadioGenomicsLib.model.kernel_head import KernelHead
from RadioGenomicsTrainLib.cohort.expression import ExpressionMatrix
from RadioGenomicsTrainLib.training import gene_validation
from RadioGenomicsTrainLib.training.gene_targets import GeneBlock
from RadioGenomicsTrainLib.training.gene_targets import gene_blocks
from RadioGenomicsTrainLib.training.gene_validation import HeadSettings
from RadioGenomicsTrainLib.training.gene_validation import out_of_fold
from RadioGenomicsTrainLib.training.gene_validation import score_other_outlines
from RadioGenomicsTrainLib.training.gene_validation import validate_block
from RadioGenomicsTrainLib.validation.folds import patient_folds
from RadioGenomicsTrainLib.validation.folds import repeated_folds
from RadioGenomicsTrainLib.validation.oof_matrix import oof_mean_matrix

N, D = 40, 5
SETTINGS = HeadSettings(folds=4, repeats=2, permutations=50)


@pytest.fixture
def embedding() -> np.ndarray:
    return np.random.default_rng(0).normal(size=(N, D))


@pytest.fixture
def block(embedding: np.ndarray) -> GeneBlock:
    """Two genes that follow the embedding, and two that do not; patients 0 and 7 were not measured."""
    random = np.random.default_rng(1)
    values = random.normal(8, 1, (N, 4))
    values[:, :2] += 3 * embedding[:, :2]
    values[[0, 7]] = np.nan
    genes = ("A", "B", "C", "D")
    matrix = ExpressionMatrix(values, tuple(f"P{n}" for n in range(N)), genes, ("",) * 4, ("log2 RSEM",) * 4)
    return gene_blocks(matrix)[0][0]


def test_the_out_of_fold_matrix_gives_what_heads_fitted_without_the_fold_predict(embedding: np.ndarray) -> None:
    y = np.random.default_rng(2).normal(5, 1, (N, 3))
    splits = repeated_folds(N, 4, 2, 0)
    h = out_of_fold(embedding, embedding, splits, 1.0)
    by_hand = np.zeros_like(y)
    for folds in splits:
        for test in folds:
            train = np.setdiff1d(np.arange(N), test)
            by_hand[test] += KernelHead.fit(embedding[train], y[train], 1.0)(embedding[test]) / len(splits)
    np.testing.assert_allclose((h + oof_mean_matrix(N, splits)) @ y, by_hand, rtol=1e-9)


def test_a_patient_has_no_say_in_their_own_prediction(embedding: np.ndarray) -> None:
    h = out_of_fold(embedding, embedding, repeated_folds(N, 4, 2, 0), 1.0)
    np.testing.assert_array_equal(np.diag(h), 0)


def test_genes_that_follow_the_embedding_are_told_from_those_that_do_not(
    block: GeneBlock, embedding: np.ndarray, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gene_validation, "validate_head", _fast(gene_validation.validate_head))
    found = validate_block(block, embedding, SETTINGS)
    assert (found.scores.r[:2] > 0.5).all()
    assert (found.scores.r[2:] < 0.4).all()
    assert (found.head.max_t.p_adjusted[:2] <= 0.05).all()
    assert found.head.summary.n == N - 2
    np.testing.assert_allclose(found.head.max_t.r, found.scores.r, atol=1e-5)
    assert np.isfinite(found.scores.half_width).all()


def _fast(real):
    return lambda *given, **options: real(*given, **options, n_draws=2000)


def test_other_outlines_that_are_the_same_score_as_cross_validation_does(
    block: GeneBlock, embedding: np.ndarray
) -> None:
    folds = patient_folds(N, 4, 0)
    same = score_other_outlines(block, embedding, embedding, folds, 1.0)
    worse = score_other_outlines(block, embedding, embedding[::-1], folds, 1.0)
    assert same["n"] == N - 2
    assert same["unit"] == "log2 RSEM"
    place = {patient: row for row, patient in enumerate(block.rows)}
    own = [np.array([place[p] for p in fold if p in place]) for fold in folds]
    h = out_of_fold(embedding[block.rows], embedding[block.rows], [own], 1.0)
    r = [np.corrcoef(block.z[:, g], h @ block.z[:, g])[0, 1] for g in range(4)]
    assert same["median_r"] == pytest.approx(np.median(r), abs=1e-4)
    assert same["share_above_03"] == pytest.approx(np.mean(np.array(r) > 0.3))
    assert worse["best_100_mean_r"] < same["best_100_mean_r"]


def test_validation_is_the_same_every_time(
    block: GeneBlock, embedding: np.ndarray, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gene_validation, "validate_head", _fast(gene_validation.validate_head))
    first, again = (validate_block(block, embedding, SETTINGS) for _ in range(2))
    other = validate_block(block, embedding, replace(SETTINGS, seed=1))
    np.testing.assert_array_equal(first.scores.r, again.scores.r)
    np.testing.assert_array_equal(first.head.max_t.p_adjusted, again.head.max_t.p_adjusted)
    assert not np.array_equal(first.scores.r, other.scores.r)


def test_a_training_fold_in_which_all_are_alike_predicts_its_mean() -> None:
    embedding = np.array([[1.0], [1.0], [1.0], [2.0], [2.0], [2.0]])
    h = out_of_fold(embedding, embedding, [[np.arange(3), np.arange(3, 6)]], 1.0)
    assert not h.any()
    h = out_of_fold(embedding, embedding, [[np.array([0, 3]), np.array([1, 4]), np.array([2, 5])]], 1.0)
    assert h.any()
    with warnings.catch_warnings(action="error"):
        assert not out_of_fold(embedding[2:4], embedding[2:4], [[np.array([0]), np.array([1])]], 1.0).any()


def test_groups_of_columns_count_alike(embedding: np.ndarray) -> None:
    splits = repeated_folds(N, 4, 1, 0)
    twice = np.hstack([embedding, embedding])
    np.testing.assert_allclose(
        out_of_fold(twice, twice, splits, 1.0, (D, D)), out_of_fold(embedding, embedding, splits, 1.0), atol=1e-12
    )
    one = out_of_fold(embedding, embedding, splits, 1.0, (1, D - 1))
    assert not np.allclose(one, out_of_fold(embedding, embedding, splits, 1.0))
