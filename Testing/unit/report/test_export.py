from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from RadioGenomicsLib.genes.panels import load_panels
from RadioGenomicsLib.report.export import write_report
from RadioGenomicsLib.report.export import write_tables


def test_the_tables_are_all_written(make_prediction, tmp_path: Path) -> None:
    panels = load_panels()
    write_tables(make_prediction(), panels, tmp_path)
    assert {path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*.*")} == {
        "gene_table.csv",
        "panels.csv",
        "prediction.json",
        "charts/cross_validated_r.svg",
        *(f"charts/{panel}.svg" for panel in panels),
    }
    with (tmp_path / "panels.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert {row["panel"] for row in rows} == set(panels)
    assert {row["status"] for row in rows if row["symbol"] == "TERT"} == {"not in this model"}


def test_the_json_holds_provenance_and_is_strict_json(make_prediction, tmp_path: Path) -> None:
    prediction = make_prediction(cv_r=[float("nan")] * 4)
    write_tables(prediction, load_panels(), tmp_path)

    def refuse(name: str) -> None:
        pytest.fail(f"{name} is not JSON")

    content = json.loads((tmp_path / "prediction.json").read_text(encoding="utf-8"), parse_constant=refuse)
    assert content["provenance"] == prediction.provenance
    assert content["model"]["sha256"] == prediction.bundle.sha256
    assert content["model"]["median_cv_r"] is None
    assert content["notice"].startswith("Research use only")


def test_writing_twice_gives_the_same_bytes(make_prediction, channels, tumor, tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        write_tables(make_prediction(), load_panels(), tmp_path / name)
        write_report(make_prediction(), load_panels(), channels, tumor, tmp_path / name)
    for path in (tmp_path / "a").rglob("*.*"):
        assert path.read_bytes() == (tmp_path / "b" / path.relative_to(tmp_path / "a")).read_bytes()


def test_the_chosen_panel_comes_first_in_the_report(make_prediction, channels, tumor, tmp_path: Path) -> None:
    write_report(make_prediction(), load_panels(), channels, tumor, tmp_path, panel="pam50")
    html = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert html.index("<h2>Breast cancer (PAM50)</h2>") < html.index("<h2>Breast cancer (Oncotype 21 genes)</h2>")
    assert "<h2>Glioma (WHO CNS5)</h2>" not in html
