"""How many genes the textbook's test calls significant when the patients are shuffled."""

from __future__ import annotations

import math

import numpy as np

from RadioGenomicsLib.report import svg
from RadioGenomicsTrainLib.report.charts.axis import SMALL
from RadioGenomicsTrainLib.report.charts.axis import WIDTH
from RadioGenomicsTrainLib.report.charts.axis import research_use
from RadioGenomicsTrainLib.report.charts.axis import round_axis
from RadioGenomicsTrainLib.report.charts.axis import upright_grid
from RadioGenomicsTrainLib.report.wording import count

_LEFT, _RIGHT, _TOP, _BOTTOM = 62.0, WIDTH - 40, 46.0, 222.0
_MOST_BINS = 48


def permuted_counts_svg(permuted: np.ndarray, observed: float, title: str) -> str:
    """Draw the histogram of the permuted counts with the observed count; its height is logarithmic.

    Args:
        permuted: count of every permutation.
        observed: the count with the patients as they are.
        title: for screen readers.
    """
    # Bars stand astride their count, so the axis begins half a bar in.
    across = round_axis(0, max(float(permuted.max()), observed, 10), _LEFT + 36, _RIGHT, 6)
    unit = (across.end - across.start) / across.high
    width = max(1, math.ceil(across.high / _MOST_BINS))
    edges = np.arange(0, across.high + 2 * width, width)
    found = np.histogram(permuted, edges)[0]
    decades = max(1, math.ceil(math.log10(max(found.max(), 2))))
    height = (_BOTTOM - _TOP) / (decades + 0.3)
    parts = []
    for decade in range(decades + 1):
        y = _BOTTOM - (decade + 0.3) * height
        parts.append(svg.line(_LEFT, y, _RIGHT, y))
        parts.append(svg.text(_LEFT - 8, y + 4, count(10.0**decade), role="soft", anchor="end", size=SMALL))
    parts += upright_grid(across, _BOTTOM, _BOTTOM + 4, count)
    parts.append(svg.line(_LEFT, _BOTTOM, _RIGHT, _BOTTOM, role="zero"))
    for low, times in zip(edges[:-1], found, strict=True):
        if times:
            y = _BOTTOM - (math.log10(times) + 0.3) * height
            bar = svg.bar(across.at(low) - unit / 2, y, max(unit * width - 1, 1), _BOTTOM - y, role="unsure")
            span = count(low) if width == 1 else f"{count(low)} to {count(low + width - 1)}"
            parts.append(svg.group([bar], f"{span} genes in {count(times)} permutations"))
    x = across.at(observed)
    parts.append(svg.line(x, _TOP - 8, x, _BOTTOM, role="sure", width=2.5))
    words, half = f"observed: {count(observed)}", 3.4 * len(f"observed: {count(observed)}")
    middle = min(max(x, _LEFT + half), WIDTH - half)
    parts.append(svg.text(middle, _TOP - 14, words, anchor="middle", size=SMALL, weight=600))
    parts.append(svg.text(0, 14, "permutations (logarithmic)", role="soft", size=SMALL))
    axis_title = "genes that the textbook's t and Holm-Šidák call significant"
    parts.append(svg.text((_LEFT + _RIGHT) / 2, _BOTTOM + 38, axis_title, role="soft", anchor="middle", size=SMALL))
    y = _BOTTOM + 60
    parts += [svg.bar(2, y - 10, 12, 12, role="unsure"), svg.text(20, y, "patients shuffled", size=SMALL)]
    parts += [svg.line(150, y - 12, 150, y + 2, role="sure", width=2.5)]
    parts += [svg.text(160, y, "patients as they are", size=SMALL), research_use(y)]
    spoken = (
        f"{count(len(permuted))} permutations: mean {permuted.mean():.1f} genes, 95th percentile "
        f"{count(float(np.percentile(permuted, 95)))}, largest {count(permuted.max())}; observed {count(observed)}."
    )
    return svg.document(WIDTH, y + 12, title, spoken, parts)
