"""The report of a validation."""

from __future__ import annotations

import csv
import json
import re
import xml.etree.ElementTree as ElementTree
from html.parser import HTMLParser
from pathlib import Path

import pytest

from RadioGenomicsLib.errors import InputError
from RadioGenomicsLib.errors import OutputError
from RadioGenomicsLib.report.numbers import plain
from RadioGenomicsTrainLib.report.html import write_report
from RadioGenomicsTrainLib.validation.cohort_table import SEED_CAVEAT
from RadioGenomicsTrainLib.validation.cohort_table import write_cohort_table
from RadioGenomicsTrainLib.validation.record_rows import rows_of_record


class _Tags(HTMLParser):
    VOID = frozenset({"meta", "line", "rect", "circle", "br"})

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.found: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list) -> None:
        self.found.add(tag)
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in self.VOID:
            assert self.open.pop() == tag


def _tags(html: str) -> _Tags:
    parser = _Tags()
    parser.feed(html)
    return parser


def _text(html: str) -> str:
    return re.sub(r"[\s\u00a0]+", " ", re.sub(r"<[^>]+>", " ", re.sub(r"<style>.*?</style>", "", html, flags=re.S)))


def _page(folder: Path, output: Path) -> str:
    return write_report(folder, output / "report").read_text(encoding="utf-8")


