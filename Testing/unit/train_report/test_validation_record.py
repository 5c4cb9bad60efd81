"""Reading the record of a validation."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from RadioGenomicsLib.errors import InputError
from RadioGenomicsTrainLib.report.validation_record import read_record


def test_cells_are_words_numbers_and_truth_values(record_folder: Path) -> None:
    (record_folder / "sites.csv").write_text("block,site,patients,coverage,mean_residual\nlog2,06,3,,-0.5\n")
    record = read_record(record_folder)
    (site,) = record.rows("sites")
    assert site["site"] == "06"
    assert (site["patients"], site["mean_residual"]) == (3.0, -0.5)
    assert math.isnan(site["coverage"])
    assert {row["reliable"] for row in record.targets("log2")} <= {True, False}
    assert record.rows("nothing") == []


def test_the_shown_rung_is_the_default_with_random_folds(record_folder: Path) -> None:
    record = read_record(record_folder)
    row = record.shown("log2")
    assert (row["rung"], row["splits"], row["family"]) == ("default", "random", "genes")
    assert record.find_shown("log2", splits="site_disjoint")["splits"] == "site_disjoint"
    assert record.find_shown("elsewhere") is None


def test_a_family_that_the_default_rung_cannot_predict_shows_the_shipped_head(record_folder: Path) -> None:
    for name in ("record.json", "ladder.csv"):
        path = record_folder / name
        path.write_text(path.read_text().replace("radiomics,radiomics", "paper mode,paper"))
    path = record_folder / "record.json"
    path.write_text(path.read_text().replace('"default_rung": "default"', '"default_rung": "paper mode"'))
    rungs = [row for row in (record_folder / "ladder.csv").read_text().splitlines() if "hallmarks,paper" not in row]
    (record_folder / "ladder.csv").write_text("\n".join(rungs))
    record = read_record(record_folder)
    assert record.shown("log2")["kind"] == "paper"
    assert record.shown("log2", "hallmarks")["kind"] == "default"


@pytest.mark.parametrize("lost", ["record.json", "ladder.csv", "genes_log2.csv"])
def test_a_record_that_is_not_whole_is_refused(record_folder: Path, lost: str) -> None:
    (record_folder / lost).unlink()
    with pytest.raises(InputError, match="no whole record"):
        read_record(record_folder)


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ('"schema": 1', '"schema": 2', "its schema is 2, not 1"),
        ('"licence"', '"license"', "record.json lacks licence"),
        ('"notes"', '"remarks"', "record.json lacks notes"),
        ('"schema"', '"schema', "no whole record"),
    ],
)
def test_a_card_of_another_make_is_refused(record_folder: Path, old: str, new: str, why: str) -> None:
    path = record_folder / "record.json"
    path.write_text(path.read_text().replace(old, new))
    with pytest.raises(InputError, match=why):
        read_record(record_folder)
