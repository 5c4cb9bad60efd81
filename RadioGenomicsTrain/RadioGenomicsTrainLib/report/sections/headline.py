"""The top of the report: what was measured, on whom, what it means and what it does not."""

from __future__ import annotations

import math
from collections.abc import Iterator

from RadioGenomicsLib.report.facts import Fact
from RadioGenomicsLib.report.numbers import plain
from RadioGenomicsTrainLib.report.content import Section
from RadioGenomicsTrainLib.report.content import Statements
from RadioGenomicsTrainLib.report.sections.ladder import best_simpler
from RadioGenomicsTrainLib.report.validation_record import Record
from RadioGenomicsTrainLib.report.validation_record import Row
from RadioGenomicsTrainLib.report.wording import count
from RadioGenomicsTrainLib.report.wording import interval
from RadioGenomicsTrainLib.report.wording import label
from RadioGenomicsTrainLib.report.wording import p_equals
from RadioGenomicsTrainLib.report.wording import percent
from RadioGenomicsTrainLib.report.wording import predictor


def key_figures(record: Record) -> list[Fact]:
    """Return the figures at the top, of the main block."""
    main = record.blocks[0]["id"]
    row = record.shown(main)
    facts = [
        Fact("Patients", count(row["n"]), f"each predicted by models that never saw that patient; {_left_out(record)}"),
        *_medians(record, row),
        _above(record, row),
        Fact("Genes that hold", *_holding(_decisive(record, row))),
    ]
    sets = record.find_shown(main, "hallmarks")
    if sets:
        facts.append(Fact("Gene sets that hold", *_holding(sets, "the primary test: few tests, more power; ")))
    simpler = best_simpler(record.ladder(main))
    if simpler and row["kind"] == "default":
        meaning = f"median r of the best rung below the default: {predictor(simpler['kind'])}"
        facts.append(Fact("Best simpler predictor", plain(simpler["median_r"]), meaning))
    return facts


def _above(record: Record, row: Row) -> Fact:
    """Return the share of genes above 0.3, the nested one where it was measured."""
    title = "Genes with r above 0.3"
    for nested in record.rows("nested", block=row["block"], splits="random"):
        return Fact(title, percent(nested["share_above_03"]), f"nested; {_by_chance(nested)}")
    return Fact(title, percent(row["share_above_03"]), _by_chance(row))


def _medians(record: Record, row: Row) -> Iterator[Fact]:
    """Yield the median r, the nested one first where it was measured."""
    over = f"over {count(row['tests'], 'gene')}"
    looked = Fact("Median r", plain(row["median_r"]), f"{over}; 0 is chance, 1 is perfect")
    for nested in record.rows("nested", block=row["block"], splits="random"):
        meaning = (
            f"{interval(nested['median_r_low'], nested['median_r_high'])} (95 %) {over}, "
            "everything chosen inside the folds; 0 is chance, 1 is perfect"
        )
        yield Fact("Median r, nested", plain(nested["median_r"]), meaning)
        looked = Fact("Median r, choices on the same patients", plain(row["median_r"]), "somewhat optimistic")
    yield looked


def headline(record: Record) -> Section:
    """Say in plain words what the figures mean."""
    return Section("summary", "In plain words", (Statements(list(_statements(record))),))


def _statements(record: Record) -> Iterator[tuple[str, str]]:
    main = record.blocks[0]
    row = record.shown(main["id"])
    settings = record.card["settings"]
    yield (
        "What was measured",
        f"How well “{row['rung']}”, {predictor(row['kind'])}, tells the expression of {count(row['tests'], 'gene')} "
        f"({main['unit']}) in the tumors of {count(row['n'], 'patient')}. Every patient was predicted by models that "
        f"were trained on others: {settings['folds']}-fold cross-validation by patient, averaged over "
        f"{settings['repeats']} splits.",
    )
    yield from _nested(record, row)
    yield (
        "What it means",
        f"Half of the genes have a correlation above {plain(_median(record, row))} between predicted and measured "
        "level. "
        "An r of 0.3 explains 9 % of the variation between patients, an r of 0.5 a quarter. "
        f"{_verdict(_decisive(record, row))}{_of_sets(record)}",
    )
    yield from _beyond_subtype(record, row)
    yield (
        "What it does not mean",
        f"{_outside(record)} A correlation over patients does not make the "
        "value of one patient reliable: look at its interval. Predicted mRNA levels say nothing of mutations, fusions "
        "or methylation. Research use only; not a medical device.",
    )


