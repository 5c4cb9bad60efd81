"""The ladder of predictors: what each adds to the one below, and whether a simple one does as well."""

from __future__ import annotations

import math
from collections.abc import Iterator
from collections.abc import Mapping
from collections.abc import Sequence
from typing import Any

from RadioGenomicsLib.report.numbers import UNKNOWN
from RadioGenomicsLib.report.numbers import p_value
from RadioGenomicsLib.report.numbers import plain
from RadioGenomicsLib.report.numbers import signed
from RadioGenomicsTrainLib.report.charts.ladder import ladder_svg
from RadioGenomicsTrainLib.report.content import Figure
from RadioGenomicsTrainLib.report.content import Heading
from RadioGenomicsTrainLib.report.content import Part
from RadioGenomicsTrainLib.report.content import Points
from RadioGenomicsTrainLib.report.content import Section
from RadioGenomicsTrainLib.report.content import Table
from RadioGenomicsTrainLib.report.content import Text
from RadioGenomicsTrainLib.report.validation_record import Record
from RadioGenomicsTrainLib.report.validation_record import Row
from RadioGenomicsTrainLib.report.wording import block_title
from RadioGenomicsTrainLib.report.wording import count
from RadioGenomicsTrainLib.report.wording import file_name
from RadioGenomicsTrainLib.report.wording import interval
from RadioGenomicsTrainLib.report.wording import percent
from RadioGenomicsTrainLib.report.wording import site_note
from RadioGenomicsTrainLib.validation.rungs import CANDIDATES

# Rungs alike in these have the same predictions: a cohort's default may be one of the simpler rungs.
_SAME = ("median_r", "share_above_03", "share_r2_above_0", "parametric_benjamini_hochberg")
_NULLS = {"exact": "exact", "joint": "joint", "refit": "refits", "none": "none"}


def ladder(record: Record) -> Section:
    """Show every rung of every block."""
    intro = Text(
        "Every predictor had the same patients. A model that reads scans has to beat what is known without them (the "
        "hospital, by its tissue source site; age, sex and grade) and what a ruler would tell (volume and location)."
    )
    parts = [part for place, block in enumerate(record.blocks) for part in _block(record, block, folded=place > 0)]
    notes = [note for note in record.card["notes"] if note != "Research use only."]
    closing = (
        Text(
            "The difference is that of the median r to the rung it is compared with, over the same patients and "
            "genes: a paired bootstrap over patients, widened by √2 because out-of-fold pairs are not independent. "
            "Predictions are held fixed, so it does not tell how other training patients would change it. Null: "
            "“exact” is from the out-of-fold matrix of a linear head, “joint” and “refits” from training anew with "
            "shuffled patients, “joint” of a head that patients without images taught. Best 100: mean of the 100 "
            "largest r. R² > 0: share of genes predicted better than by the mean of the training patients.",
            small=True,
        ),
        Heading("Notes of the validation"),
        Points(notes),
    )
    return Section("ladder", "The ladder: does a simple predictor do as well?", (intro, *parts, *closing))


def best_simpler(rungs: Sequence[Row]) -> Row | None:
    """Return the best rung below the default, among those that could take its place and predict otherwise."""
    random = [row for row in rungs if row["splits"] == "random"]
    default = [[row[one] for one in _SAME] for row in random if row["kind"] == "default"]
    simpler = [row for row in random if row["kind"] in CANDIDATES[:-1] and [row[one] for one in _SAME] not in default]
    return max(simpler, key=lambda row: row["median_r"], default=None)


def quality_table(rungs: Sequence[Row], default: str, caption: str, *, folded: bool = False) -> Table:
    """Return how well every rung predicts, and how much better than the one below."""
    rows = [
        (
            row["rung"] + site_note(row["splits"]),
            count(row["n"]),
            plain(row["median_r"]),
            plain(row["best_100_mean_r"]),
            percent(row["share_above_03"]),
            percent(row["share_above_03_permuted"]),
            p_value(row["share_above_03_p"]),
            percent(row["share_r2_above_0"]),
            _difference(row),
            p_value(row["delta_p"]),
            row["compared_with"] or UNKNOWN,
        )
        for row in rungs
    ]
    columns: tuple[str, ...] = ("Predictor", "n", "Median r", "Best 100", "r > 0.3", "shuffled", "p", "R² > 0")
    columns = (*columns, "Difference (95 % interval)", "p", "compared with")
    return Table(caption, columns, rows, words=(0, 10), marked=_marked(rungs, default), folded=folded)


