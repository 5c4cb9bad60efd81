"""Charts as SVG text: the genes of a panel with their intervals, and how well a model predicts its genes."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Iterable
from collections.abc import Mapping

import numpy as np

from RadioGenomicsLib.genes.table import NOT_IN_MODEL
from RadioGenomicsLib.report import svg
from RadioGenomicsLib.report.numbers import UNKNOWN
from RadioGenomicsLib.report.numbers import ordinal
from RadioGenomicsLib.report.numbers import plain
from RadioGenomicsLib.report.numbers import signed

_WIDTH = 860.0
_LEFT, _RIGHT = 120.0, 500.0
_COLUMNS = (("z", 558.0), ("90 % interval", 676.0), ("log2", 728.0), ("percentile", 808.0), ("r", 860.0))
_ROW = 25.0
_LEFT_OUT_ROW = 18.0
_WRAP = 112
_BIN = 0.05


def forest_svg(panel_table: Mapping[str, np.ndarray], title: str, *, synthetic: bool = False) -> str:
    """Draw a panel: each gene's predicted z with its 90 % interval, and the numbers beside it.

    Filled marks are genes the model predicts reliably, rings are those it does not. Genes that the model lacks are
    named under their group.

    Args:
        panel_table: as :func:`RadioGenomicsLib.genes.table.panel_table` returns it.
        title: for screen readers.
        synthetic: the scans were made up; the chart says so.
    """
    reach = _reach(panel_table)
    parts: list[str] = []
    y = _head(parts)
    for name in dict.fromkeys(panel_table["group"].tolist()):
        y = _group(parts, panel_table, name, y, reach)
    y = _legend(parts, _axis(parts, y, reach), synthetic)
    return svg.document(_WIDTH, y + 8, title, _spoken(panel_table), parts)


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


def _reach(table: Mapping[str, np.ndarray]) -> float:
    ends = np.abs(np.concatenate([table["interval_low"], table["interval_high"], table["predicted_z"]]))
    largest = float(np.nanmax(ends)) if np.isfinite(ends).any() else 2.0
    return float(min(max(math.ceil(largest * 2) / 2, 2.0), 4.0))


def _x(value: float, reach: float) -> float:
    return _LEFT + (np.clip(value, -reach, reach) + reach) / (2 * reach) * (_RIGHT - _LEFT)


def _head(parts: list[str]) -> float:
    parts.append(svg.text(0, 16, "Gene", role="soft", size=12))
    parts += [svg.text(x, 16, name, role="soft", anchor="end", size=12) for name, x in _COLUMNS]
    parts.append(svg.line(0, 25, _WIDTH, 25))
    return 25.0


def _group(parts: list[str], table: Mapping[str, np.ndarray], name: str, y: float, reach: float) -> float:
    members = np.flatnonzero(table["group"] == name)
    absent = table["status"][members] == NOT_IN_MODEL
    y += _ROW + 4
    parts.append(svg.text(0, y - 6, name, weight=600))
    present = members[~absent]
    if present.size:
        parts += _rules(y + 1, y + 1 + _ROW * len(present), reach)
    for row in present:
        y += _ROW
        parts.append(_gene(table, int(row), y - _ROW / 2 + 1, reach))
    if absent.any():
        text = f"{NOT_IN_MODEL}: {', '.join(table['symbol'][members[absent]])}"
        y += 3
        for line in textwrap.wrap(text[0].upper() + text[1:], _WRAP):
            y += _LEFT_OUT_ROW
            parts.append(svg.text(12, y - 4, line, role="soft", size=12, italic=True))
    return y


def _gene(table: Mapping[str, np.ndarray], row: int, y: float, reach: float) -> str:
    z, low, high = (float(table[name][row]) for name in ("predicted_z", "interval_low", "interval_high"))
    sure = bool(table["reliable"][row])
    role, ink = ("sure", "ink") if sure else ("unsure", "soft")
    width, dashes = (2.5, "") if sure else (1.5, "3 4")
    parts = [
        svg.text(12, y + 4.5, str(table["symbol"][row]), role=ink, weight=600 if sure else 400),
        svg.line(_x(low, reach), y, _x(high, reach), y, role=role, width=width, dashes=dashes),
    ]
    # An interval that goes on beyond the axis ends without a cap.
    ends = [_x(end, reach) for end in (low, high) if abs(end) <= reach]
    parts += [svg.line(x, y - 4, x, y + 4, role=role, width=1.5) for x in ends]
    parts.append(svg.dot(_x(z, reach), y, role=role, filled=sure))
    values = (
        signed(z),
        f"{signed(low, 1)} to {signed(high, 1)}",
        plain(float(table["predicted_log2"][row]), 1),
        ordinal(float(table["percentile"][row])),
        plain(float(table["cv_r"][row])),
    )
    parts += [
        svg.text(x, y + 4.5, value, role="soft" if value == UNKNOWN else ink, anchor="end")
        for value, (_name, x) in zip(values, _COLUMNS, strict=True)
    ]
    return svg.group(parts, f"{table['symbol'][row]}: {table['status'][row]}. {table['why'][row]}")


def _rules(top: float, bottom: float, reach: float) -> list[str]:
    """Draw the upright lines behind the genes of one group."""
    return [
        svg.line(_x(value, reach), top, _x(value, reach), bottom, role=role, width=width)
        for value in range(-int(reach), int(reach) + 1)
        for role, width in [("zero", 1.5) if value == 0 else ("rule", 1.0)]
    ]


def _axis(parts: list[str], y: float, reach: float) -> float:
    y += 8
    parts.append(svg.line(_LEFT, y, _RIGHT, y, role="zero"))
    for value in range(-int(reach), int(reach) + 1):
        x = _x(value, reach)
        parts.append(svg.line(x, y, x, y + 5, role="zero"))
        parts.append(svg.text(x, y + 20, signed(value, 0), role="soft", anchor="middle", size=12))
    label = "predicted mRNA level: standard deviations from the cohort's mean"
    parts.append(svg.text((_LEFT + _RIGHT) / 2, y + 40, label, role="soft", anchor="middle", size=12))
    return y + 46


def _legend(parts: list[str], y: float, synthetic: bool) -> float:
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
    parts.append(svg.text(_WIDTH, y, note, role="soft", anchor="end", size=12))
    return y


def _spoken(table: Mapping[str, np.ndarray]) -> str:
    rows = zip(table["symbol"], table["status"], table["predicted_z"], strict=True)
    return "; ".join(
        f"{symbol} {status}" if status == NOT_IN_MODEL else f"{symbol} z {signed(float(z))} ({status})"
        for symbol, status, z in rows
    )


def _nice(largest: int) -> int:
    """Return a step of 1, 2 or 5 times a power of ten that gives about four."""
    rough = max(largest / 4, 1)
    base = 10 ** math.floor(math.log10(rough))
    return int(next(factor * base for factor in (1, 2, 5, 10) if factor * base >= rough))
