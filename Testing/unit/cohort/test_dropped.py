"""Lists of what was left out: summed up, joined, and told in the log."""

from __future__ import annotations

import logging

import pytest

from RadioGenomicsTrainLib.cohort.dropped import Dropped
from RadioGenomicsTrainLib.cohort.dropped import joined
from RadioGenomicsTrainLib.cohort.dropped import log_dropped
from RadioGenomicsTrainLib.cohort.dropped import summed_up

CONFLICTS = [Dropped("clinical", f"P{n} age", "its rows contradict each other") for n in range(50)]


def test_one_reason_is_one_entry_with_the_first_names() -> None:
    entry, other = summed_up([Dropped("value", "P1 volume", "it is inf"), *CONFLICTS])
    assert (entry["kind"], entry["reason"], entry["count"]) == ("clinical", "its rows contradict each other", 50)
    assert entry["names"] == [f"P{n} age" for n in range(40)]
    assert other == {"kind": "value", "reason": "it is inf", "count": 1, "names": ["P1 volume"]}


def test_genes_come_from_the_targets_and_nothing_is_listed_twice() -> None:
    sample, gene, better = (
        Dropped("sample", "S", "normal"),
        Dropped("gene", "G", "first"),
        Dropped("gene", "G", "second"),
    )
    assert joined([sample, gene, CONFLICTS[0]], [sample, better]) == (sample, CONFLICTS[0], better)


def test_the_log_has_one_line_for_a_kind_and_none_for_what_the_cohort_file_asks(
    caplog: pytest.LogCaptureFixture,
) -> None:
    declared = Dropped("feature", "Date", "the cohort file leaves it out: it is no image feature")
    reading = Dropped("reading", "f.tsv", "its commas are decimal")
    with caplog.at_level(logging.WARNING):
        log_dropped([*CONFLICTS, declared, reading, Dropped("gene", "G", "twice")])
    assert [record.message for record in caplog.records] == [
        "f.tsv: its commas are decimal",
        "a clinical value is not used: P0 age (its rows contradict each other), and 49 more",
    ]