def _decisive(record: Record, row: Row) -> Row:
    """Return the row whose count of genes decides: the nested one where its permutations were made."""
    nested = record.rows("nested", block=row["block"], splits="random")
    if not nested or math.isnan(nested[0]["max_t"]):
        return row
    return {**row, "max_t": nested[0]["max_t"]}


def _median(record: Record, row: Row) -> float:
    nested = record.rows("nested", block=row["block"], splits="random")
    return float(nested[0]["median_r"] if nested else row["median_r"])


def _nested(record: Record, row: Row) -> Iterator[tuple[str, str]]:
    """Say what is left once nothing is chosen on the patients scored."""
    by_splits = {one["splits"]: one for one in record.rows("nested", block=row["block"])}
    if "random" not in by_splits:
        return
    one, apart = by_splits["random"], by_splits.get("site_disjoint")
    text = (
        f"With every choice made inside the training folds the median r is {plain(one['median_r'])} "
        f"({interval(one['median_r_low'], one['median_r_high'])}); with choices made on the same patients it is "
        f"{plain(row['median_r'])}."
    )
    if apart:
        text += f" Where no hospital is in two folds it is {plain(apart['median_r'])}, nested."
    yield "How much of it is choice", text


def _outside(record: Record) -> str:
    tests = record.card.get("held_out_tests", [])
    if not tests:
        return "No scan from outside this collection was tried."
    return "An earlier model did worse on patients kept apart than cross-validation said: see the table of that test."


def _verdict(row: Row) -> str:
    if math.isnan(row["max_t"]):
        return "This predictor has no valid null, so nothing can be said of chance."
    if row["max_t"]:
        return (
            f"{_genes_hold(row['max_t'])} against chance when all {count(row['tests'])} are tested at once; read "
            "nothing into the others, one by one."
        )
    if row["share_above_03_p"] <= 0.05:
        return "More genes are above 0.3 than by chance, but no single gene holds when all are tested at once."
    return "No gene is told from chance."


def _genes_hold(genes: float) -> str:
    return f"{count(genes) if genes else 'no'} {'genes hold' if genes > 1 else 'gene holds'}"


def _of_sets(record: Record) -> str:
    row = record.find_shown(record.blocks[0]["id"], "hallmarks")
    if row is None or math.isnan(row["max_t"]):
        return ""
    return f" Of {count(row['tests'], 'gene set')}, the primary test, {count(row['max_t'])} hold."


def _beyond_subtype(record: Record, row: Row) -> Iterator[tuple[str, str]]:
    pooled = record.rows("within_subtype", block=row["block"], family="genes", stratum="pooled")
    areas = "; ".join(f"{label(one['outcome'])} {plain(one['auc'])}" for one in record.rows("subtypes"))
    told = f"The same features tell the subtype of patients left out with an area under the ROC curve of: {areas}."
    if pooled:
        yield (
            "How much of it is the subtype",
            f"Within molecular subtypes the median r is {plain(pooled[0]['median_r'])}, against "
            f"{plain(row['median_r'])} over all patients, and {_genes_hold(pooled[0]['max_t'])}. "
            f"{told if areas else ''}",
        )


def _left_out(record: Record) -> str:
    excluded = record.blocks[0]["patients_excluded"]
    return f"{count(excluded, 'more had', 'more had')} no expression in this unit" if excluded else "all had expression"


def _by_chance(row: Row) -> str:
    if math.isnan(row["share_above_03_permuted"]):
        return "what shuffled patients reach is not known"
    p = f"; {p_equals(row['share_above_03_p'])}" if "share_above_03_p" in row else ""
    return f"{percent(row['share_above_03_permuted'])} with shuffled patients{p}"


def _holding(row: Row, why: str = "") -> tuple[str, str]:
    if math.isnan(row["max_t"]):
        return "not known", "this predictor has no valid null"
    return f"{count(row['max_t'])} of {count(row['tests'])}", f"{why}family-wise error 5 % by max-T"
