"""Rows of dots with intervals on one or several axes: the ladder, gene sets, subtypes, sites and cohorts use it."""

from __future__ import annotations

import math
from collections.abc import Callable
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from RadioGenomicsLib.report import svg
from RadioGenomicsLib.report.numbers import UNKNOWN
from RadioGenomicsLib.report.numbers import plain
from RadioGenomicsTrainLib.report.charts.axis import SMALL
from RadioGenomicsTrainLib.report.charts.axis import WIDTH
from RadioGenomicsTrainLib.report.charts.axis import Axis
from RadioGenomicsTrainLib.report.charts.axis import research_use
from RadioGenomicsTrainLib.report.charts.axis import round_axis
from RadioGenomicsTrainLib.report.charts.axis import shortened
from RadioGenomicsTrainLib.report.charts.axis import upright_grid

_ROW = 25.0
_TOP = 30.0
_GAP = 54.0


@dataclass(frozen=True)
class Mark:
    """A value on a track.

    Attributes:
        value: where the dot is; NaN draws none.
        low, high: ends of its interval; NaN where it has none.
        chance: what shuffled patients reach, an upright stroke; NaN where it is not known.
    """

    value: float
    low: float = math.nan
    high: float = math.nan
    chance: float = math.nan


@dataclass(frozen=True)
class DotRow:
    """A row.

    Attributes:
        label: at its left.
        marks: one for each track.
        cells: one for each column of numbers at its right.
        filled: its dots are full, not rings; the legend says what that means.
        strong: its label is bold.
        note: its tooltip.
    """

    label: str
    marks: tuple[Mark, ...]
    cells: tuple[str, ...] = ()
    filled: bool = True
    strong: bool = False
    note: str = ""


@dataclass(frozen=True)
class Track:
    """One axis of the chart.

    Attributes:
        title: what it measures, with its unit.
        reference: the value with a strong line.
        shares: values are shares, written as percent.
    """

    title: str
    reference: float = 0.0
    shares: bool = False

    def written(self, axis: Axis, value: float) -> str:
        """Return a tick's label."""
        return plain(100 * value, max(axis.digits - 2, 0)) + " %" if self.shares else plain(value, axis.digits)


def dot_plot(
    title: str,
    tracks: Sequence[Track],
    rows: Sequence[DotRow],
    *,
    columns: Sequence[tuple[str, float]] = (),
    label_width: float = 200.0,
    filled: str = "",
    hollow: str = "",
    chance: str = "",
) -> str:
    """Draw the rows.

    Args:
        title: for screen readers, which are also told the first track's values.
        tracks: the axes, left to right.
        rows: top to bottom.
        columns: heading and width of the columns of numbers.
        label_width: room for the labels.
        filled, hollow, chance: what full dots, rings and strokes mean; empty where there are none.
    """
    right = WIDTH - sum(width for _, width in columns)
    room = (right - label_width - _GAP * (len(tracks) - 1) - 14) / len(tracks)
    axes = [
        _axis([row.marks[place] for row in rows], track, label_width + place * (room + _GAP), room)
        for place, track in enumerate(tracks)
    ]
    bottom = _TOP + _ROW * len(rows)
    parts = [svg.line(0, _TOP, WIDTH, _TOP)]
    for track, axis in zip(tracks, axes, strict=True):
        middle = (axis.start + axis.end) / 2
        parts.append(svg.text(middle, 18, track.title, role="soft", anchor="middle", size=SMALL))
        parts += upright_grid(
            axis,
            _TOP,
            bottom,
            partial(track.written, axis),
            reference=track.reference,
        )
    edges = [right + sum(width for _, width in columns[: place + 1]) for place in range(len(columns))]
    parts += [
        svg.text(edge, 18, name, role="soft", anchor="end", size=SMALL)
        for edge, (name, _) in zip(edges, columns, strict=True)
    ]
    for place, row in enumerate(rows):
        parts.append(_row(row, _TOP + _ROW * (place + 0.5), axes, edges, label_width))
    parts += _legend(bottom + 42, filled, hollow, chance)
    return svg.document(WIDTH, bottom + 54, title, _spoken(tracks, rows), parts)


def _axis(marks: Sequence[Mark], track: Track, start: float, room: float) -> Axis:
    values = [value for one in marks for value in (one.value, one.low, one.high, one.chance) if math.isfinite(value)]
    low, high = min([*values, track.reference]), max([*values, track.reference + 0.02])
    return round_axis(low, high, start, start + room, max(2, int(room / 48)))


def _row(row: DotRow, y: float, axes: Sequence[Axis], edges: Sequence[float], label_width: float) -> str:
    role = "sure" if row.filled else "unsure"
    words = shortened(row.label, label_width - 16)
    parts = [svg.text(0, y + 4.5, words, weight=650 if row.strong else 400)]
    for mark, axis in zip(row.marks, axes, strict=True):
        if math.isfinite(mark.chance):
            x = axis.at(mark.chance)
            parts.append(svg.line(x, y - 8, x, y + 8, role="ink", width=2))
        if math.isfinite(mark.low):
            low, high = axis.at(mark.low), axis.at(mark.high)
            parts.append(svg.line(low, y, high, y, role=role, width=2.5 if row.filled else 1.8))
            parts += [svg.line(x, y - 4, x, y + 4, role=role, width=1.5) for x in (low, high)]
        if math.isfinite(mark.value):
            parts.append(svg.dot(axis.at(mark.value), y, role=role, filled=row.filled))
    parts += [
        svg.text(edge, y + 4.5, cell, role="soft" if cell == UNKNOWN else "ink", anchor="end")
        for edge, cell in zip(edges, row.cells, strict=True)
    ]
    return svg.group(parts, row.note or row.label)


def _legend(y: float, filled: str, hollow: str, chance: str) -> list[str]:
    entries: tuple[tuple[str, Callable[[float], str]], ...] = (
        (filled, lambda x: svg.dot(x, y - 4, role="sure", filled=True)),
        (hollow, lambda x: svg.dot(x, y - 4, role="unsure", filled=False)),
        (chance, lambda x: svg.line(x, y - 11, x, y + 3, role="ink", width=2)),
    )
    parts, x = [], 6.0
    for words, mark in entries:
        if words:
            parts += [mark(x), svg.text(x + 12, y, words, size=SMALL)]
            x += 36 + 6.1 * len(words)
    return [*parts, research_use(y)]


def _spoken(tracks: Sequence[Track], rows: Sequence[DotRow]) -> str:
    def value(track: Track, mark: Mark) -> str:
        number = plain(100 * mark.value, 0) + " %" if track.shares else plain(mark.value)
        ends = f" ({plain(mark.low)} to {plain(mark.high)})" if math.isfinite(mark.low) else ""
        return f"{track.title} {number}{ends}"

    return "; ".join(
        f"{row.label}: " + ", ".join(value(track, mark) for track, mark in zip(tracks, row.marks, strict=True))
        for row in rows
    )
