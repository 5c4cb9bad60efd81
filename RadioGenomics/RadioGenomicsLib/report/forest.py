"""The genes of a panel with their intervals as SVG text: in the HTML report and in the module panel."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Iterable
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from RadioGenomicsLib.genes.table import NOT_IN_MODEL
from RadioGenomicsLib.report import svg
from RadioGenomicsLib.report.numbers import UNKNOWN
from RadioGenomicsLib.report.numbers import ordinal
from RadioGenomicsLib.report.numbers import plain
from RadioGenomicsLib.report.numbers import signed

_ROW = 25.0
_LEFT_OUT_ROW = 18.0
_NO_BREAK = "\N{NO-BREAK SPACE}"


@dataclass(frozen=True)
class Layout:
    """Where things stand, in SVG pixels.

    Attributes:
        width: of the chart.
        left, right: ends of the axis.
        columns: the numbers beside it: heading, and the place of their right edge.
        wrap: characters on a line of text.
        stacked: whether the note stands below the legend, and both it and the axis's label may take several lines.
    """

    width: float
    left: float
    right: float
    columns: tuple[tuple[str, float], ...]
    wrap: int
    stacked: bool = False


WIDE = Layout(
    860.0,
    120.0,
    500.0,
    (("z", 558.0), ("90 % interval", 676.0), ("log2", 728.0), ("percentile", 808.0), ("r", 860.0)),
    112,
)
_NARROWEST, _WIDEST = 400.0, 640.0


def narrow(width: float) -> Layout:
    """Return a layout for the module panel, whose width is the user's choice; below 400 pixels it has to be scaled."""
    width = min(max(width, _NARROWEST), _WIDEST)
    columns = (("z", width - 148.0), ("90 % interval", width - 50.0), ("r", width - 2.0))
    return Layout(width, 84.0, width - 196.0, columns, int(width / 7.8), stacked=True)


@dataclass(frozen=True)
class _Scale:
    """The axis: z of ``-reach`` to ``reach`` between the ends of a layout."""

    layout: Layout
    reach: float

    @property
    def ticks(self) -> range:
        return range(-int(self.reach), int(self.reach) + 1)

    def x(self, value: float) -> float:
        share = (np.clip(value, -self.reach, self.reach) + self.reach) / (2 * self.reach)
        return self.layout.left + share * (self.layout.right - self.layout.left)


def forest_svg(
    panel_table: Mapping[str, np.ndarray],
    title: str,
    *,
    synthetic: bool = False,
    layout: Layout = WIDE,
    theme: svg.Theme = "auto",
) -> str:
    """Draw a panel: each gene's predicted z with its 90 % interval, and the numbers beside it.

    Filled marks are genes the model predicts reliably, rings are those it does not. Genes that the model lacks are
    named under their group.

    Args:
        panel_table: as :func:`RadioGenomicsLib.genes.table.panel_table` returns it.
        title: for screen readers.
        synthetic: the scans were made up; the chart says so.
        layout: :data:`WIDE` for a page, :func:`narrow` for the module panel.
        theme: see :func:`RadioGenomicsLib.report.svg.document`.
    """
    scale = _Scale(layout, _reach(panel_table))
    parts: list[str] = []
    y = _head(parts, layout)
    for name in dict.fromkeys(panel_table["group"].tolist()):
        y = _group(parts, panel_table, name, y, scale)
    y = _legend(parts, _axis(parts, y, scale), layout, synthetic)
    return svg.document(layout.width, y + 8, title, _spoken(panel_table), parts, theme=theme)


def _reach(table: Mapping[str, np.ndarray]) -> float:
    ends = np.abs(np.concatenate([table["interval_low"], table["interval_high"], table["predicted_z"]]))
    largest = float(np.nanmax(ends)) if np.isfinite(ends).any() else 2.0
    return float(min(max(math.ceil(largest * 2) / 2, 2.0), 4.0))


def _head(parts: list[str], layout: Layout) -> float:
    parts.append(svg.text(0, 16, "Gene", role="soft", size=12))
    parts += [svg.text(x, 16, name, role="soft", anchor="end", size=12) for name, x in layout.columns]
    parts.append(svg.line(0, 25, layout.width, 25))
    return 25.0


def _group(parts: list[str], table: Mapping[str, np.ndarray], name: str, y: float, scale: _Scale) -> float:
    members = np.flatnonzero(table["group"] == name)
    absent = table["status"][members] == NOT_IN_MODEL
    y += _ROW + 4
    parts.append(svg.text(0, y - 6, name, weight=600))
    present = members[~absent]
    if present.size:
        parts += _rules(y + 1, y + 1 + _ROW * len(present), scale)
    for row in present:
        y += _ROW
        parts.append(_gene(table, int(row), y - _ROW / 2 + 1, scale))
    if absent.any():
        text = f"{NOT_IN_MODEL}: {', '.join(table['symbol'][members[absent]])}"
        y += 3
        for line in textwrap.wrap(text[0].upper() + text[1:], scale.layout.wrap):
            y += _LEFT_OUT_ROW
            parts.append(svg.text(12, y - 4, line, role="soft", size=12, italic=True))
    return y


