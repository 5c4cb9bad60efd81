"""How well a model predicts its genes, as SVG text."""

from __future__ import annotations

import math

import numpy as np

from RadioGenomicsLib.report import svg
from RadioGenomicsLib.report.numbers import plain

_WIDTH = 860.0
_BIN = 0.05


def histogram_svg(cv_r: np.ndarray, reliable: np.ndarray | None = None) -> str:
    """Draw how many genes reach which cross-validated correlation.

    Args:
        cv_r: cross-validated correlation ``[genes]``; NaN is left out.
        reliable: truth values ``[genes]``; those genes are drawn in color.
    """
    cv_r = np.asarray(cv_r, dtype=np.float64)
    known = np.isfinite(cv_r)
    sure = known & (np.zeros(cv_r.shape, bool) if reliable is None else np.asarray(reliable, dtype=bool))
    low = min(math.floor(cv_r[known].min(initial=0.0) * 10) / 10, 0.0)
    high = max(math.ceil(cv_r[known].max(initial=0.0) * 10) / 10, low + 0.1)
    edges = np.linspace(low, high, round((high - low) / _BIN) + 1)
    total, colored = np.histogram(cv_r[known], edges)[0], np.histogram(cv_r[sure], edges)[0]
    left, right, top, bottom = 62.0, 840.0, 14.0, 210.0
    tick = _nice(int(total.max()))
    ceiling = tick * max(math.ceil(total.max() / tick), 1)
    step, scale = (right - left) / len(total), (bottom - top) / ceiling
    parts = []
    for count in range(0, ceiling + 1, tick):
        y = bottom - count * scale
        parts.append(svg.line(left, y, right, y))
        parts.append(svg.text(left - 10, y + 4, f"{count:,}", role="soft", anchor="end", size=12))
    for place, (all_, part) in enumerate(zip(total.tolist(), colored.tolist(), strict=True)):
        x = left + place * step + 1
        bars = [svg.bar(x, bottom - all_ * scale, step - 2, (all_ - part) * scale, role="unsure")]
        bars.append(svg.bar(x, bottom - part * scale, step - 2, part * scale, role="sure"))
        span = f"r {plain(edges[place])} to {plain(edges[place + 1])}"
        parts.append(svg.group(bars, f"{span}: {all_} genes, {part} reliable"))
    for value in np.arange(round(low * 10), round(high * 10) + 1) / 10:
        x = left + (value - low) / (high - low) * (right - left)
        parts.append(svg.text(x, bottom + 19, plain(float(value), 1), role="soft", anchor="middle", size=12))
    parts += [
        svg.text((left + right) / 2, bottom + 42, "cross-validated r of a gene", role="soft", anchor="middle", size=12),
        svg.bar(left, bottom + 32, 12, 12, role="sure"),
        svg.text(left + 18, bottom + 42, "reliable", size=12),
        svg.bar(left + 84, bottom + 32, 12, 12, role="unsure"),
        svg.text(left + 102, bottom + 42, "not reliable", size=12),
        svg.text(right, bottom + 42, "Research use only", role="soft", anchor="end", size=12),
    ]
    spoken = f"{int(known.sum())} genes, {int(sure.sum())} of them reliable."
    return svg.document(_WIDTH, bottom + 52, "Cross-validated r of the model's genes", spoken, parts)


def _nice(largest: int) -> int:
    """Return a step of 1, 2 or 5 times a power of ten that gives about four."""
    rough = max(largest / 4, 1)
    base = 10 ** math.floor(math.log10(rough))
    return int(next(factor * base for factor in (1, 2, 5, 10) if factor * base >= rough))
