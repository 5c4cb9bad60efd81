"""How the correlations of the genes are spread: the seed paper's Figure 2, with its null."""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Mapping
from typing import Any

import numpy as np

from RadioGenomicsLib.report.numbers import p_value
from RadioGenomicsLib.report.numbers import plain
from RadioGenomicsTrainLib.report.charts.distribution import distribution_svg
from RadioGenomicsTrainLib.report.content import Figure
from RadioGenomicsTrainLib.report.content import Heading
from RadioGenomicsTrainLib.report.content import Part
from RadioGenomicsTrainLib.report.content import Section
from RadioGenomicsTrainLib.report.content import Table
from RadioGenomicsTrainLib.report.content import Text
from RadioGenomicsTrainLib.report.validation_record import Record
from RadioGenomicsTrainLib.report.validation_record import Row
from RadioGenomicsTrainLib.report.validation_record import largest_r_first
from RadioGenomicsTrainLib.report.wording import block_title
from RadioGenomicsTrainLib.report.wording import count
from RadioGenomicsTrainLib.report.wording import file_name
from RadioGenomicsTrainLib.report.wording import interval
from RadioGenomicsTrainLib.report.wording import percent

_BEST = 30


def distribution(record: Record) -> Section:
    """Show the distribution of r for every block."""
    intro = Text(
        "One correlation per gene, between the level predicted for patients left out and the level measured in their "
        "tumors. The lines show what a predictor that knows nothing would give."
    )
    parts = [part for block in record.blocks for part in _block(record, block)]
    return Section("distribution", "How well genes are predicted", (intro, *parts))


def _block(record: Record, block: Mapping[str, Any]) -> Iterator[Part]:
    row, genes = record.shown(block["id"]), record.targets(block["id"])
    r = np.array([gene["r"] for gene in genes])
    undefined = int(np.isnan(r).sum())
    r = np.nan_to_num(r)
    nulls = {name: _null(record, row, name) for name in ("exact_null", "joint_null", "textbook_null")}
    nulls = {name: found for name, found in nulls.items() if len(found[0])}
    yield Heading(block_title(block))
    title = f"Distribution of the out-of-fold r of {count(len(r))} genes ({block['unit']}), {row['rung']}"
    caption = (
        f"Predicted by “{row['rung']}”. Minimum {plain(r.min())}, mean {plain(r.mean())}, median "
        f"{plain(float(np.median(r)))}, maximum {plain(r.max())}; {percent(float((r > 0.3).mean()))} above 0.3."
    )
    yield Figure(file_name("distribution", block["id"]), distribution_svg(r, nulls, title), caption)
    if not nulls:
        yield Text("This predictor is not linear in the expression, so no null is drawn.", small=True)
    if undefined:
        yield Text(f"{count(undefined, 'gene')} without a correlation (constant prediction) count as 0.", small=True)
    apart = record.find_shown(block["id"], splits="site_disjoint")
    if apart:
        yield Text(
            f"With folds that share no hospital the median r is {plain(apart['median_r'])}, against "
            f"{plain(row['median_r'])} with random folds. Knowing the hospital may have added to the latter; part of "
            "the fall is that whole predictions are scored where folds share no hospital."
        )
    yield _best_genes(genes, block)


def _null(record: Record, row: Row, name: str) -> tuple[np.ndarray, np.ndarray]:
    rows = record.rows("histograms", block=row["block"], rung=row["rung"], series=name)
    return np.array([one["bin_low"] for one in rows]), np.array([one["share"] for one in rows])


def _best_genes(genes: list[Row], block: Mapping[str, Any]) -> Table:
    best = largest_r_first(genes)[:_BEST]
    rows = [
        (
            gene["symbol"],
            plain(gene["r"]),
            interval(gene["r_low"], gene["r_high"]),
            plain(gene["r_site_disjoint"]),
            plain(gene["r2_oos"]),
            p_value(gene["p_max_t"]),
            "yes" if gene["reliable"] else "no",
        )
        for gene in best
    ]
    return Table(
        f"The {len(rows)} genes with the largest r; all {count(len(genes))} are in tables/genes_{block['id']}.csv",
        ("Gene", "r", "95 % interval", "r, sites apart", "R² against the mean", "p (max-T)", "Holds"),
        rows,
        folded=True,
    )
