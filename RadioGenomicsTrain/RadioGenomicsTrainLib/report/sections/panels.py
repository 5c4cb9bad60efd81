"""The genes of the marker panels."""

from __future__ import annotations

import math
from collections.abc import Iterator
from collections.abc import Mapping
from collections.abc import Sequence
from typing import Any

from RadioGenomicsLib.genes.panels import load_panels
from RadioGenomicsLib.report.numbers import p_value
from RadioGenomicsLib.report.numbers import plain
from RadioGenomicsTrainLib.report.charts.panels import PanelLine
from RadioGenomicsTrainLib.report.charts.panels import panels_svg
from RadioGenomicsTrainLib.report.content import Figure
from RadioGenomicsTrainLib.report.content import Heading
from RadioGenomicsTrainLib.report.content import Part
from RadioGenomicsTrainLib.report.content import Section
from RadioGenomicsTrainLib.report.content import Table
from RadioGenomicsTrainLib.report.content import Text
from RadioGenomicsTrainLib.report.content import main_and_folded
from RadioGenomicsTrainLib.report.validation_record import Record
from RadioGenomicsTrainLib.report.validation_record import Row
from RadioGenomicsTrainLib.report.validation_record import largest_r_first
from RadioGenomicsTrainLib.report.wording import block_title
from RadioGenomicsTrainLib.report.wording import count
from RadioGenomicsTrainLib.report.wording import file_name
from RadioGenomicsTrainLib.report.wording import label


def panels(record: Record) -> Section:
    """Show the panels of every block."""
    if not record.rows("panels"):
        return Section("panels", "Marker panels", (Text("No marker panel was scored."),))
    intro = Text(
        "Genes that matter in tumors, by panel; panels of other organs are shown as well. This is the predicted mRNA "
        "level: for a gene that matters by mutation or fusion it says little, however well it is predicted."
    )
    titles = {panel.id: panel.title for panel in load_panels().values()}
    units = [block_title(block) for block in record.blocks]
    parts = main_and_folded([list(_block(record, block, titles)) for block in record.blocks], units)
    return Section("panels", "Marker panels", (intro, Heading(units[0]), *parts))


def _block(record: Record, block: Mapping[str, Any], titles: Mapping[str, str]) -> Iterator[Part]:
    rows = record.rows("panels", block=block["id"])
    names = list(dict.fromkeys(row["panel"] for row in rows))
    by_panel = {titles.get(name, label(name)): [row for row in rows if row["panel"] == name] for name in names}
    lines = [_line(title, genes) for title, genes in by_panel.items()]
    drawn = [line for line in lines if line.measured]
    if drawn:
        title = f"Correlations of the marker panels' genes ({block['unit']})"
        yield Figure(file_name("panels", block["id"]), panels_svg(drawn, title))
    for line in lines:
        if not line.measured:
            yield Text(f"{line.title}: none of its {line.genes} genes was measured in this unit.", small=True)
    for title, genes in by_panel.items():
        if any(row["in_model"] for row in genes):
            yield _table(title, genes, block["unit"])


def _line(title: str, genes: Sequence[Row]) -> PanelLine:
    # A gene may be measured and yet have no correlation, where its prediction is constant.
    known = [(row["symbol"], row["r"], bool(row["reliable"])) for row in genes if not math.isnan(row["r"])]
    return PanelLine(title, len(genes), known)


def _table(title: str, genes: Sequence[Row], unit: str) -> Table:
    measured = largest_r_first(row for row in genes if row["in_model"])
    absent = [row["symbol"] for row in genes if not row["in_model"]]
    cells = [
        (row["symbol"], plain(row["r"]), p_value(row["p_max_t"]), "yes" if row["reliable"] else "no")
        for row in measured
    ]
    caption = f"{title}, {unit}: {count(len(measured))} of {count(len(genes))} measured"
    note = f"Not measured: {', '.join(absent)}." if absent else ""
    held = frozenset(place for place, row in enumerate(measured) if row["reliable"])
    return Table(caption, ("Gene", "r", "p (max-T)", "Holds"), cells, marked=held, folded=True, note=note)