def _gene(table: Mapping[str, np.ndarray], row: int, y: float, scale: _Scale) -> str:
    z, low, high = (float(table[name][row]) for name in ("predicted_z", "interval_low", "interval_high"))
    sure = bool(table["reliable"][row])
    role, ink = ("sure", "ink") if sure else ("unsure", "soft")
    width, dashes = (2.5, "") if sure else (1.5, "3 4")
    parts = [
        svg.text(12, y + 4.5, str(table["symbol"][row]), role=ink, weight=600 if sure else 400),
        svg.line(scale.x(low), y, scale.x(high), y, role=role, width=width, dashes=dashes),
    ]
    # An interval that goes on beyond the axis ends without a cap.
    ends = [scale.x(end) for end in (low, high) if abs(end) <= scale.reach]
    parts += [svg.line(x, y - 4, x, y + 4, role=role, width=1.5) for x in ends]
    parts.append(svg.dot(scale.x(z), y, role=role, filled=sure))
    values = {
        "z": signed(z),
        "90 % interval": f"{signed(low, 1)} to {signed(high, 1)}",
        "log2": plain(float(table["predicted_log2"][row]), 1),
        "percentile": ordinal(float(table["percentile"][row])),
        "r": plain(float(table["cv_r"][row])),
    }
    parts += [
        svg.text(x, y + 4.5, values[name], role="soft" if values[name] == UNKNOWN else ink, anchor="end")
        for name, x in scale.layout.columns
    ]
    return svg.group(parts, f"{table['symbol'][row]}: {table['status'][row]}. {table['why'][row]}")


def _rules(top: float, bottom: float, scale: _Scale) -> list[str]:
    """Draw the upright lines behind the genes of one group."""
    return [
        svg.line(scale.x(value), top, scale.x(value), bottom, role=role, width=width)
        for value in scale.ticks
        for role, width in [("zero", 1.5) if value == 0 else ("rule", 1.0)]
    ]


def _axis(parts: list[str], y: float, scale: _Scale) -> float:
    y += 8
    left, right = scale.layout.left, scale.layout.right
    parts.append(svg.line(left, y, right, y, role="zero"))
    for value in scale.ticks:
        x = scale.x(value)
        parts.append(svg.line(x, y, x, y + 5, role="zero"))
        parts.append(svg.text(x, y + 20, signed(value, 0), role="soft", anchor="middle", size=12))
    label = "predicted mRNA level: standard deviations from the cohort's mean"
    y += 40
    if not scale.layout.stacked:
        parts.append(svg.text((left + right) / 2, y, label, role="soft", anchor="middle", size=12))
        return y + 6
    return _lines(parts, label, y, scale.layout) + 6


def _legend(parts: list[str], y: float, layout: Layout, synthetic: bool) -> float:
    y += 26
    entries: Iterable[tuple[float, str, bool, str]] = (
        (10.0, "sure", True, "reliable"),
        (118.0, "unsure", False, "not reliable: read nothing into it"),
    )
    for x, role, filled, name in entries:
        parts.append(svg.line(x - 10, y - 4.5, x + 10, y - 4.5, role=role, width=2, dashes="" if filled else "3 4"))
        parts += [svg.dot(x, y - 4.5, role=role, filled=filled), svg.text(x + 16, y, name, size=12)]
    origin = " · Synthetic head" if synthetic else ""
    note = f"bar: 90 % interval · r: cross-validated{origin} · Research use only"
    if layout.stacked:
        # A line may end at a dot only.
        kept = note.replace(" ", _NO_BREAK).replace(f"{_NO_BREAK}·{_NO_BREAK}", " · ")
        return _lines(parts, kept, y + _LEFT_OUT_ROW + 2, layout)
    parts.append(svg.text(layout.width, y, note, role="soft", anchor="end", size=12))
    return y


def _lines(parts: list[str], words: str, y: float, layout: Layout) -> float:
    """Write words on as many lines as they need, the first at ``y``, and return the place of the last."""
    lines = [line.replace(_NO_BREAK, " ").removesuffix(" ·") for line in textwrap.wrap(words, layout.wrap)]
    for n, line in enumerate(lines):
        parts.append(svg.text(0, y + n * _LEFT_OUT_ROW, line, role="soft", size=12))
    return y + (len(lines) - 1) * _LEFT_OUT_ROW


def _spoken(table: Mapping[str, np.ndarray]) -> str:
    rows = zip(table["symbol"], table["status"], table["predicted_z"], strict=True)
    return "; ".join(
        f"{symbol} {status}" if status == NOT_IN_MODEL else f"{symbol} z {signed(float(z))} ({status})"
        for symbol, status, z in rows
    )
