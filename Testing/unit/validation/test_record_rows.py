"""Rows of the table of cohorts from a record."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from RadioGenomicsLib.errors import InputError
from RadioGenomicsTrainLib.validation.record_rows import rows_of_record

FIGURES = {
    "family": "genes",
    "n": 60,
    "tests": 10,
    "median_r": 0.1,
    "share_above_03": 0.2,
    "share_above_03_permuted": 0.02,
    "share_above_03_p": 0.01,
    "parametric_holm_sidak": 4,
    "oof_holm_sidak": 2,
    "oof_benjamini_hochberg": 3,
    "max_t": 1,
}


def write_table(path: Path, rows: list[dict]) -> None:
    """Write rows as CSV."""
    with open(path, "w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A record with two blocks, the second without a null, and a second rung and site-disjoint folds beside."""
    record = {
        "schema": 1,
        "cohort": {"id": "tcga-lgg"},
        "blocks": [{"id": "log2", "unit": "log2 RSEM"}, {"id": "z", "unit": "z"}],
        "default_rung": "default",
        "provenance": {"descriptors": 7},
    }
    (tmp_path / "record.json").write_text(json.dumps(record))
    no_null = dict.fromkeys(
        ("share_above_03_permuted", "share_above_03_p", "oof_holm_sidak", "oof_benjamini_hochberg", "max_t"), ""
    )
    right = {"block": "log2", "rung": "default", "splits": "random", **FIGURES}
    wrong = {"n": 1, "max_t": 9}
    rows = [
        {**right, **wrong, "rung": "age, sex, grade"},
        {**right, **wrong, "splits": "site_disjoint"},
        {**right, **wrong, "family": "hallmarks"},
        right,
        {**right, "block": "z", **no_null},
    ]
    write_table(tmp_path / "ladder.csv", rows)
    for block in ("log2", "z"):
        genes = [{"symbol": f"G{index}", "r": r} for index, r in enumerate((0.1, 0.6, "", *[0.0] * 7))]
        write_table(tmp_path / f"genes_{block}.csv", genes)
    return tmp_path


def test_every_block_has_the_figures_of_the_default_rung(folder: Path) -> None:
    first, second = rows_of_record(folder)
    assert (first.cohort, first.predictor, first.unit, first.n, first.features) == (
        "tcga-lgg",
        "default",
        "log2 RSEM",
        60,
        7,
    )
    assert (first.best, first.best_mean_r) == ("best 10 % (1)", 0.6)
    assert (first.parametric_holm_sidak, first.max_t, first.seed_paper) == (4, 1, "TCGA-LGG: 1632")
    assert first.verdict.startswith("1 gene holds")
    assert (second.unit, second.max_t, second.share_above_03_p) == ("z", None, None)
    assert second.verdict.startswith("no valid null")


@pytest.mark.parametrize("lost", ["record.json", "ladder.csv", "genes_z.csv"])
def test_a_record_that_is_not_whole_is_refused(folder: Path, lost: str) -> None:
    (folder / lost).unlink()
    with pytest.raises(InputError, match="no whole record"):
        rows_of_record(folder)


def test_a_record_without_its_default_rung_is_refused(folder: Path) -> None:
    text = (folder / "record.json").read_text().replace('"default"', '"another"')
    (folder / "record.json").write_text(text)
    with pytest.raises(InputError, match="no whole record"):
        rows_of_record(folder)
