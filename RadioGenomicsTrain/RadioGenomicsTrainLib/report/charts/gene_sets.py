"""Gene sets with their correlations and intervals."""

from __future__ import annotations

from collections.abc import Sequence

from RadioGenomicsLib.report.numbers import p_value
from RadioGenomicsLib.report.numbers import plain
from RadioGenomicsTrainLib.report.charts.dot_plot import DotRow
from RadioGenomicsTrainLib.report.charts.dot_plot import Mark
from RadioGenomicsTrainLib.report.charts.dot_plot import Track
from RadioGenomicsTrainLib.report.charts.dot_plot import dot_plot
from RadioGenomicsTrainLib.report.validation_record import Row
from RadioGenomicsTrainLib.report.wording import count
from RadioGenomicsTrainLib.report.wording import gene_set


def gene_sets_svg(rows: Sequence[Row], title: str) -> str:
    """Draw one row per gene set.

    Args:
        rows: of the record's table, in the order to draw.
        title: for screen readers.
    """
    drawn = [
        DotRow(
            label=gene_set(one["gene_set"]),
            marks=(Mark(one["r"], one["r_low"], one["r_high"]),),
            cells=(count(one["members"]), plain(one["r"]), p_value(one["p_max_t"])),
            filled=one["reliable"],
            strong=one["reliable"],
        )
        for one in rows
    ]
    return dot_plot(
        title,
        (Track("out-of-fold r, 95 % interval"),),
        drawn,
        columns=(("genes", 50.0), ("r", 54.0), ("p (max-T)", 84.0)),
        label_width=330.0,
        filled="holds by max-T",
        hollow="does not hold: read nothing into it",
    )