def count_table(rungs: Sequence[Row], default: str, caption: str, *, folded: bool = False) -> Table:
    """Return how many targets each method counts, the textbook's beside the valid ones."""
    rows = [
        (
            row["rung"] + site_note(row["splits"]),
            str(_NULLS.get(row["null"], row["null"])),
            count(row["tests"]),
            count(row["parametric_holm_sidak"]),
            count(row["oof_holm_sidak"]),
            count(row["parametric_benjamini_hochberg"]),
            count(row["oof_benjamini_hochberg"]),
            count(row["max_t"]),
            plain(row["count_permuted_mean"], 1),
            count(row["count_permuted_95"]),
            p_value(row["count_p"]),
        )
        for row in rungs
    ]
    columns = (
        "Predictor",
        "Null",
        "Tests",
        "Holm-Šidák, textbook",
        "Holm-Šidák, valid",
        "BH, textbook",
        "BH, valid",
        "Max-T",
        "Textbook count, shuffled: mean",
        "95th percentile",
        "p of the count",
    )
    return Table(caption, columns, rows, words=(0, 1), marked=_marked(rungs, default), folded=folded)


def _block(record: Record, block: Mapping[str, Any], folded: bool) -> Iterator[Part]:
    rungs, default = record.ladder(block["id"]), record.card["default_rung"]
    yield Heading(block_title(block))
    title = f"The ladder of predictors on {count(block['genes'])} genes ({block['unit']})"
    yield Figure(file_name("ladder", block["id"]), ladder_svg(rungs, default, title))
    yield Points(list(_findings(rungs, default)))
    yield quality_table(rungs, default, f"How well each predicts, {block['unit']}", folded=folded)
    yield count_table(rungs, default, f"Genes counted as significant, {block['unit']}", folded=folded)


def _findings(rungs: Sequence[Row], default: str) -> Iterator[str]:
    by_kind = {row["kind"]: row for row in rungs if row["splits"] == "random"}
    shipped, simpler = by_kind.get("default"), best_simpler(rungs)
    chosen = next((row for row in by_kind.values() if row["rung"] == default), shipped)
    if chosen is not None and chosen["kind"] != "default":
        yield f"A simpler predictor is the default: “{chosen['rung']}”, with a median r of {plain(chosen['median_r'])}."
    if shipped and simpler:
        than = (
            "that is less"
            if simpler["median_r"] < shipped["median_r"]
            else "so the simple predictor does as well or better"
        )
        yield (
            f"“{shipped['rung']}” reaches a median r of {plain(shipped['median_r'])}; the best simpler predictor, "
            f"“{simpler['rung']}”, {plain(simpler['median_r'])}: {than}."
        )
    for kind, words in (
        ("default_clinical", "Told age, sex and grade as well"),
        ("stack", "Stacked with simpler ones"),
    ):
        if shipped and kind in by_kind:
            yield f"{words}, it reaches {plain(by_kind[kind]['median_r'])}."
    apart = {row["kind"]: row for row in rungs if row["splits"] == "site_disjoint"}
    if "site" in by_kind and "site" in apart:
        yield (
            f"The hospital alone reaches {plain(by_kind['site']['median_r'])} with random folds and "
            f"{plain(apart['site']['median_r'])} with folds that share no hospital."
        )


def _difference(row: Row) -> str:
    if math.isnan(row["delta_median_r"]):
        return UNKNOWN
    return f"{signed(row['delta_median_r'])} ({interval(row['delta_low'], row['delta_high'])})"


def _marked(rungs: Sequence[Row], default: str) -> frozenset[int]:
    return frozenset(place for place, row in enumerate(rungs) if row["rung"] == default and row["splits"] == "random")
