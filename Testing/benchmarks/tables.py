"""Timings as tables: Markdown for people, rows of one CSV file for everything else."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from Testing.benchmarks.contenders import OURS
from Testing.benchmarks.contenders import Timing


@dataclass(frozen=True)
class Comparison:
    """One piece of work, done by several.

    Attributes:
        work: what is done, to what, in one line.
        goal: what the product has to reach, in words.
        timings: of all contenders.
        difference: what the column of differences means, with its unit.
        remarks: lines under the table: what was tried, what is not comparable.
    """

    work: str
    goal: str
    timings: Sequence[Timing]
    difference: str = "largest difference"
    remarks: Sequence[str] = ()

    @property
    def ours(self) -> Timing:
        """The product's first row."""
        return next(timing for timing in self.timings if timing.contender.name.startswith(OURS))

    def markdown(self) -> str:
        """Return the table; a ratio above 1 says how many times longer that row takes than ours."""
        lines = [
            f"### {self.work}\n",
            f"To reach: {self.goal}.\n",
            f"| | median | min to max | this / {OURS} | peak memory (MB) | {self.difference} |",
            "|---|---|---|---|---|---|",
        ]
        for timing in self.timings:
            off = timing.contender.note or "not compared"
            if timing.difference is not None:
                off = f"{timing.difference:.2g}" + (f"; {timing.contender.note}" if timing.contender.note else "")
            low, high = duration(min(timing.seconds)), duration(max(timing.seconds))
            lines.append(
                f"| {timing.contender.name} | {duration(timing.median)} | {low} to {high} "
                f"| {timing.median / self.ours.median:.2f} | {timing.megabytes:,.0f} | {off} |"
            )
        return "\n".join([*lines, *(f"\n{remark}" for remark in self.remarks)])

    def rows(self, path: str) -> list[dict[str, str | float]]:
        """Return one row per contender for the CSV file."""
        return [
            {
                "path": path,
                "work": self.work,
                "contender": timing.contender.name,
                "median_s": timing.median,
                "min_s": min(timing.seconds),
                "max_s": max(timing.seconds),
                "repeats": len(timing.seconds),
                "ratio_to_ours": timing.median / self.ours.median,
                "peak_mb": timing.megabytes,
                "difference": "" if timing.difference is None else timing.difference,
            }
            for timing in self.timings
        ]


def duration(seconds: float) -> str:
    """Return a time in the unit that suits it."""
    if seconds < 1e-3:
        return f"{1e6 * seconds:.0f} µs"
    if seconds < 1.0:
        return f"{1e3 * seconds:.3g} ms"
    if seconds < 600.0:
        return f"{seconds:.3g} s"
    return f"{seconds / 3600:.2g} h" if seconds >= 7200 else f"{seconds / 60:.3g} min"
