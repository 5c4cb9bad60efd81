from __future__ import annotations

from types import SimpleNamespace

import pytest

from Testing.panel_doubles import choices

CARD = {"preprocessing": {"channels": ["T1", "FLAIR", "T1c"], "required": ["FLAIR"]}}


@pytest.fixture
def sections():
    from RadioGenomicsLib.panel import sections

    return sections


def test_the_scan_section_names_the_channel_that_the_model_needs(sections) -> None:
    section = sections.scanSection(choices(t1="node"), CARD)
    assert not section.done
    assert "FLAIR" in section.missing
    assert section.missing in section.line
    assert "\n" not in section.line


def test_the_scan_section_is_done_with_what_is_needed_and_complete_with_all_that_is_read(sections) -> None:
    section = sections.scanSection(choices(flair="node"), CARD)
    assert section.done
    assert not section.complete
    assert "T1, T1c" in section.line
    assert sections.scanSection(choices(flair="node", t1="node", t1c="node"), CARD).complete


def test_without_a_card_any_scan_will_do(sections) -> None:
    assert not sections.scanSection(choices(), None).done
    assert sections.scanSection(choices(ct="node"), None).done


def test_the_brain_needs_a_segment_only_where_one_is_asked_for(sections) -> None:
    from RadioGenomicsLib.panel.parameters import BrainSource

    for source in BrainSource:
        assert sections.brainSection(choices(brainSource=source)).done == (source != BrainSource.SEGMENT)


def test_a_segment_that_was_removed_counts_as_missing(sections) -> None:
    from RadioGenomicsLib.panel.parameters import TumorSource

    segments = {"Tumor_1": SimpleNamespace(GetName=lambda: "Tumor")}
    node = SimpleNamespace(GetSegmentation=lambda: SimpleNamespace(GetSegment=segments.get))
    chosen = choices(tumorSource=TumorSource.SEGMENT, tumorSegmentation=node, tumorSegmentID="Tumor_1")
    assert sections.tumorSection(chosen).complete
    segments.clear()
    assert not sections.tumorSection(chosen).done


def test_marks_leave_the_tumor_section_open_to_be_fitted(sections) -> None:
    from RadioGenomicsLib.panel.parameters import TumorSource

    assert not sections.tumorSection(choices(tumorSource=TumorSource.MARKUPS)).done
    marked = choices(tumorSource=TumorSource.MARKUPS, tumorMarkups=SimpleNamespace(GetName=lambda: "Box"))
    section = sections.tumorSection(marked)
    assert section.done
    assert not section.complete
    assert "Box" in section.title


def test_predict_waits_for_the_first_section_that_misses_something(sections) -> None:
    told = {"scan": "", "tumor": "Draw it.", "other": "And this."}
    before = [sections.Section(key, "", "", missing) for key, missing in told.items()]
    assert sections.predictSection(before, "Model", "").missing == "Draw it."
    assert sections.predictSection(before, "Model", "Damaged.").missing == "Damaged."
    assert "Model" in sections.predictSection(before[:1], "Model", "").title


def test_results_say_how_many_there_are(sections) -> None:
    assert not sections.resultsSection(0, "").done
    assert sections.resultsSection(1, "FLAIR").title.endswith("FLAIR")
    assert "FLAIR (one of 2)" in sections.resultsSection(2, "FLAIR").title


def test_a_long_line_is_shortened_in_the_title(sections) -> None:
    section = sections.predictSection([], "A model " + "of many words " * 20, "")
    assert len(section.title) <= 42
    assert section.title.endswith("…")
    assert section.line.startswith(section.title[:-1])


def test_what_is_missing_fits_into_the_title(sections) -> None:
    from RadioGenomicsLib.panel.parameters import BrainSource
    from RadioGenomicsLib.panel.parameters import TumorSource

    steps = [
        sections.scanSection(choices(), CARD),
        sections.brainSection(choices(brainSource=BrainSource.SEGMENT)),
        *(sections.tumorSection(choices(tumorSource=source)) for source in (TumorSource.SEGMENT, TumorSource.MARKUPS)),
        sections.resultsSection(0, ""),
    ]
    for section in (*steps, *(sections.predictSection([step], "", "") for step in steps)):
        assert section.missing
        assert section.title == section.line
