"""How many genes each method counts as significant: the textbook's test beside the valid one."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from RadioGenomicsLib.report import svg
from RadioGenomicsTrainLib.report.charts.axis import SMALL
from RadioGenomicsTrainLib.report.charts.axis import WIDTH
from RadioGenomicsTrainLib.report.charts.axis import research_use
from RadioGenomicsTrainLib.report.charts.axis import round_axis
from RadioGenomicsTrainLib.report.charts.axis import upright_grid
from RadioGenomicsTrainLib.report.wording import count

_LEFT, _RIGHT, _TOP, _BAR = 260.0, 770.0, 10.0, 22.0


@dataclass(frozen=True)
class Count:
    """One bar.

    Attributes:
        method: of correcting for many genes, and the test that it corrects.
        genes: counted; NaN where the method does not apply.
        valid: the test holds for cross-validated predictions.
    """

    method: str
    genes: float
    valid: bool


def counts_svg(counts: Sequence[Count], tests: float, title: str) -> str:
    """Draw a bar for every method.

    Args:
        counts: top to bottom.
        tests: number of genes tested.
        title: for screen readers.
    """
    known = [one.genes for one in counts if math.isfinite(one.genes)]
    axis = round_axis(0, max([*known, 5]), _LEFT, _RIGHT, 5)
    bottom = _TOP + (_BAR + 8) * len(counts)
    parts = upright_grid(axis, _TOP, bottom, count)
    for place, one in enumerate(counts):
        y = _TOP + (_BAR + 8) * place + 4
        bar = [svg.text(_LEFT - 12, y + 16, one.method, anchor="end", weight=600 if one.valid else 400)]
        if math.isfinite(one.genes):
            x = axis.at(one.genes)
            bar.append(svg.bar(_LEFT, y, max(x - _LEFT, 1), _BAR, role="sure" if one.valid else "unsure"))
            bar.append(svg.text(x + 8, y + 16, count(one.genes), weight=600))
        else:
            bar.append(svg.text(_LEFT + 8, y + 16, "does not apply", role="soft", italic=True))
        parts.append(svg.group(bar, f"{one.method}: {count(one.genes, 'gene')} of {count(tests)}"))
    middle = (_LEFT + _RIGHT) / 2
    parts.append(
        svg.text(middle, bottom + 38, "genes counted as significant", role="soft", anchor="middle", size=SMALL)
    )
    y = bottom + 62
    parts += [svg.bar(2, y - 10, 12, 12, role="sure"), svg.text(20, y, "valid out of fold", size=SMALL)]
    parts += [svg.bar(148, y - 10, 12, 12, role="unsure"), svg.text(166, y, "not valid out of fold", size=SMALL)]
    parts.append(research_use(y))
    spoken = "; ".join(f"{one.method}: {count(one.genes)}" for one in counts)
    return svg.document(WIDTH, y + 12, title, f"Of {count(tests)} genes. {spoken}.", parts)
