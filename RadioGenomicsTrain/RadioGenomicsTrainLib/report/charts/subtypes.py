"""Predictions within subtypes, and how well subtypes are told."""

from __future__ import annotations

import math
from collections.abc import Sequence

from RadioGenomicsLib.report.numbers import plain
from RadioGenomicsTrainLib.report.charts.dot_plot import DotRow
from RadioGenomicsTrainLib.report.charts.dot_plot import Mark
from RadioGenomicsTrainLib.report.charts.dot_plot import Track
from RadioGenomicsTrainLib.report.charts.dot_plot import dot_plot
from RadioGenomicsTrainLib.report.validation_record import Row
from RadioGenomicsTrainLib.report.wording import count
from RadioGenomicsTrainLib.report.wording import label


def within_subtype_svg(overall: Row, rows: Sequence[Row], title: str) -> str:
    """Draw what is predicted over all patients, and within each subtype.

    Args:
        overall: the ladder's row of the same predictor.
        rows: one for each subtype and one for all of them pooled.
        title: for screen readers.
    """
    named = [("all patients", overall)]
    pooled = "within subtypes, pooled"
    named += [(pooled if row["stratum"] == "pooled" else f"within {row['stratum']}", row) for row in rows]
    named.sort(key=lambda one: (one[1] is not overall, one[0] != pooled))
    drawn = [
        DotRow(
            label=name,
            marks=(Mark(row["median_r"]), Mark(row["share_above_03"], chance=row["share_above_03_permuted"])),
            cells=(count(row["n"]), count(row["max_t"])),
            filled=row["max_t"] > 0,
            strong=name == pooled,
        )
        for name, row in named
    ]
    return dot_plot(
        title,
        (Track("median r over genes"), Track("genes with r above 0.3", shares=True)),
        drawn,
        columns=(("patients", 70.0), ("max-T", 58.0)),
        label_width=230.0,
        filled="at least one gene holds by max-T",
        hollow="none holds",
        chance="shuffled within subtypes",
    )


def areas_svg(rows: Sequence[Row], title: str) -> str:
    """Draw the area under the ROC curve of every outcome; a full dot where its interval lies above chance."""
    drawn = [
        DotRow(
            label=label(row["outcome"]),
            marks=(Mark(row["auc"], row["auc_low"], row["auc_high"]),),
            cells=(f"{count(row['positives'])} of {count(row['n'])}", plain(row["auc"])),
            filled=not math.isnan(row["auc_low"]) and row["auc_low"] > 0.5,
        )
        for row in rows
    ]
    return dot_plot(
        title,
        (Track("area under the ROC curve, 95 % interval", reference=0.5),),
        drawn,
        columns=(("cases", 80.0), ("AUC", 58.0)),
        filled="interval above chance (0.5)",
        hollow="interval holds chance",
    )
