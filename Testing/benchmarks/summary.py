"""The table of ratios that the README carries, from the CSV files of all paths."""

from __future__ import annotations

import csv
from itertools import groupby
from pathlib import Path

from Testing.benchmarks.contenders import OURS
from Testing.benchmarks.tables import duration


def summary(folder: Path) -> str:
    """Return a Markdown table: per piece of work our median, the fastest peer's, and the ratio.

    Peers whose result was compared with ours come before those that do something else.
    """
    lines = [
        f"| path | work | {OURS} | fastest peer | its time | peer / {OURS} | peak memory (MB), ours and the peer's |",
        "|---|---|---|---|---|---|---|",
    ]
    for file in sorted(folder.glob("*.csv")):
        with file.open(encoding="utf-8", newline="") as text:
            rows = list(csv.DictReader(text))
        if not rows or "ratio_to_ours" not in rows[0]:
            continue  # a table of figures, not of times
        for work, group in groupby(rows, key=lambda row: row["work"]):
            lines.append(_line(file.stem, work, list(group)))
    return "\n".join(lines) + "\n"


def _line(path: str, work: str, rows: list[dict[str, str]]) -> str:
    ours = next(row for row in rows if row["contender"].startswith(OURS))
    peers = [row for row in rows if not row["contender"].startswith(OURS)]
    start = f"| {path.replace('_', ' ')} | {work} | {duration(float(ours['median_s']))} |"
    if not peers:
        return f"{start} – | – | – | {float(ours['peak_mb']):,.0f} |"
    best = min([row for row in peers if row["difference"]] or peers, key=lambda row: float(row["median_s"]))
    memory = f"{float(ours['peak_mb']):,.0f} / {float(best['peak_mb']):,.0f}"
    return (
        f"{start} {best['contender']} | {duration(float(best['median_s']))} "
        f"| {float(best['ratio_to_ours']):.1f} | {memory} |"
    )
