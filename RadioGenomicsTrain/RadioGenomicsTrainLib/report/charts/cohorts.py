"""The cohorts side by side."""

from __future__ import annotations

from collections.abc import Sequence

from RadioGenomicsTrainLib.report.charts.dot_plot import DotRow
from RadioGenomicsTrainLib.report.charts.dot_plot import Mark
from RadioGenomicsTrainLib.report.charts.dot_plot import Track
from RadioGenomicsTrainLib.report.charts.dot_plot import dot_plot
from RadioGenomicsTrainLib.report.validation_record import Row
from RadioGenomicsTrainLib.report.wording import count


def cohorts_svg(rows: Sequence[Row], title: str) -> str:
    """Draw one row per cohort and unit.

    Args:
        rows: of the table of cohorts.
        title: for screen readers.
    """
    drawn = [
        DotRow(
            label=f"{row['cohort']}, {row['unit']}",
            marks=(Mark(row["median_r"]), Mark(row["share_above_03"], chance=row["share_above_03_permuted"])),
            cells=(count(row["n"]), count(row["genes"]), count(row["max_t"])),
            filled=row["max_t"] > 0,
            note=row["verdict"],
        )
        for row in rows
    ]
    return dot_plot(
        title,
        (Track("median r over genes"), Track("genes with r above 0.3", shares=True)),
        drawn,
        columns=(("patients", 70.0), ("genes", 62.0), ("max-T", 58.0)),
        label_width=240.0,
        filled="at least one gene holds by max-T",
        hollow="none holds, or no valid null",
        chance="with shuffled patients",
    )
