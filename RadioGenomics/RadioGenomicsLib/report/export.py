"""Write a result as files: tables, charts, provenance and the report."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING
from typing import Any

from RadioGenomicsLib.genes.table import gene_rows
from RadioGenomicsLib.genes.table import join_tables
from RadioGenomicsLib.genes.table import panel_table
from RadioGenomicsLib.genes.table import write_csv
from RadioGenomicsLib.report import facts
from RadioGenomicsLib.report.charts import histogram_svg
from RadioGenomicsLib.report.forest import forest_svg

if TYPE_CHECKING:
    from RadioGenomicsLib.genes.panels import Panel
    from RadioGenomicsLib.imaging.volume import Volume
    from RadioGenomicsLib.model.prediction import Prediction


def write_tables(prediction: Prediction, panels: Mapping[str, Panel], folder: Path) -> None:
    """Write ``gene_table.csv``, ``panels.csv``, ``prediction.json`` and the charts into a folder that exists.

    Args:
        prediction: what to write.
        panels: the marker panels by id; each gets its rows in ``panels.csv`` and a chart ``charts/<id>.svg``.
        folder: where to.
    """
    rows = gene_rows(prediction)
    tables = {panel.id: panel_table(prediction, panel) for panel in panels.values()}
    write_csv(rows, folder / "gene_table.csv")
    write_csv(join_tables(list(tables.values())), folder / "panels.csv")
    _write(folder / "prediction.json", json.dumps(_summary(prediction), indent=2, allow_nan=False) + "\n")
    charts, synthetic = folder / "charts", facts.is_synthetic(prediction)
    charts.mkdir()
    for panel in panels.values():
        _write(charts / f"{panel.id}.svg", forest_svg(tables[panel.id], panel.title, synthetic=synthetic))
    _write(charts / "cross_validated_r.svg", histogram_svg(rows["cv_r"], rows["reliable"]))


def write_report(
    prediction: Prediction,
    panels: Mapping[str, Panel],
    channels: Mapping[str, Volume],
    tumor: Volume,
    folder: Path,
    *,
    panel: str = "glioma",
) -> None:
    """Write ``report.html``, self-contained, into a folder that exists.

    Args:
        prediction: what to report.
        panels: the marker panels by id.
        channels: the scans by role, each on its own grid.
        tumor: the mask predicted from, not empty.
        folder: where to.
        panel: id of the panel that the attribution map explains.
    """
    from RadioGenomicsLib.report.html import report_html
    from RadioGenomicsLib.report.slices import slice_pictures

    pictures = slice_pictures(channels, tumor, prediction.attribution)
    _write(folder / "report.html", report_html(prediction, panels, panel, pictures))


def _summary(prediction: Prediction) -> dict[str, Any]:
    figures = facts.reliability(prediction)
    return {
        "notice": facts.RESEARCH_USE,
        "model": {
            "id": prediction.bundle.id,
            "sha256": prediction.bundle.sha256,
            **{key: prediction.bundle.card[key] for key in ("cohort", "patients", "license", "citation")},
            "genes": figures.genes,
            "genes_reliable": figures.reliable,
            "median_cv_r": _number(figures.median_r),
            "median_cv_r_reliable": _number(figures.median_r_reliable),
        },
        "tumor_ml": _number(prediction.tumor_ml),
        "distance": _number(prediction.distance),
        "distance_percentile": _number(prediction.distance_percentile),
        "far_from_training": bool(prediction.far),
        "warnings": list(prediction.warnings),
        "provenance": prediction.provenance,
    }


def _number(value: float) -> float | None:
    return float(value) if math.isfinite(value) else None


def _write(path: Path, content: str) -> None:
    path.write_text(content, encoding="utf-8", newline="\n")
