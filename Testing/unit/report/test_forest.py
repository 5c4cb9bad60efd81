from __future__ import annotations

import re
import xml.etree.ElementTree as ElementTree

import numpy as np
import pytest

from RadioGenomicsLib.genes.panels import load_panels
from RadioGenomicsLib.genes.table import panel_table
from RadioGenomicsLib.report.forest import forest_svg
from RadioGenomicsLib.report.forest import narrow

SVG = "{http://www.w3.org/2000/svg}"


def _forest(make_prediction, **numbers) -> str:
    prediction = make_prediction(("IDH1", "EGFR"), **numbers)
    return forest_svg(panel_table(prediction, load_panels()["glioma"]), "Glioma")


def _rows(svg: str) -> dict[str, ElementTree.Element]:
    groups = ElementTree.fromstring(svg).iter(f"{SVG}g")
    return {group.find(f"{SVG}text").text: group for group in groups if group.find(f"{SVG}text") is not None}


def test_a_gene_shows_its_name_value_interval_and_r(make_prediction) -> None:
    rows = _rows(_forest(make_prediction, z=(-0.5, 1.0), cv_r=(0.4, 0.1), reliable=(True, False)))
    shown = [text.text for text in rows["IDH1"].iter(f"{SVG}text")]
    assert shown == ["IDH1", "−0.50", "−2.0 to +1.0", "7.4", "35th", "0.40"]


def test_a_reliable_gene_is_filled_and_another_is_a_ring(make_prediction) -> None:
    rows = _rows(_forest(make_prediction, reliable=(True, False)))
    assert rows["IDH1"].find(f"{SVG}circle").get("fill") != "none"
    assert rows["EGFR"].find(f"{SVG}circle").get("fill") == "none"
    assert "not reliable" in rows["EGFR"].find(f"{SVG}title").text


def test_genes_that_the_model_lacks_are_named(make_prediction) -> None:
    svg = _forest(make_prediction)
    missing = " ".join(re.findall(r"Not in this model: ([^<]+)<", svg))
    for gene in load_panels()["glioma"].genes:
        assert (gene.symbol in re.split(r"[ ,]+", missing)) == (gene.symbol not in ("IDH1", "EGFR"))


def test_a_higher_value_is_drawn_farther_right(make_prediction) -> None:
    rows = _rows(_forest(make_prediction, z=(-1.0, 1.0)))
    left, right = (float(rows[name].find(f"{SVG}circle").get("cx")) for name in ("IDH1", "EGFR"))
    assert left < 310 < right
    assert left + right == pytest.approx(620)


def test_a_value_beyond_the_axis_stays_in_the_chart(make_prediction) -> None:
    rows = _rows(_forest(make_prediction, z=(9.0, 0.0)))
    assert float(rows["IDH1"].find(f"{SVG}circle").get("cx")) == pytest.approx(500)


def test_a_panel_without_any_gene_of_the_model_is_still_drawn(make_prediction) -> None:
    svg = forest_svg(panel_table(make_prediction(("GFAP",)), load_panels()["lung"]), "Lung")
    ElementTree.fromstring(svg)
    assert "Not in this model: EGFR, KRAS" in svg


def test_names_from_data_cannot_break_the_chart(make_prediction) -> None:
    table = panel_table(make_prediction(("IDH1",)), load_panels()["farooq2024"])
    table["symbol"] = np.array(["<script>&"] * len(table["symbol"]))
    ElementTree.fromstring(forest_svg(table, 'A "title" & <b>'))


def test_a_chart_has_no_ground_of_its_own(make_prediction) -> None:
    svg = _forest(make_prediction)
    assert "prefers-color-scheme:dark" in svg
    assert "background" not in svg
    assert "Research use only" in svg


def test_for_a_viewer_that_does_not_know_the_theme_one_is_chosen(make_prediction) -> None:
    table = panel_table(make_prediction(("IDH1",)), load_panels()["glioma"])
    light, dark = (forest_svg(table, "Glioma", theme=theme) for theme in ("light", "dark"))
    assert "prefers-color-scheme" not in light + dark
    assert light != dark


@pytest.mark.parametrize("width", [400.0, 420.0, 640.0])
def test_the_narrow_chart_keeps_name_value_interval_and_r_within_its_width(make_prediction, width) -> None:
    table = panel_table(make_prediction(("IDH1",), z=(-0.5,), cv_r=(0.4,)), load_panels()["glioma"])
    svg = forest_svg(table, "Glioma", layout=narrow(width))
    assert [text.text for text in _rows(svg)["IDH1"].iter(f"{SVG}text")] == ["IDH1", "−0.50", "−2.0 to +1.0", "0.40"]
    places = [float(text.get("x")) for text in ElementTree.fromstring(svg).iter(f"{SVG}text")]
    assert max(places) <= width
    # At 12 pixels a letter is some 6.6 pixels wide.
    longest = max(
        len(text.text) * 6.6 for text in ElementTree.fromstring(svg).iter(f"{SVG}text") if text.get("x") == "0.0"
    )
    assert longest <= width
    assert "Research use only" in svg


def test_a_panel_too_narrow_or_very_wide_gets_a_chart_that_can_be_read() -> None:
    assert narrow(100.0).width == 400.0
    assert narrow(2000.0).width == 640.0


def test_a_chart_of_a_synthetic_head_says_so(make_prediction) -> None:
    table = panel_table(make_prediction(), load_panels()["glioma"])
    assert "Synthetic head" in forest_svg(table, "Glioma", synthetic=True)
    assert "Synthetic" not in forest_svg(table, "Glioma")
