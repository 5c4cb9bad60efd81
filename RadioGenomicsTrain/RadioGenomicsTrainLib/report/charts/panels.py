"""The correlations of the marker panels' genes, a line of dots to each panel."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from RadioGenomicsLib.report import svg
from RadioGenomicsLib.report.numbers import plain
from RadioGenomicsTrainLib.report.charts.axis import SMALL
from RadioGenomicsTrainLib.report.charts.axis import WIDTH
from RadioGenomicsTrainLib.report.charts.axis import research_use
from RadioGenomicsTrainLib.report.charts.axis import round_axis
from RadioGenomicsTrainLib.report.charts.axis import shortened
from RadioGenomicsTrainLib.report.charts.axis import tick_text
from RadioGenomicsTrainLib.report.charts.axis import upright_grid

_LABELS, _RIGHT, _TOP, _ROW = 270.0, 616.0, 30.0, 34.0


@dataclass(frozen=True)
class PanelLine:
    """One panel.

    Attributes:
        title: of the panel.
        genes: how many it has.
        measured: symbol, r, and whether it holds, of those that were measured.
    """

    title: str
    genes: int
    measured: Sequence[tuple[str, float, bool]]

    @property
    def holding(self) -> int:
        """How many genes hold."""
        return sum(holds for _, _, holds in self.measured)


def panels_svg(lines: Sequence[PanelLine], title: str) -> str:
    """Draw the panels.

    Args:
        lines: top to bottom, each with a gene that was measured.
        title: for screen readers.
    """
    values = [r for one in lines for _, r, _ in one.measured]
    axis = round_axis(min([*values, 0]), max([*values, 0.1]), _LABELS, _RIGHT, 7)
    bottom = _TOP + _ROW * len(lines)
    parts = [svg.line(0, _TOP, WIDTH, _TOP)]
    for x, words in ((706.0, "measured"), (750.0, "hold"), (WIDTH, "best r")):
        parts.append(svg.text(x, 18, words, role="soft", anchor="end", size=SMALL))
    parts += upright_grid(axis, _TOP, bottom, tick_text(axis), reference=0.0)
    for place, one in enumerate(lines):
        y = _TOP + _ROW * (place + 0.5)
        parts.append(svg.text(0, y + 4.5, shortened(one.title, _LABELS - 14)))
        for symbol, r, holds in sorted(one.measured, key=lambda gene: gene[2]):
            dot = svg.dot(axis.at(r), y, role="sure" if holds else "unsure", filled=holds, radius=4.5)
            parts.append(svg.group([dot], f"{symbol}: r {plain(r)}{', holds against chance' if holds else ''}"))
        best, r, _ = max(one.measured, key=lambda gene: gene[1])
        parts.append(svg.text(706, y + 4.5, f"{len(one.measured)} of {one.genes}", anchor="end"))
        parts.append(svg.text(750, y + 4.5, str(one.holding), anchor="end"))
        parts.append(svg.text(WIDTH, y + 4.5, f"{best} {plain(r)}", anchor="end"))
    parts.append(
        svg.text((_LABELS + _RIGHT) / 2, 18, "out-of-fold r of a gene", role="soft", anchor="middle", size=SMALL)
    )
    y = bottom + 44
    parts += [svg.dot(6, y - 4, role="sure", filled=True, radius=4.5), svg.text(16, y, "holds (max-T)", size=SMALL)]
    parts += [svg.dot(128, y - 4, role="unsure", filled=False, radius=4.5)]
    parts += [svg.text(138, y, "does not: read nothing into it", size=SMALL), research_use(y)]
    spoken = "; ".join(f"{one.title}: {one.holding} of {len(one.measured)} measured genes hold" for one in lines)
    return svg.document(WIDTH, y + 12, title, spoken, parts)
