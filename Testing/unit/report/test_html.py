from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest

from RadioGenomicsLib.genes.panels import load_panels
from RadioGenomicsLib.report.html import report_html
from RadioGenomicsLib.report.slices import slice_pictures


@pytest.fixture(scope="module")
def pictures(channels, tumor, make_prediction):
    return slice_pictures(channels, tumor, make_prediction().attribution)


@pytest.fixture
def report(make_prediction, pictures):
    def make(**numbers) -> str:
        return report_html(make_prediction(**numbers), load_panels(), "glioma", pictures)

    return make


class _Tags(HTMLParser):
    VOID = frozenset({"meta", "img", "line", "rect", "circle", "br"})

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list) -> None:
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in self.VOID:
            assert self.open.pop() == tag


def _text(html: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", re.sub(r"<style>.*?</style>", "", html, flags=re.S)))


def test_the_report_is_one_file_that_loads_nothing(report) -> None:
    html = report()
    parser = _Tags()
    parser.feed(html)
    assert parser.open == []
    assert all(source.startswith("data:image/png;base64,") for source in re.findall(r'src="([^"]+)"', html))
    assert not re.search(r"<script|<link|@import|url\(", html)


def test_the_report_says_what_it_is_and_is_not(report) -> None:
    text = _text(report())
    for statement in (
        "Research use only",
        "not a medical device",
        "91 patients of TCGA-LGG",
        "nothing about mutation",
        "cross-validated r",
        "standard deviations",
        "90 % interval",
        "not reliable",
        "TERT not in this model",
        "CC BY-NC-SA 4.0",
        "versions · torch 2.13.0",
        "channels · T1 no",
        "Nobody 2026; Somebody 2025",
        "passes through the tumor&#39;s class",
    ):
        assert statement in text


def test_a_scan_far_from_training_is_told_at_the_top(report) -> None:
    warning = "far from the training scans"
    assert warning not in report()
    html = report(far=True, warnings=["Unlike the rest."])
    assert warning in html
    assert "Unlike the rest." in html
    assert html.index(warning) < html.index('class="facts"')


def test_the_predictors_warnings_are_shown_and_escaped(report) -> None:
    assert "T1c is missing &lt;b&gt;" in report(warnings=["T1c is missing <b>"])


def test_a_model_without_reliable_genes_is_reported_as_that(report) -> None:
    html = report(reliable=[False] * 4)
    assert "0 of 4" in html
    assert "No gene of this model is predicted reliably" in html


def test_only_reliable_genes_are_listed_as_unusual(report) -> None:
    html = report(symbols=("AAA1", "BBB2"), z=(0.5, -3.0), reliable=(True, False))
    table = html[html.index('class="numbers"') :]
    table = table[: table.index("</table>")]
    assert "AAA1" in table
    assert "BBB2" not in table


def test_the_study_stands_at_the_top(make_prediction, pictures) -> None:
    prediction = make_prediction()
    prediction.provenance.update(study="Synthetic head (not a patient)", synthetic=True)
    top, _, rest = report_html(prediction, load_panels(), "glioma", pictures).partition("</header>")
    assert top.count("Synthetic head (not a patient)") == 2
    assert "Synthetic head · Research use only" in rest
