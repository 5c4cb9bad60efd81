"""Whether predicted levels are met on average."""

from __future__ import annotations

from collections.abc import Sequence

from RadioGenomicsLib.report import svg
from RadioGenomicsLib.report.numbers import plain
from RadioGenomicsLib.report.numbers import signed
from RadioGenomicsTrainLib.report.charts.axis import SMALL
from RadioGenomicsTrainLib.report.charts.axis import level_grid
from RadioGenomicsTrainLib.report.charts.axis import research_use
from RadioGenomicsTrainLib.report.charts.axis import round_axis
from RadioGenomicsTrainLib.report.charts.axis import tick_text
from RadioGenomicsTrainLib.report.charts.axis import upright_grid
from RadioGenomicsTrainLib.report.wording import count

SIDE = 420.0
_LEFT, _RIGHT, _TOP, _BOTTOM = 52.0, 408.0, 30.0, 300.0


def calibration_svg(bins: Sequence[tuple[float, float, float]], title: str) -> str:
    """Draw mean observed over mean predicted level, with the line where both are the same.

    Args:
        bins: mean predicted, mean observed, and count of pairs of a patient and a gene, in standard deviations.
        title: for screen readers.
    """
    values = [value for predicted, observed, _ in bins for value in (predicted, observed)]
    low, high = min(values), max(values)
    across, up = round_axis(low, high, _LEFT, _RIGHT, 5), round_axis(low, high, _BOTTOM, _TOP, 5)
    parts = level_grid(up, _LEFT, _RIGHT, tick_text(up)) + upright_grid(across, _TOP, _BOTTOM, tick_text(across))
    ends = (across.low, across.high)
    parts.append(svg.line(*(f(v) for v in ends for f in (across.at, up.at)), role="zero", width=1.5, dashes="5 5"))
    for predicted, observed, pairs in bins:
        words = f"predicted {signed(predicted)}, measured {signed(observed)}, {count(pairs)} values"
        parts.append(svg.group([svg.dot(across.at(predicted), up.at(observed), role="sure", filled=True)], words))
    parts.append(svg.text(0, 14, "mean measured level (SD from the mean)", role="soft", size=SMALL))
    axis_title = "mean predicted level (SD from the mean)"
    parts.append(svg.text((_LEFT + _RIGHT) / 2, _BOTTOM + 38, axis_title, role="soft", anchor="middle", size=SMALL))
    y = _BOTTOM + 62
    parts += [svg.line(2, y - 4, 28, y - 4, role="zero", width=1.5, dashes="5 5")]
    parts += [svg.text(36, y, "predicted as measured", size=SMALL), research_use(y, SIDE)]
    spoken = "; ".join(f"predicted {plain(predicted)}, measured {plain(observed)}" for predicted, observed, _ in bins)
    return svg.document(SIDE, _BOTTOM + 72, title, spoken, parts)
