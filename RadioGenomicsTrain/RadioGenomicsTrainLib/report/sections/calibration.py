"""Whether predicted levels and their intervals can be taken at their word, over all and at each hospital."""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Mapping
from collections.abc import Sequence
from typing import Any

import numpy as np

from RadioGenomicsLib.report.numbers import plain
from RadioGenomicsLib.report.numbers import signed
from RadioGenomicsTrainLib.report.charts.calibration import calibration_svg
from RadioGenomicsTrainLib.report.charts.coverage import coverage_svg
from RadioGenomicsTrainLib.report.charts.sites import sites_svg
from RadioGenomicsTrainLib.report.content import Figure
from RadioGenomicsTrainLib.report.content import Heading
from RadioGenomicsTrainLib.report.content import Pair
from RadioGenomicsTrainLib.report.content import Part
from RadioGenomicsTrainLib.report.content import Section
from RadioGenomicsTrainLib.report.content import Table
from RadioGenomicsTrainLib.report.content import Text
from RadioGenomicsTrainLib.report.content import main_and_folded
from RadioGenomicsTrainLib.report.validation_record import Record
from RadioGenomicsTrainLib.report.validation_record import Row
from RadioGenomicsTrainLib.report.wording import block_title
from RadioGenomicsTrainLib.report.wording import count
from RadioGenomicsTrainLib.report.wording import file_name
from RadioGenomicsTrainLib.report.wording import percent

# Column of the record, and what it is called.
_FIGURES = {
    "r": "r",
    "r2_oos": "R² against the training mean",
    "ccc": "concordance (CCC)",
    "rmse_iqr": "RMSE / interquartile range",
    "slope": "calibration slope",
    "half_width": "half-width of the 90 % interval (SD)",
    "coverage": "coverage of the 90 % interval",
}


def calibration(record: Record) -> Section:
    """Show calibration, coverage and sites of every block."""
    intro = Text(
        "Left: patients and genes with a like prediction, and what was measured in them on average; on the dashed line "
        "both are the same. Right: how often the 90 % interval, made from the other folds, held the measured level."
    )
    titles = [f"{block_title(block)}, {record.shown(block['id'])['rung']}" for block in record.blocks]
    parts = main_and_folded([list(_block(record, block)) for block in record.blocks], titles)
    return Section("calibration", "Calibration, intervals and hospitals", (intro, Heading(titles[0]), *parts))


def _block(record: Record, block: Mapping[str, Any]) -> Iterator[Part]:
    name, unit, genes = block["id"], block["unit"], record.targets(block["id"])
    bins = [(b["predicted_mean"], b["observed_mean"], b["count"]) for b in record.rows("calibration", block=name)]
    coverage = np.array([gene["coverage"] for gene in genes])
    coverage = coverage[np.isfinite(coverage)]
    if bins and len(coverage):
        left = Figure(file_name("calibration", name), calibration_svg(bins, f"Calibration ({unit})"))
        right = coverage_svg(coverage, f"Coverage of the 90 % interval ({unit})")
        yield Pair((left, Figure(file_name("coverage", name), right)))
    else:
        yield Text("Calibration and coverage were not measured.")
    yield _quartiles(genes, unit)
    yield from _sites(record, block)


def _quartiles(genes: Sequence[Row], unit: str) -> Table:
    held = [gene for gene in genes if gene["reliable"]]
    groups = [f"all {count(len(genes))}", f"the {count(len(held))} that hold by max-T"]
    rows = [
        (words, *(_middle([gene[column] for gene in group]) for group in (genes, held)))
        for column, words in _FIGURES.items()
    ]
    return Table(f"Median and quartiles over genes, {unit}", ("Figure of merit", *groups), rows)


def _middle(values: Sequence[float]) -> str:
    known = [value for value in values if np.isfinite(value)]
    if not known:
        return plain(float("nan"))
    low, middle, high = np.quantile(known, [0.25, 0.5, 0.75])
    return f"{plain(middle)} ({plain(low)} to {plain(high)})"


def _sites(record: Record, block: Mapping[str, Any]) -> Iterator[Part]:
    rows = record.rows("sites", block=block["id"])
    if not rows:
        yield Text("Hospitals cannot be told apart in this cohort, so nothing is shown for each.")
        return
    title = f"Coverage and mean error at each tissue source site ({block['unit']})"
    caption = (
        "Each site's interval is made from the other sites, as for a patient from a new hospital. A mean error away "
        "from 0 is a shift of the site's levels. Sites of few patients scatter."
    )
    yield Figure(file_name("sites", block["id"]), sites_svg(rows, title), caption)
    cells = [
        (row["site"], count(row["patients"]), percent(row["coverage"]), signed(row["mean_residual"])) for row in rows
    ]
    columns = ("Site", "Patients", "Coverage", "Mean error (SD)")
    yield Table(f"Every site, {block['unit']}", columns, cells, folded=True)
