"""The way of the data, with everything that was left out and why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from RadioGenomicsTrainLib.report.charts.flow import Stage
from RadioGenomicsTrainLib.report.charts.flow import flow_svg
from RadioGenomicsTrainLib.report.content import Figure
from RadioGenomicsTrainLib.report.content import Part
from RadioGenomicsTrainLib.report.content import Section
from RadioGenomicsTrainLib.report.content import Table
from RadioGenomicsTrainLib.report.content import Text
from RadioGenomicsTrainLib.report.validation_record import Record
from RadioGenomicsTrainLib.report.validation_record import Row
from RadioGenomicsTrainLib.report.wording import count

# Kind to what is counted, and the heading of its steps. Expression is counted in patients.
_THINGS = {
    "patient": ("patients", "Patients"),
    "sample": ("samples", "Samples"),
    "series": ("series", "Series"),
    "channel": ("channels", "Image channels"),
    "feature": ("features", "Features"),
    "gene": ("genes", "Genes"),
    "expression": ("patients", "Patients with expression"),
}
_MOST_REASONS = 300
_MOST_NAMES = 40


def flow(record: Record) -> Section:
    """Show the steps, and what was left out."""
    parts: list[Part] = []
    steps = record.rows("flow")
    if steps:
        kinds = dict.fromkeys(row["kind"] for row in steps)
        chains = [(_things(kind)[1], [_stage(record, row) for row in steps if row["kind"] == kind]) for kind in kinds]
        parts.append(Figure("flow", flow_svg(chains, "From the sources to what was tested")))
    else:
        parts.append(Text("The steps from the sources were not recorded."))
    return Section("data-flow", "From the sources to what was tested", (*parts, *_dropped(record)))


def _things(kind: str) -> tuple[str, str]:
    return _THINGS.get(kind, (f"of {kind}", kind.capitalize()))


def _stage(record: Record, row: Row) -> Stage:
    # The record tells the reasons by kind, not by step; with one lossy step they are that step's.
    lossy = [one for one in record.rows("flow", kind=row["kind"]) if one["dropped"]]
    reasons = Counter(one["reason"] for one in record.rows("dropped", kind=row["kind"]))
    why = ""
    if len(lossy) == 1 and reasons:
        why = "; ".join(f"{reason} ({count(number)})" for reason, number in reasons.most_common(2))
        why += "; …" if len(reasons) > 2 else ""
    return Stage(row["step"], _things(row["kind"])[0], row["kept"], row["dropped"], why)


def _dropped(record: Record) -> Iterator[Part]:
    rows = record.rows("dropped")
    if not rows:
        yield Text("Nothing was left out.")
        return
    names: dict[tuple[str, str], list[str]] = {}
    for row in rows:
        names.setdefault((row["kind"], row["reason"]), []).append(row["name"])
    groups = sorted(names.items(), key=lambda group: (group[0][0], -len(group[1])))
    cells = [(kind, reason, count(len(group)), _listed(group)) for (kind, reason), group in groups[:_MOST_REASONS]]
    things = count(len(rows), "thing")
    caption = f"Everything left out, or not read as written, {things}, and why; in full in tables/dropped.csv"
    yield Table(caption, ("Kind", "Reason", "How many", "Which"), cells, words=(0, 1, 3), folded=True)
    if len(groups) > _MOST_REASONS:
        yield Text(f"{count(len(groups) - _MOST_REASONS)} more reasons are in tables/dropped.csv.", small=True)


def _listed(names: list[str]) -> str:
    more = len(names) - _MOST_NAMES
    return ", ".join(names[:_MOST_NAMES]) + (f" and {count(more)} more" if more > 0 else "")
