"""Gene sets: the primary family, because few tests leave more power."""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Mapping
from collections.abc import Sequence
from typing import Any

from RadioGenomicsLib.report.numbers import p_value
from RadioGenomicsLib.report.numbers import plain
from RadioGenomicsTrainLib.report.charts.gene_sets import gene_sets_svg
from RadioGenomicsTrainLib.report.content import Figure
from RadioGenomicsTrainLib.report.content import Heading
from RadioGenomicsTrainLib.report.content import Part
from RadioGenomicsTrainLib.report.content import Section
from RadioGenomicsTrainLib.report.content import Table
from RadioGenomicsTrainLib.report.content import Text
from RadioGenomicsTrainLib.report.content import main_and_folded
from RadioGenomicsTrainLib.report.sections.ladder import count_table
from RadioGenomicsTrainLib.report.sections.ladder import quality_table
from RadioGenomicsTrainLib.report.validation_record import Record
from RadioGenomicsTrainLib.report.validation_record import Row
from RadioGenomicsTrainLib.report.validation_record import largest_r_first
from RadioGenomicsTrainLib.report.wording import count
from RadioGenomicsTrainLib.report.wording import file_name
from RadioGenomicsTrainLib.report.wording import gene_set
from RadioGenomicsTrainLib.report.wording import interval

_MOST_DRAWN = 60


def gene_sets(record: Record) -> Section:
    """Show the gene sets of every block that has them."""
    title = "Gene sets, the primary family"
    blocks = [block for block in record.blocks if record.targets(block["id"], "hallmarks")]
    if not blocks:
        return Section("gene-sets", title, (Text("Gene sets were not tested in this validation."),))
    intro = (
        "Scores of gene sets, such as MSigDB's hallmarks, are the primary family of tests: each sums up many genes, "
        "and with few tests a smaller correlation is enough."
    )
    titles = [_title(record, block) for block in blocks]
    parts = main_and_folded([list(_block(record, block)) for block in blocks], titles)
    return Section("gene-sets", title, (Text(intro), Heading(titles[0]), *parts))


def _title(record: Record, block: Mapping[str, Any]) -> str:
    row = record.shown(block["id"], "hallmarks")
    return f"{block['unit']}: {count(row['tests'], 'gene set')}, {count(row['n'], 'patient')}"


def _block(record: Record, block: Mapping[str, Any]) -> Iterator[Part]:
    rows = largest_r_first(record.targets(block["id"], "hallmarks"))
    shown = record.shown(block["id"], "hallmarks")
    held = sum(one["reliable"] for one in rows)
    title = f"Out-of-fold r of {count(len(rows))} gene sets ({block['unit']})"
    verb = "holds" if held == 1 else "hold"
    caption = f"{count(held)} of {count(len(rows), 'set')} {verb} by max-T, predicted by “{shown['rung']}”."
    if len(rows) > _MOST_DRAWN:
        caption += f" Drawn: the {_MOST_DRAWN} with the largest r."
    yield Figure(file_name("gene_sets", block["id"]), gene_sets_svg(rows[:_MOST_DRAWN], title), caption)
    yield Text(
        "The interval is Fisher's, for r by itself; out of fold it is somewhat too narrow near 0, so max-T decides.",
        small=True,
    )
    yield _table(rows, block)
    rungs, default = record.ladder(block["id"], "hallmarks"), record.card["default_rung"]
    yield quality_table(rungs, default, f"The ladder on gene sets, {block['unit']}", folded=True)
    yield count_table(rungs, default, f"Gene sets counted as significant, {block['unit']}", folded=True)


def _table(rows: Sequence[Row], block: Mapping[str, Any]) -> Table:
    cells = [
        (
            gene_set(one["gene_set"]),
            count(one["members"]),
            plain(one["r"]),
            interval(one["r_low"], one["r_high"]),
            plain(one["r_site_disjoint"]),
            plain(one["r2_oos"]),
            plain(one["slope"]),
            p_value(one["p"]),
            p_value(one["p_holm_sidak"]),
            p_value(one["q_benjamini_hochberg"]),
            p_value(one["p_max_t"]),
            p_value(one["p_parametric"]),
        )
        for one in rows
    ]
    columns: tuple[str, ...] = ("Gene set", "Genes", "r", "95 % interval", "r, sites apart", "R²", "Slope")
    columns = (*columns, "p, valid", "Holm-Šidák", "BH q", "max-T", "p, textbook")
    held = frozenset(place for place, one in enumerate(rows) if one["reliable"])
    return Table(f"Every gene set, {block['unit']}", columns, cells, marked=held, folded=True)
