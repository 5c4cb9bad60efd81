"""The ladder of predictors as a chart."""

from __future__ import annotations

from collections.abc import Sequence

from RadioGenomicsTrainLib.report.charts.dot_plot import DotRow
from RadioGenomicsTrainLib.report.charts.dot_plot import Mark
from RadioGenomicsTrainLib.report.charts.dot_plot import Track
from RadioGenomicsTrainLib.report.charts.dot_plot import dot_plot
from RadioGenomicsTrainLib.report.validation_record import Row
from RadioGenomicsTrainLib.report.wording import count
from RadioGenomicsTrainLib.report.wording import site_note

_TRACKS = (
    Track("median r over genes"),
    Track("genes with r above 0.3", shares=True),
    Track("difference to the rung below"),
)


def ladder_svg(rungs: Sequence[Row], default: str, title: str, noun: str = "gene") -> str:
    """Draw the rungs, the lowest at the top.

    Args:
        rungs: rows of the record's ladder, of one block and family.
        default: name of the rung that is the default.
        title: for screen readers.
        noun: what is predicted, in the singular.
    """
    rows = [
        DotRow(
            label=row["rung"] + site_note(row["splits"]),
            marks=(
                Mark(row["median_r"]),
                Mark(row["share_above_03"], chance=row["share_above_03_permuted"]),
                Mark(row["delta_median_r"], row["delta_low"], row["delta_high"]),
            ),
            cells=(count(row["max_t"]),),
            filled=row["max_t"] > 0,
            strong=row["rung"] == default and row["splits"] == "random",
            note=f"{row['rung']}, {count(row['n'], 'patient')}, compared with {row['compared_with'] or 'nothing'}",
        )
        for row in rungs
    ]
    return dot_plot(
        title,
        _TRACKS,
        rows,
        columns=(("max-T", 62.0),),
        label_width=226.0,
        filled=f"at least one {noun} holds by max-T",
        hollow="none holds, or no valid null",
        chance="with shuffled patients",
    )