def _replace(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def test_the_report_is_one_page_that_loads_nothing_and_runs_nothing(record_folder: Path, tmp_path: Path) -> None:
    html = _page(record_folder, tmp_path)
    tags = _tags(html)
    assert tags.open == []
    assert not tags.found & {"script", "link", "img", "iframe", "object"}
    assert not re.search(r"@import|url\(|src=|https?://(?!www\.w3\.org/2000/svg)", html)


def test_every_section_of_the_contents_is_there(record_folder: Path, tmp_path: Path) -> None:
    html = _page(record_folder, tmp_path)
    anchors = re.findall(r'href="#([\w-]+)"', html)
    assert len(anchors) == len(set(anchors)) == 14
    assert set(anchors) == set(re.findall(r'<section id="([\w-]+)"', html))


def test_every_figure_lies_beside_the_page_as_a_drawing_with_words(record_folder: Path, tmp_path: Path) -> None:
    html = _page(record_folder, tmp_path)
    figures = sorted((tmp_path / "report" / "figures").iterdir())
    assert {path.stem for path in figures} >= {
        "distribution_log2",
        "ladder_log2",
        "counts_log2",
        "permuted_counts_log2",
        "gene_sets_log2",
        "within_subtype_log2",
        "subtypes",
        "calibration_log2",
        "coverage_log2",
        "sites_log2",
        "panels_log2",
        "flow",
    }
    for path in figures:
        drawing = path.read_text(encoding="utf-8")
        assert drawing in html
        assert "nan" not in drawing
        assert "Research use only" in drawing
        root = ElementTree.fromstring(drawing)
        title, description = root[0], root[1]
        assert title.tag.endswith("title")
        assert description.tag.endswith("desc")
        assert title.text
        assert description.text


def test_the_record_lies_beside_the_page_as_it_was(record_folder: Path, tmp_path: Path) -> None:
    _page(record_folder, tmp_path)
    copies = {path.name: path.read_bytes() for path in (tmp_path / "report" / "tables").iterdir()}
    assert copies == {path.name: path.read_bytes() for path in record_folder.iterdir()}


def test_the_key_figures_are_those_of_the_default_rung(record_folder: Path, tmp_path: Path) -> None:
    with open(record_folder / "ladder.csv", encoding="utf-8", newline="") as stream:
        wanted = {"family": "genes", "rung": "default", "splits": "random"}
        row = next(one for one in csv.DictReader(stream) if wanted.items() <= one.items())
    text = _text(_page(record_folder, tmp_path))
    assert f"Patients {row['n']} each predicted by models that never saw that patient; 2 more had no expression" in text
    with open(record_folder / "nested.csv", encoding="utf-8", newline="") as stream:
        nested = next(one for one in csv.DictReader(stream) if one["splits"] == "random")
    assert f"Median r, nested {plain(float(nested['median_r']))}" in text
    assert f"Median r, choices on the same patients {plain(float(row['median_r']))}" in text
    assert f"Genes that hold {nested['max_t']} of {row['tests']}" in text
    assert "is not yet tested on held-out patients" in text
    assert "Gene sets that hold" in text
    assert "Best simpler predictor" in text


def test_the_reader_is_told_what_counts_and_what_does_not(record_folder: Path, tmp_path: Path) -> None:
    text = _text(_page(record_folder, tmp_path))
    for words in (
        "Research use only",
        "not a medical device",
        "patient A helps to predict patient B",
        "Holm-Šidák, textbook",
        "nothing of mutations",
        "Within molecular subtypes the median r is",
        "interval is made from the other sites",
        "P99",
        "made up",
        "Not run: frozen encoder. There is none.",
        "CC0",
    ):
        assert words in text


def test_words_from_files_are_shown_not_obeyed(record_folder: Path, tmp_path: Path) -> None:
    evil = "<script>alert(1)</script>"
    card = json.loads((record_folder / "record.json").read_text(encoding="utf-8"))
    card["cohort"]["title"] = evil
    card["notes"].append(evil)
    card["blocks"][0]["unit"] = evil
    (record_folder / "record.json").write_text(json.dumps(card), encoding="utf-8")
    for table, old in (("genes_log2", "EGFR"), ("hallmarks_log2", "\nA,"), ("sites", ",DU,"), ("dropped", "P99")):
        _replace(record_folder / f"{table}.csv", old, old.replace(old.strip("\n,"), evil))
    _replace(record_folder / "flow.csv", "made", evil)
    tags = _tags(_page(record_folder, tmp_path))
    assert tags.open == []
    assert "script" not in tags.found


def test_an_unsafe_block_name_stays_inside_the_folder(record_folder: Path, tmp_path: Path) -> None:
    for path in record_folder.glob("*.csv"):
        path.write_text(re.sub(r"^log2,", "../../out,", path.read_text(), flags=re.M))
    _replace(record_folder / "record.json", '"id": "log2"', '"id": "../../out"')
    with pytest.raises(InputError, match="no whole record"):
        _page(record_folder, tmp_path)
    assert not (tmp_path / "report").exists()


def test_what_a_cohort_does_not_have_is_said(bare_record: Path, tmp_path: Path) -> None:
    text = _text(_page(bare_record, tmp_path))
    for sentence in (
        "Gene sets were not tested",
        "subtypes are not known",
        "Hospitals cannot be told apart",
        "Nothing was left out.",
        "steps from the sources were not recorded",
        "holds no table of other cohorts",
    ):
        assert sentence in text
    assert "Gene sets that hold" not in text


def test_tables_that_are_not_there_are_said(record_folder: Path, tmp_path: Path) -> None:
    for name in ("panels", "power", "calibration", "histograms", "permuted_counts"):
        (record_folder / f"{name}.csv").unlink()
    text = _text(_page(record_folder, tmp_path))
    for sentence in ("No marker panel", "power table was not made", "Calibration and coverage were not", "No permut"):
        assert sentence in text


def test_a_table_that_lacks_a_column_is_refused(record_folder: Path, tmp_path: Path) -> None:
    _replace(record_folder / "sites.csv", "coverage", "covered")
    with pytest.raises(InputError, match="lacks 'coverage'"):
        _page(record_folder, tmp_path)


def test_the_cohorts_stand_beside_the_seed_papers_counts(record_folder: Path, tmp_path: Path) -> None:
    _replace(record_folder / "record.json", '"id": "small"', '"id": "tcga-lgg"')
    write_cohort_table(rows_of_record(record_folder), record_folder / "cohorts.csv")
    text = _text(_page(record_folder, tmp_path))
    assert "TCGA-LGG: 1632" in text
    assert SEED_CAVEAT in text


def test_without_a_table_of_cohorts_the_seed_paper_is_quoted(record_folder: Path, tmp_path: Path) -> None:
    stated = '"seed_paper": {"cohort": "TCGA-LGG", "genes": 1632, "quote": "we found 1632", "caveat": "Not the same."}'
    _replace(record_folder / "record.json", '"seed_paper": {}', stated)
    assert "states: “we found 1632”. Not the same." in _text(_page(record_folder, tmp_path))


def test_the_report_of_the_same_record_is_made_anew(record_folder: Path, tmp_path: Path) -> None:
    first = _page(record_folder, tmp_path)
    assert _page(record_folder, tmp_path) == first
    assert sorted(path.name for path in tmp_path.iterdir()) == ["report", "validation"]


def test_the_report_of_another_record_is_not_written_over(record_folder: Path, tmp_path: Path) -> None:
    first = _page(record_folder, tmp_path)
    _replace(record_folder / "record.json", '"seed": 0', '"seed": 1')
    with pytest.raises(OutputError, match="not empty"):
        _page(record_folder, tmp_path)
    assert (tmp_path / "report" / "report.html").read_text(encoding="utf-8") == first


def test_files_of_others_are_not_written_over(record_folder: Path, tmp_path: Path) -> None:
    (tmp_path / "report").mkdir()
    (tmp_path / "report" / "notes.txt").write_text("mine")
    with pytest.raises(OutputError, match="not empty"):
        _page(record_folder, tmp_path)
    assert [path.name for path in (tmp_path / "report").iterdir()] == ["notes.txt"]
