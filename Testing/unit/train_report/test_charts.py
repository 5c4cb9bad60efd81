"""The charts of the report."""

from __future__ import annotations

import math
import re
import xml.etree.ElementTree as ElementTree

import numpy as np
import pytest

from RadioGenomicsTrainLib.report.charts.axis import round_axis
from RadioGenomicsTrainLib.report.charts.axis import shortened
from RadioGenomicsTrainLib.report.charts.calibration import calibration_svg
from RadioGenomicsTrainLib.report.charts.counts import Count
from RadioGenomicsTrainLib.report.charts.counts import counts_svg
from RadioGenomicsTrainLib.report.charts.coverage import coverage_svg
from RadioGenomicsTrainLib.report.charts.distribution import distribution_svg
from RadioGenomicsTrainLib.report.charts.dot_plot import DotRow
from RadioGenomicsTrainLib.report.charts.dot_plot import Mark
from RadioGenomicsTrainLib.report.charts.dot_plot import Track
from RadioGenomicsTrainLib.report.charts.dot_plot import dot_plot
from RadioGenomicsTrainLib.report.charts.flow import Stage
from RadioGenomicsTrainLib.report.charts.flow import flow_svg
from RadioGenomicsTrainLib.report.charts.permuted_counts import permuted_counts_svg


def _inside(drawing: str) -> None:
    """Check that everything drawn has a place inside the drawing."""
    root = ElementTree.fromstring(drawing)
    width, height = float(root.get("width")), float(root.get("height"))
    for element in root.iter():
        for name, limit in (("x", width), ("x1", width), ("x2", width), ("cx", width), ("y", height), ("cy", height)):
            if element.get(name) is not None:
                assert -0.5 <= float(element.get(name)) <= limit + 0.5, ElementTree.tostring(element)


@pytest.mark.parametrize(("low", "high"), [(-0.32, 0.63), (0.0, 0.0), (0, 5), (0, 31_793), (0.86, 0.94), (-0.2, 0.04)])
def test_an_axis_holds_its_values_and_has_round_ticks(low: float, high: float) -> None:
    axis = round_axis(low, high, 100, 500)
    assert axis.low <= low + 1e-9
    assert axis.high >= high - 1e-9
    assert axis.at(axis.low) == 100
    assert axis.at(axis.high) == 500
    assert 2 <= len(axis.ticks) <= 8
    assert all(abs(round(value, axis.digits) - value) < 1e-9 for value in axis.ticks)


def test_long_words_are_cut_to_their_room() -> None:
    assert shortened("short", 200) == "short"
    cut = shortened("HALLMARK " * 20, 200)
    assert cut.endswith("…")
    assert len(cut) < 40


@pytest.mark.parametrize("genes", [1, 12, 300, 3000])
def test_the_distribution_counts_every_gene_and_names_its_marks(genes: int) -> None:
    r = np.clip(np.random.default_rng(0).normal(0.2, 0.2, genes), -1, 1)
    low = np.linspace(-1, 0.975, 80)
    share = np.exp(-(low**2) / 0.05)
    drawing = distribution_svg(r, {"exact_null": (low, share / share.sum())}, "r")
    assert sum(int(count) for count in re.findall(r": (\d+) genes<", drawing)) == genes
    for name, value in (("minimum", r.min()), ("median", np.median(r)), ("maximum", r.max())):
        assert f"{name} {value:.2f}".replace("-", "−") in drawing
    assert "textbook" not in drawing
    _inside(drawing)


@pytest.mark.parametrize(("name", "words"), [("exact_null", "exact"), ("joint_null", "patients permuted")])
def test_the_null_is_drawn_over_all_its_bins(name: str, words: str) -> None:
    low = np.linspace(-1, 0.975, 80)
    share = np.where(np.abs(low + 0.0125) < 0.5, 1 / 40, 0.0)
    with_null = distribution_svg(np.zeros(2000), {name: (low, share)}, "r")
    assert words in with_null
    without = distribution_svg(np.zeros(2000), {}, "r")
    assert with_null.count("<line") > without.count("<line")
    _inside(with_null)


@pytest.mark.parametrize(("permuted", "observed"), [([0] * 50, 0), ([0, 1, 2, 40], 3), ([0] * 999 + [700], 1870)])
def test_every_permutation_is_in_the_histogram(permuted: list[int], observed: int) -> None:
    drawing = permuted_counts_svg(np.array(permuted), observed, "counts")
    found = re.findall(r"genes in ([\d,]+) permutations", drawing)
    assert sum(int(times.replace(",", "")) for times in found) == len(permuted)
    assert f"observed: {observed:,}" in drawing
    _inside(drawing)


def test_counts_tell_valid_methods_from_the_textbook() -> None:
    counts = [Count("textbook", 320, False), Count("valid", 62, True), Count("absent", math.nan, True)]
    drawing = counts_svg(counts, 2127, "counts")
    assert "does not apply" in drawing
    assert "textbook: 320 genes of 2,127" in drawing
    assert 'class="rg-sure"' in drawing
    assert 'class="rg-unsure"' in drawing
    _inside(drawing)
    _inside(counts_svg([Count("none", 0, True)], 10, "counts"))


def test_a_dot_plot_draws_what_is_known_and_says_it() -> None:
    rows = [
        DotRow("full", (Mark(0.4, 0.2, 0.6), Mark(0.3, chance=0.02)), ("7",)),
        DotRow("ring", (Mark(-0.1), Mark(math.nan)), ("–",), filled=False),
    ]
    tracks = (Track("r"), Track("share", shares=True))
    drawing = dot_plot("chart", tracks, rows, columns=(("n", 50.0),), filled="yes", hollow="no", chance="shuffled")
    assert drawing.count("<circle") == 3 + 2
    assert "full: r 0.40 (0.20 to 0.60), share 30 %; ring: r −0.10" in drawing
    assert "shuffled" in drawing
    _inside(drawing)


def test_calibration_and_coverage_are_drawn_inside_their_frames() -> None:
    bins = [(-0.7, -0.4, 100), (0.0, 0.0, 100), (0.7, 0.4, 100)]
    assert calibration_svg(bins, "c").count("<circle") == 3
    _inside(calibration_svg(bins, "c"))
    drawing = coverage_svg(np.array([0.84, 0.9, 0.9, 1.0]), "coverage")
    assert sum(int(genes) for genes in re.findall(r": (\d+) genes?<", drawing)) == 4
    _inside(drawing)


def test_the_flow_leads_on_only_where_the_numbers_do() -> None:
    def arrows(second: Stage) -> int:
        first = Stage("found", "patients", 91, 0)
        return flow_svg([("Patients", [first, second])], "flow").count("<line")

    joined, apart = Stage("prepared", "patients", 90, 1, "empty mask"), Stage("other", "patients", 40, 1, "empty mask")
    assert arrows(joined) == arrows(apart) + 3
    drawing = flow_svg([("Patients", [joined])], "flow")
    assert "1 left out" in drawing
    assert "empty mask" in drawing
    _inside(drawing)
