"""Figures as words."""

from __future__ import annotations

import math

import pytest

from RadioGenomicsTrainLib.report.wording import count
from RadioGenomicsTrainLib.report.wording import file_name
from RadioGenomicsTrainLib.report.wording import gene_set
from RadioGenomicsTrainLib.report.wording import interval
from RadioGenomicsTrainLib.report.wording import label
from RadioGenomicsTrainLib.report.wording import p_equals
from RadioGenomicsTrainLib.report.wording import percent
from RadioGenomicsTrainLib.report.wording import predictor
from RadioGenomicsTrainLib.report.wording import site_note


def test_counts_have_separators_and_a_fitting_noun() -> None:
    assert [count(2127), count(1, "gene"), count(0, "gene"), count(math.nan)] == ["2,127", "1 gene", "0 genes", "–"]


@pytest.mark.parametrize(
    ("share", "words"), [(0.413, "41 %"), (0.0143, "1.4 %"), (0.0, "0 %"), (0.0999, "10 %"), (math.nan, "–")]
)
def test_small_shares_keep_a_digit(share: float, words: str) -> None:
    assert percent(share) == words


def test_unknown_figures_are_a_dash_or_said() -> None:
    assert interval(math.nan, math.nan) == "–"
    assert p_equals(math.nan) == "p not known"
    assert interval(-0.1, 0.25) == "−0.10 to +0.25"
    assert p_equals(0.0004).replace("\u00a0", " ") == "p < 0.001"


def test_names_from_tables_are_written_for_people() -> None:
    assert gene_set("HALLMARK_P53_PATHWAY") == "P53 PATHWAY"
    assert label("idh_wildtype") == "IDH wild type"
    assert label("some_class") == "some class"
    assert site_note("random") == ""
    assert site_note("site_disjoint") == ", sites apart"
    assert predictor("clinical").startswith("age, sex and grade")
    assert predictor("new_kind") == "new kind"


def test_a_file_name_never_leaves_its_folder() -> None:
    assert file_name("counts", "../../etc/log2 RSEM") == "counts_etc_log2_rsem"
