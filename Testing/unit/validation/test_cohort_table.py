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
from RadioGenomicsTrainLib.validation.cohort_table import seed_paper
from RadioGenomicsTrainLib.validation.cohort_table import verdict
from RadioGenomicsTrainLib.validation.cohort_table import write_cohort_table


@pytest.fixture
def strong() -> CohortRow:
    return CohortRow(
        cohort="tcga-gbm",
        predictor="three numbers",
        unit="log2",
        n=60,
        features=3,
        genes=40,
        median_r=0.61234,
        best="best 10 % (4)",
        best_mean_r=0.7,
        share_above_03=1.0,
        share_above_03_permuted=0.01,
        share_above_03_p=0.005,
        parametric_holm_sidak=40,
        oof_holm_sidak=40,
        oof_benjamini_hochberg=40,
        max_t=40,
        seed_paper=seed_paper("tcga-gbm"),
        verdict=verdict(40, 0.005),
    )


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
        ((40, 0.01), "40 genes hold against chance"),
        ((0, 0.2), "nothing above chance"),
        ((0, 0.01), "than by chance; no gene"),
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
    other = replace(strong, cohort="private", seed_paper="", oof_holm_sidak=None)
    write_cohort_table([strong, other], tmp_path / "cohorts.csv")
    with open(tmp_path / "cohorts.csv", encoding="utf-8", newline="") as stream:
        first, second = csv.DictReader(stream)
    assert (first["n"], first["features"], first["seed_paper"]) == ("60", "3", "TCGA-GBM: 1731")
    assert float(first["median_r"]) == pytest.approx(strong.median_r, rel=1e-3)
    assert (second["seed_paper"], second["oof_holm_sidak"]) == ("", "")
    assert [path.name for path in tmp_path.iterdir()] == ["cohorts.csv"]


def test_a_folder_that_is_not_there_is_refused(strong: CohortRow, tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="cannot be written"):
        write_cohort_table([strong], tmp_path / "absent" / "cohorts.csv")
