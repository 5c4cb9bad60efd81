"""The table of cohorts."""

from __future__ import annotations

import csv
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from RadioGenomicsLib.errors import OutputError
from RadioGenomicsTrainLib.validation.cohort_table import SEED_COUNTS
from RadioGenomicsTrainLib.validation.cohort_table import CohortRow
from RadioGenomicsTrainLib.validation.cohort_table import best_genes
from RadioGenomicsTrainLib.validation.cohort_table import cohort_row
from RadioGenomicsTrainLib.validation.cohort_table import verdict
from RadioGenomicsTrainLib.validation.cohort_table import write_cohort_table
from RadioGenomicsTrainLib.validation.folds import repeated_folds
from RadioGenomicsTrainLib.validation.oof_matrix import kernel_ridge_weights
from RadioGenomicsTrainLib.validation.oof_matrix import oof_matrix
from RadioGenomicsTrainLib.validation.oof_matrix import oof_mean_matrix
from RadioGenomicsTrainLib.validation.summary import validate_head


def row(signal: float) -> CohortRow:
    """Validate 40 genes that follow one of three features that strongly, in 60 patients."""
    rng = np.random.default_rng(0)
    x = rng.standard_normal((60, 3))
    y = signal * x[:, :1] + rng.standard_normal((60, 40))
    splits = repeated_folds(60, 5, 2)
    h = oof_matrix(60, splits, kernel_ridge_weights(x @ x.T, 1.0))
    validation = validate_head(y, h, oof_mean_matrix(60, splits), n_permutations=200, n_draws=20_000)
    return cohort_row("tcga-gbm", "three numbers", "log2", 3, validation, 0.5)


@pytest.fixture(scope="module")
def strong() -> CohortRow:
    return row(1.0)


def test_a_row_tells_signal_from_noise(strong: CohortRow) -> None:
    assert strong.max_t == strong.genes == 40
    assert strong.share_above_03_p == pytest.approx(1 / 201)
    assert strong.best == "best 10 % (4)"
    assert strong.best_mean_r > strong.median_r > 0.5
    assert strong.verdict == "40 genes hold against chance by max-T"
    noise = row(0.0)
    assert noise.max_t == 0
    assert noise.verdict == "nothing above chance"


@pytest.mark.parametrize(("genes", "label", "mean"), [(199, "best 10 % (20)", 9.5), (200, "best 100", 49.5)])
def test_with_few_genes_the_best_tenth_stands_for_the_best_100(genes: int, label: str, mean: float) -> None:
    r = np.arange(genes, dtype=float)[::-1]
    assert best_genes(r) == (label, pytest.approx(genes - 1 - mean))


def test_a_gene_without_correlation_counts_as_0() -> None:
    assert best_genes(np.array([np.nan] * 9 + [-0.5]))[1] == 0


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((1, 0.9), "1 gene holds against chance"),
        ((None, None), "no valid null"),
        ((0, 0.2, None), "nothing above chance"),
        ((0, 0.01, None), "no gene holds by max-T"),
        ((0, 0.01, 0.2), "but not within sites"),
        ((0, 0.01, 0.02), "than by chance; no gene"),
    ],
)
def test_the_verdict_says_what_was_found(arguments: tuple, words: str) -> None:
    assert words in verdict(*arguments)


def test_the_seed_paper_is_quoted_as_published() -> None:
    assert {name: one.genes for name, one in SEED_COUNTS.items()} == {
        "tcga-gbm": 1731,
        "tcga-lgg": 1632,
        "tcga-brca": 838,
        "tcga-luad": 656,
        "nsclc-r01": 656,
    }
    assert all(str(one.genes) in one.quote and one.cohort in one.quote for one in SEED_COUNTS.values())
    assert SEED_COUNTS["nsclc-r01"].cohort == "TCGA-LUAD"


def test_the_table_is_written_with_empty_cells_for_what_does_not_apply(strong: CohortRow, tmp_path: Path) -> None:
    other = replace(strong, cohort="private", seed_paper="", share_above_03_p_within_sites=None)
    write_cohort_table([strong, other], tmp_path / "cohorts.csv")
    with open(tmp_path / "cohorts.csv", encoding="utf-8", newline="") as stream:
        first, second = csv.DictReader(stream)
    assert (first["n"], first["features"], first["seed_paper"]) == ("60", "3", "TCGA-GBM: 1731")
    assert float(first["median_r"]) == pytest.approx(strong.median_r, rel=1e-3)
    assert (second["seed_paper"], second["share_above_03_p_within_sites"]) == ("", "")
    assert [path.name for path in tmp_path.iterdir()] == ["cohorts.csv"]


def test_a_folder_that_is_not_there_is_refused(strong: CohortRow, tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="cannot be written"):
        write_cohort_table([strong], tmp_path / "absent" / "cohorts.csv")
