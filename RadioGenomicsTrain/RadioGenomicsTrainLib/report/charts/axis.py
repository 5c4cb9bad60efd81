"""Axes of charts: round ticks, and the lines and labels that they are drawn with."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from RadioGenomicsLib.report import svg
from RadioGenomicsLib.report.numbers import plain

WIDTH = 860.0
SMALL = 12.0


@dataclass(frozen=True)
class Axis:
    """Values from ``low`` to ``high``, drawn from pixel ``start`` to pixel ``end``, a tick every ``step``."""

    low: float
    high: float
    start: float
    end: float
    step: float

    def at(self, value: float) -> float:
        """Return a value's pixel; what lies beyond an end is drawn at it."""
        share = (min(max(value, self.low), self.high) - self.low) / (self.high - self.low)
        return self.start + share * (self.end - self.start)

    @property
    def ticks(self) -> list[float]:
        """The values that are labeled."""
        return [self.low + place * self.step for place in range(round((self.high - self.low) / self.step) + 1)]

    @property
    def digits(self) -> int:
        """Digits behind the point that tell the ticks apart."""
        return max(0, -math.floor(math.log10(self.step) + 1e-9))


def round_axis(low: float, high: float, start: float, end: float, ticks: int = 5) -> Axis:
    """Return an axis that holds ``low`` and ``high`` and has about that many ticks at round values."""
    rough = max((high - low) / ticks, 1e-6)
    base = 10.0 ** math.floor(math.log10(rough))
    step = next(factor * base for factor in (1, 2, 5, 10) if factor * base >= rough * 0.999)
    first, last = math.floor(low / step + 1e-6), math.ceil(high / step - 1e-6)
    return Axis(first * step, max(last, first + 1) * step, start, end, step)


def tick_text(axis: Axis) -> Callable[[float], str]:
    """Return how the ticks of an axis are written."""
    return lambda value: plain(value, axis.digits)


def upright_grid(
    axis: Axis, top: float, bottom: float, written: Callable[[float], str], *, reference: float | None = None
) -> list[str]:
    """Draw an axis from left to right: its lines from ``top`` to ``bottom``, and the ticks' labels below."""
    parts = []
    for value in axis.ticks:
        x = axis.at(value)
        parts.append(svg.line(x, top, x, bottom))
        parts.append(svg.text(x, bottom + 17, written(value), role="soft", anchor="middle", size=SMALL))
    if reference is not None:
        x = axis.at(reference)
        parts.append(svg.line(x, top, x, bottom, role="zero", width=1.5))
    return parts


def level_grid(axis: Axis, left: float, right: float, written: Callable[[float], str]) -> list[str]:
    """Draw an axis from bottom to top: its lines from ``left`` to ``right``, and the ticks' labels before them."""
    parts = []
    for value in axis.ticks:
        y = axis.at(value)
        parts.append(svg.line(left, y, right, y))
        parts.append(svg.text(left - 8, y + 4, written(value), role="soft", anchor="end", size=SMALL))
    return parts


def research_use(y: float, width: float = WIDTH) -> str:
    """Write at the lower right what every figure says."""
    return svg.text(width, y, "Research use only", role="soft", anchor="end", size=SMALL)


def shortened(words: str, room: float, size: float = 13) -> str:
    """Return words that fit into so many pixels, cut with an ellipsis where they do not."""
    letters = int(room / (size * 0.51))
    return words if len(words) <= letters else words[: max(letters - 1, 1)].rstrip() + "…"
