"""What the report says of the ladder, and of predictors without an exact null."""

from __future__ import annotations

import math
import re
from dataclasses import replace
from pathlib import Path

import pytest

from RadioGenomicsTrainLib.report.content import Points
from RadioGenomicsTrainLib.report.sections.distribution import distribution
from RadioGenomicsTrainLib.report.sections.headline import headline
from RadioGenomicsTrainLib.report.sections.headline import key_figures
from RadioGenomicsTrainLib.report.sections.ladder import best_simpler
from RadioGenomicsTrainLib.report.sections.ladder import ladder
from RadioGenomicsTrainLib.report.sections.nulls import nulls
from RadioGenomicsTrainLib.report.validation_record import Record
from RadioGenomicsTrainLib.report.validation_record import read_record


@pytest.fixture
def record(record_folder: Path) -> Record:
    return read_record(record_folder)


def _rung(record: Record, kind: str) -> dict:
    return next(row for row in record.ladder("log2") if row["kind"] == kind and row["splits"] == "random")


def _nested(record: Record) -> dict:
    return record.rows("nested", block="log2", splits="random")[0]


def _said(record: Record) -> str:
    return " ".join(words for part in ladder(record).parts if isinstance(part, Points) for words in part.points)


def test_a_rung_with_the_defaults_own_predictions_is_no_simpler_one(record: Record) -> None:
    assert _rung(record, "radiomics")["median_r"] == _rung(record, "default")["median_r"]
    assert best_simpler(record.ladder("log2"))["kind"] in ("clinical", "volume_location")


def test_the_best_simpler_rung_is_named_and_compared(record: Record) -> None:
    assert re.search(
        r"“default” reaches a median r of \S+; the best simpler predictor, “[^”]+”, \S+: that is less", _said(record)
    )


def test_a_simple_rung_that_wins_is_called_the_default(record: Record) -> None:
    _rung(record, "clinical")["median_r"] = 0.97
    said = _said(replace(record, card={**record.card, "default_rung": "age, sex, grade"}))
    assert "A simpler predictor is the default: “age, sex, grade”, with a median r of 0.97." in said
    assert "the simple predictor does as well or better" in said


def test_without_a_valid_null_nothing_is_said_to_hold(record: Record) -> None:
    row = _rung(record, "default")
    row.update(null="none", max_t=math.nan, share_above_03_p=math.nan, share_above_03_permuted=math.nan)
    _nested(record).update(max_t=math.nan, share_above_03_permuted=math.nan)
    figures = {fact.label: fact for fact in key_figures(record)}
    assert figures["Genes that hold"].value == "not known"
    assert "not known" in figures["Genes with r above 0.3"].meaning
    assert "nothing can be said of chance" in str(headline(record))


def test_nothing_above_chance_is_said_so(record: Record) -> None:
    _rung(record, "default").update(max_t=3.0, share_above_03_p=0.4)
    _nested(record).update(max_t=0.0)
    assert "No gene is told from chance." in str(headline(record))
    _rung(record, "default").update(share_above_03_p=0.01)
    assert "no single gene holds" in str(headline(record))


def test_a_rung_that_was_refitted_has_no_exact_null_to_draw(record: Record) -> None:
    _rung(record, "default").update(null="refit", oof_holm_sidak=math.nan, oof_benjamini_hochberg=math.nan)
    bare = replace(record, tables={**record.tables, "histograms": []})
    assert "no null is drawn" in str(distribution(bare).parts)
    assert "exact)" not in distribution(bare).figures[0].svg
    assert nulls(bare).figures[0].svg.count("does not apply") == 2
