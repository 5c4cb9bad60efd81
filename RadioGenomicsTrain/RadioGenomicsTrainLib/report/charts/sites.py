"""How predictions hold at each tissue source site."""

from __future__ import annotations

from collections.abc import Sequence

from RadioGenomicsTrainLib.report.charts.coverage import NOMINAL
from RadioGenomicsTrainLib.report.charts.dot_plot import DotRow
from RadioGenomicsTrainLib.report.charts.dot_plot import Mark
from RadioGenomicsTrainLib.report.charts.dot_plot import Track
from RadioGenomicsTrainLib.report.charts.dot_plot import dot_plot
from RadioGenomicsTrainLib.report.validation_record import Row
from RadioGenomicsTrainLib.report.wording import count

_FEW = 10


def sites_svg(rows: Sequence[Row], title: str) -> str:
    """Draw coverage and mean error of every site, as the record orders them.

    Args:
        rows: of the record's table of sites.
        title: for screen readers.
    """
    drawn = [
        DotRow(
            label=row["site"],
            marks=(Mark(row["coverage"]), Mark(row["mean_residual"])),
            cells=(count(row["patients"]),),
            filled=row["patients"] >= _FEW,
        )
        for row in rows
    ]
    return dot_plot(
        title,
        (
            Track("coverage of the 90 % interval", reference=NOMINAL, shares=True),
            Track("mean of measured minus predicted (SD)"),
        ),
        drawn,
        columns=(("patients", 80.0),),
        label_width=120.0,
        filled=f"{_FEW} patients or more",
        hollow="fewer: little can be said",
    )
