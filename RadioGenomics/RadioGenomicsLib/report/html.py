"""The report as one self-contained HTML file."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING
from typing import Any

import numpy as np

from RadioGenomicsLib.genes.panels import evidence_grades
from RadioGenomicsLib.genes.table import NOT_IN_MODEL
from RadioGenomicsLib.genes.table import gene_rows
from RadioGenomicsLib.genes.table import panel_table
from RadioGenomicsLib.report import facts
from RadioGenomicsLib.report import numbers
from RadioGenomicsLib.report.charts import histogram_svg
from RadioGenomicsLib.report.forest import forest_svg
from RadioGenomicsLib.report.numbers import signed

if TYPE_CHECKING:
    from RadioGenomicsLib.genes.panels import Panel
    from RadioGenomicsLib.genes.table import GeneTable
    from RadioGenomicsLib.model.prediction import Prediction
    from RadioGenomicsLib.report.slices import Pictures

_TEMPLATES = Path(__file__).parent / "templates"
_MOST_UNUSUAL = 12
_MOST_ROWS = 30


def report_html(prediction: Prediction, panels: Mapping[str, Panel], panel: str, pictures: Pictures) -> str:
    """Return the report.

    Args:
        prediction: what to report.
        panels: the marker panels by id.
        panel: id of the panel that the attribution map explains. It comes first and in full; the others of its
            organ follow as charts.
        pictures: the slice pictures.
    """
    import jinja2

    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["data_uri"] = lambda png: f"data:image/png;base64,{base64.b64encode(png).decode('ascii')}"
    rows = gene_rows(prediction)
    first = panels[panel]
    shown = [first, *(other for other in panels.values() if other.organ in (first.organ, "any") and other is not first)]
    sections = [_panel_section(prediction, each) for each in shown]
    return environment.get_template("report.html.j2").render(
        research_use=facts.RESEARCH_USE,
        study=prediction.provenance.get("study", ""),
        bundle_id=prediction.bundle.id,
        card=prediction.bundle.card,
        headline=facts.headline(prediction),
        far=bool(prediction.far),
        far_word=facts.FAR,
        log2_unit=facts.log2_unit(prediction),
        warnings=list(prediction.warnings),
        pictures=pictures,
        limit=signed(pictures.limit).removeprefix("+"),
        first=sections[0],
        others=sections[1:],
        elsewhere=[other.title for other in panels.values() if other not in shown],
        unusual=_unusual(rows),
        figures=facts.reliability(prediction),
        histogram=histogram_svg(rows["cv_r"], rows["reliable"]),
        statements=facts.statements(prediction),
        grades=evidence_grades(),
        provenance=list(facts.flattened(prediction.provenance)),
    )


def _panel_section(prediction: Prediction, panel: Panel) -> dict[str, Any]:
    table = panel_table(prediction, panel)
    references: dict[str, int] = {}
    genes = [
        {
            "symbol": gene.symbol,
            "group": gene.group,
            "why": gene.why,
            "evidence": gene.evidence,
            "status": str(status),
            "references": [
                references.setdefault(source, len(references) + 1)
                for source in dict.fromkeys((gene.source, gene.evidence_source))
                if source
            ],
        }
        for gene, status in zip(panel.genes, table["status"], strict=True)
    ]
    present = table["status"] != NOT_IN_MODEL
    return {
        "title": panel.title,
        "note": panel.note,
        "charts": _charts(table, panel.title, facts.is_synthetic(prediction)),
        "genes": genes,
        "references": list(references),
        "present": int(present.sum()),
        "reliable": int(table["reliable"].sum()),
    }


def _charts(table: GeneTable, title: str, synthetic: bool) -> list[str]:
    """Return one chart, or one for each group where one would not fit on a page."""
    if (table["status"] != NOT_IN_MODEL).sum() <= _MOST_ROWS:
        return [forest_svg(table, title, synthetic=synthetic)]
    return [
        forest_svg(
            {name: values[table["group"] == group] for name, values in table.items()},
            f"{title}: {group}",
            synthetic=synthetic,
        )
        for group in dict.fromkeys(table["group"].tolist())
    ]


def _unusual(rows: GeneTable) -> list[dict[str, Any]]:
    """Return the reliable genes that are predicted farthest from the cohort's mean."""
    places = np.flatnonzero(rows["reliable"] & np.isfinite(rows["predicted_z"]))
    farthest = places[np.argsort(-np.abs(rows["predicted_z"][places]), kind="stable")][:_MOST_UNUSUAL]
    return [
        {
            "symbol": str(rows["symbol"][place]),
            "z": signed(rows["predicted_z"][place]),
            "interval": f"{signed(rows['interval_low'][place], 1)} to {signed(rows['interval_high'][place], 1)}",
            "log2": numbers.plain(rows["predicted_log2"][place], 1),
            "percentile": numbers.ordinal(rows["percentile"][place]),
            "r": numbers.plain(rows["cv_r"][place]),
            "expected": numbers.plain(rows["expected_r"][place]),
            "p": numbers.p_value(rows["cv_p_adjusted"][place]),
        }
        for place in farthest
    ]
