"""The way from the sources to what was tested, with what was left out at each step."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from RadioGenomicsLib.report import svg
from RadioGenomicsTrainLib.report.charts.axis import SMALL
from RadioGenomicsTrainLib.report.charts.axis import WIDTH
from RadioGenomicsTrainLib.report.charts.axis import research_use
from RadioGenomicsTrainLib.report.charts.axis import shortened
from RadioGenomicsTrainLib.report.wording import count

_BOX, _HEIGHT, _PITCH = 330.0, 42.0, 62.0
_ASIDE = 470.0


@dataclass(frozen=True)
class Stage:
    """One step.

    Attributes:
        step: what was done.
        things: what is counted, in the plural.
        kept, dropped: how many.
        why: the commonest reasons, in a few words.
    """

    step: str
    things: str
    kept: float
    dropped: float
    why: str = ""


def flow_svg(chains: Sequence[tuple[str, Sequence[Stage]]], title: str) -> str:
    """Draw the steps of each chain below one another.

    Args:
        chains: heading and steps. An arrow leads on where a step takes up what the one before it kept.
        title: for screen readers.
    """
    parts: list[str] = []
    y = 0.0
    for heading, stages in chains:
        y += 22
        parts.append(svg.text(0, y, heading, weight=650))
        y += 10
        before = None
        for stage in stages:
            if before is not None:
                if before.kept == stage.kept + stage.dropped:
                    parts += _arrow(_BOX / 2, y - (_PITCH - _HEIGHT), y)
                else:
                    y -= 8
            parts.append(_stage(stage, y))
            y += _PITCH
            before = stage
        y -= _PITCH - _HEIGHT - 12
    parts.append(research_use(y + 8))
    spoken = "; ".join(
        f"{stage.step}: {count(stage.kept)} {stage.things} kept, {count(stage.dropped)} left out"
        for _, stages in chains
        for stage in stages
    )
    return svg.document(WIDTH, y + 18, title, spoken, parts)


def _stage(stage: Stage, y: float) -> str:
    middle = y + _HEIGHT / 2
    parts = _box(0, y, _BOX)
    parts.append(svg.text(14, y + 17, shortened(stage.step, _BOX - 24), role="soft", size=SMALL))
    parts.append(svg.text(14, y + 34, f"{count(stage.kept)} {stage.things}", weight=650, size=14))
    if stage.dropped:
        parts += [*_arrow_right(_BOX, _ASIDE - 8, middle), *_box(_ASIDE, y, WIDTH - _ASIDE - 1)]
        words = f"{count(stage.dropped)} left out"
        parts.append(svg.text(_ASIDE + 14, y + (17 if stage.why else 26), words, weight=600))
        if stage.why:
            room = WIDTH - _ASIDE - 26
            parts.append(svg.text(_ASIDE + 14, y + 34, shortened(stage.why, room, SMALL), role="soft", size=SMALL))
    return svg.group(parts, f"{stage.step}: {count(stage.kept)} kept, {count(stage.dropped)} left out. {stage.why}")


def _box(x: float, y: float, width: float) -> list[str]:
    corners = ((x + 0.5, y), (x + width, y), (x + width, y + _HEIGHT), (x + 0.5, y + _HEIGHT))
    return [svg.line(*corners[place - 1], *corners[place], role="soft", width=1.2) for place in range(4)]


def _arrow(x: float, top: float, bottom: float) -> list[str]:
    tip = [svg.line(x + side, bottom - 8, x, bottom - 2, role="soft", width=1.5) for side in (-5, 5)]
    return [svg.line(x, top + 2, x, bottom - 2, role="soft", width=1.5), *tip]


def _arrow_right(left: float, right: float, y: float) -> list[str]:
    tip = [svg.line(right - 6, y + side, right, y, role="soft", width=1.5) for side in (-5, 5)]
    return [svg.line(left + 4, y, right, y, role="soft", width=1.5), *tip]
