"""How the genes' correlations are spread, against chance: the seed paper's Figure 2 with its null."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from RadioGenomicsLib.report import svg
from RadioGenomicsLib.report.numbers import plain
from RadioGenomicsTrainLib.report.charts.axis import SMALL
from RadioGenomicsTrainLib.report.charts.axis import WIDTH
from RadioGenomicsTrainLib.report.charts.axis import Axis
from RadioGenomicsTrainLib.report.charts.axis import level_grid
from RadioGenomicsTrainLib.report.charts.axis import research_use
from RadioGenomicsTrainLib.report.charts.axis import round_axis
from RadioGenomicsTrainLib.report.charts.axis import tick_text
from RadioGenomicsTrainLib.report.charts.axis import upright_grid

_LEFT, _TOP, _BOTTOM = 62.0, 66.0, 290.0
# What chance does out of fold, in the words of the legend.
_OUT_OF_FOLD = {
    "exact_null": "chance, out of fold (exact)",
    "joint_null": "chance (patients permuted)",
}
# A null is drawn from where it holds this share of the genes.
_VISIBLE = 5e-4


def distribution_svg(r: np.ndarray, nulls: Mapping[str, tuple[np.ndarray, np.ndarray]], title: str) -> str:
    """Draw the distribution of r over genes as bars, and the nulls as steps.

    Args:
        r: correlations of all genes, finite.
        nulls: "exact_null" or "joint_null", and "textbook_null": lower edges of equal bins from -1 to 1, and the share
            in each.
        title: for screen readers.
    """
    edges = np.linspace(-1, 1, 1 + round(2 / _bin_width(len(r))))
    shares = np.histogram(r, edges)[0] / max(len(r), 1)
    steps = {name: np.histogram(low + 1e-6, edges, weights=share)[0] for name, (low, share) in nulls.items()}
    seen = np.flatnonzero(np.max([shares, *steps.values()], axis=0) > _VISIBLE)
    across = round_axis(min(r.min(), edges[seen[0]]), max(r.max(), edges[seen[-1] + 1]), _LEFT, WIDTH - 14, 8)
    up = round_axis(0, 100 * max(shares.max(), *(one.max() for one in steps.values()), 0.01), _BOTTOM, _TOP, 4)
    parts = level_grid(up, _LEFT, WIDTH - 14, lambda value: f"{tick_text(up)(value)} %")
    parts += upright_grid(across, _BOTTOM, _BOTTOM, tick_text(across))
    for low, high, share in zip(edges[:-1], edges[1:], shares, strict=True):
        if share:
            x, y = across.at(low) + 0.7, up.at(100 * share)
            drawn = svg.bar(x, y, max(across.at(high) - x - 0.7, 0.5), _BOTTOM - y, role="sure")
            parts.append(svg.group([drawn], f"r {plain(low, 3)} to {plain(high, 3)}: {round(share * len(r))} genes"))
    for name in steps.keys() & _OUT_OF_FOLD.keys():
        parts += _step_line(edges, steps[name], across, up, "ink", "")
    if "textbook_null" in steps:
        parts += _step_line(edges, steps["textbook_null"], across, up, "ink", "2 4")
    parts += _marks(r, across)
    parts.append(
        svg.text(0, 14, f"share of genes in each {plain(edges[1] - edges[0], 3)} of r", role="soft", size=SMALL)
    )
    parts += _legend(steps, _BOTTOM + 62)
    middle = (_LEFT + WIDTH) / 2
    axis_title = "out-of-fold correlation r of predicted and measured level, one value per gene"
    parts.append(svg.text(middle, _BOTTOM + 38, axis_title, role="soft", anchor="middle", size=SMALL))
    spoken = f"{len(r)} genes: minimum {plain(r.min())}, mean {plain(r.mean())}, median {plain(float(np.median(r)))}, "
    return svg.document(WIDTH, _BOTTOM + 74, title, f"{spoken}maximum {plain(r.max())}.", parts)


def _bin_width(genes: int) -> float:
    """Return a width with enough genes to a bin; all are multiples of the record's 0.025."""
    return 0.025 if genes >= 1000 else 0.05 if genes >= 100 else 0.1


def _step_line(edges: np.ndarray, shares: np.ndarray, across: Axis, up: Axis, role: str, dashes: str) -> list[str]:
    parts, last = [], _BOTTOM
    for low, high, share in zip(edges[:-1], edges[1:], shares, strict=True):
        y = up.at(100 * share) if share > _VISIBLE else _BOTTOM
        if y != last:
            parts.append(svg.line(across.at(low), last, across.at(low), y, role=role, width=1.8, dashes=dashes))
        if y < _BOTTOM:
            parts.append(svg.line(across.at(low), y, across.at(high), y, role=role, width=1.8, dashes=dashes))
        last = y
    return parts


def _marks(r: np.ndarray, across: Axis) -> list[str]:
    """Draw minimum, mean, median and maximum; labels that would meet stand at different heights."""
    values = {"minimum": r.min(), "mean": r.mean(), "median": float(np.median(r)), "maximum": r.max()}
    parts, free = [], {30.0: -1e9, 46.0: -1e9, 62.0: -1e9}
    for name, value in sorted(values.items(), key=lambda item: item[1]):
        words = f"{name} {plain(value)}"
        half = 4.0 * len(words)
        x = across.at(value)
        middle = min(max(x, half), WIDTH - half)
        y = next((height for height, end in free.items() if middle - half > end + 6), 62.0)
        free[y] = middle + half
        parts.append(svg.line(x, y + 4, x, _BOTTOM, role="soft", width=1.2))
        parts.append(svg.text(middle, y, words, anchor="middle", size=SMALL, weight=600))
    return parts


def _legend(steps: Mapping[str, np.ndarray], y: float) -> list[str]:
    parts = [svg.bar(2, y - 10, 12, 12, role="sure"), svg.text(20, y, "measured", size=SMALL)]
    for name in steps.keys() & _OUT_OF_FOLD.keys():
        parts += [svg.line(112, y - 4, 136, y - 4, role="ink", width=2)]
        parts += [svg.text(142, y, _OUT_OF_FOLD[name], size=SMALL)]
    if "textbook_null" in steps:
        parts += [svg.line(340, y - 4, 364, y - 4, role="ink", width=2, dashes="2 4")]
        parts += [svg.text(370, y, "chance as the textbook has it (too narrow here)", size=SMALL)]
    return [*parts, research_use(y)]
