"""How often the 90 % interval holds the measured level, gene by gene."""

from __future__ import annotations

import numpy as np

from RadioGenomicsLib.report import svg
from RadioGenomicsTrainLib.report.charts.axis import SMALL
from RadioGenomicsTrainLib.report.charts.axis import level_grid
from RadioGenomicsTrainLib.report.charts.axis import research_use
from RadioGenomicsTrainLib.report.charts.axis import round_axis
from RadioGenomicsTrainLib.report.charts.axis import upright_grid
from RadioGenomicsTrainLib.report.charts.calibration import SIDE
from RadioGenomicsTrainLib.report.wording import count
from RadioGenomicsTrainLib.report.wording import percent

NOMINAL = 0.9
_LEFT, _RIGHT, _TOP, _BOTTOM = 52.0, 396.0, 30.0, 300.0
_BINS = 24


def coverage_svg(coverage: np.ndarray, title: str) -> str:
    """Draw the histogram of the genes' coverage with the coverage that the interval promises.

    Args:
        coverage: share of patients inside the interval, one value per gene, finite.
        title: for screen readers.
    """
    across = round_axis(min(float(coverage.min()), 0.8), 1.0, _LEFT, _RIGHT, 5)
    edges = np.linspace(across.low, across.high, _BINS + 1)
    found = np.histogram(coverage, edges)[0]
    up = round_axis(0, float(found.max()), _BOTTOM, _TOP, 4)
    parts = level_grid(up, _LEFT, _RIGHT, count)
    parts += upright_grid(across, _BOTTOM, _BOTTOM + 4, percent)
    for low, high, genes in zip(edges[:-1], edges[1:], found, strict=True):
        if genes:
            y = up.at(genes)
            bar = svg.bar(across.at(low) + 0.7, y, across.at(high) - across.at(low) - 1.4, _BOTTOM - y, role="sure")
            parts.append(svg.group([bar], f"{percent(low)} to {percent(high)}: {count(genes, 'gene')}"))
    x = across.at(NOMINAL)
    parts.append(svg.line(x, _TOP, x, _BOTTOM, role="ink", width=1.8, dashes="5 5"))
    parts.append(svg.text(x - 6, _TOP + 12, "promised: 90 %", anchor="end", size=SMALL))
    parts.append(svg.text(0, 14, "genes", role="soft", size=SMALL))
    axis_title = "patients inside the gene's 90 % interval"
    parts.append(svg.text((_LEFT + _RIGHT) / 2, _BOTTOM + 38, axis_title, role="soft", anchor="middle", size=SMALL))
    parts.append(research_use(_BOTTOM + 62, SIDE))
    spoken = f"{count(len(coverage))} genes, mean coverage {percent(float(coverage.mean()))}, promised 90 %."
    return svg.document(SIDE, _BOTTOM + 72, title, spoken, parts)
