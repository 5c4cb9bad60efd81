"""The nested figures: what was chosen how often, what it comes to, and what tests on other patients found."""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Mapping
from collections.abc import Sequence
from typing import Any

from RadioGenomicsLib.report.held_out import NOT_YET_TESTED
from RadioGenomicsLib.report.held_out import held_out_rows
from RadioGenomicsLib.report.held_out import held_out_title
from RadioGenomicsLib.report.numbers import plain
from RadioGenomicsTrainLib.report.content import Part
from RadioGenomicsTrainLib.report.content import Section
from RadioGenomicsTrainLib.report.content import Table
from RadioGenomicsTrainLib.report.content import Text
from RadioGenomicsTrainLib.report.content import main_and_folded
from RadioGenomicsTrainLib.report.validation_record import Record
from RadioGenomicsTrainLib.report.validation_record import Row
from RadioGenomicsTrainLib.report.wording import block_title
from RadioGenomicsTrainLib.report.wording import count
from RadioGenomicsTrainLib.report.wording import interval
from RadioGenomicsTrainLib.report.wording import label
from RadioGenomicsTrainLib.report.wording import percent

_WHY = (
    "A model that was chosen because it scored well on some patients scores too well on them. So here everything that "
    "can be chosen (feature groups and their kernel, the weight of the molecular subtype, the number of programmes, "
    "the ridge) was chosen anew inside every training fold, from a space that was written down before, and the "
    "held-out patients had no part in it. Choices that were made before the space was written are not in it."
)
_HOW = (
    "The choice goes by the pooled correlation over inner folds. Intervals are 95 % bootstrap intervals over patients "
    "with the predictions held fixed, widened by the square root of 2 because out-of-fold pairs depend on one another. "
    "p-values and max-T come from permutations of the patients, each with expression and subtype, with every choice "
    "made anew in each."
)
_SPLITS = {"random": "by patient", "site_disjoint": "no site in two folds"}


def nested(record: Record) -> Section:
    """Show the nested figures beside those with choices made on the same patients."""
    blocks = [list(_block(record, block)) for block in record.blocks]
    parts = main_and_folded(blocks, [block_title(block) for block in record.blocks])
    if not record.rows("nested"):
        parts = [Text("The nested procedure was not run for this record.")]
    else:
        parts = [Text(_WHY), Text(_HOW, small=True), *parts, *_areas(record)]
    return Section("nested", "With every choice made inside the folds", (*parts, *_held_out(record)))


def _block(record: Record, block: Mapping[str, Any]) -> Iterator[Part]:
    rows = record.rows("nested", block=block["id"])
    if not rows:
        return
    columns = ["", "median r", "95 %", "mean r", "95 %", "best 100", "r > 0.3", "R² > 0", "slope", "inside 90 %"]
    columns += ["within subtypes", "max-T"]
    yield Table(
        caption=f"{block_title(block)}: {count(rows[0]['options'])} configurations to choose from",
        columns=columns,
        rows=[_figures(row) for row in rows] + list(_looked_at(record, block["id"])),
        marked=frozenset({0}),
        note=f"max-T: genes at a family-wise error of 5 %, from {count(rows[0]['permutations'])} permutations. Where "
        "no site is in two folds, whole predictions are scored, which alone lowers r. Of a gene's distance from the "
        f"mean r, {percent(rows[0]['expected_r_kept'])} is kept in what is expected in new patients.",
    )
    chosen = record.rows("nested_choices", block=block["id"], splits="random")
    yield Table(
        caption="What was chosen, in how many of the training folds",
        columns=["part", "chosen", "folds", "share", "with all patients"],
        rows=[
            [
                row["part"],
                row["option"],
                count(row["folds"]),
                percent(row["share"]),
                "yes" if row["for_everybody"] else "",
            ]
            for row in chosen
        ],
        words=(0, 1, 4),
        folded=True,
    )


def _figures(row: Row) -> list[str]:
    return [
        f"nested, {_SPLITS[row['splits']]}",
        plain(row["median_r"]),
        interval(row["median_r_low"], row["median_r_high"]),
        plain(row["mean_r"]),
        interval(row["mean_r_low"], row["mean_r_high"]),
        plain(row["best_100_mean_r"]),
        percent(row["share_above_03"]),
        percent(row["share_r2_above_0"]),
        plain(row["slope"]),
        percent(row["coverage"]),
        plain(row["within_subtype_median_r"]),
        count(row["max_t"]),
    ]


def _looked_at(record: Record, block: str) -> Iterator[list[str]]:
    """Yield the figures of the rung that is shown, of either kind of folds."""
    for splits, name in _SPLITS.items():
        row = record.find_shown(block, splits=splits)
        if row is not None:
            cells = [f"choices made on the same patients, {name}", plain(row["median_r"]), "", "", ""]
            cells += [plain(row["best_100_mean_r"]), percent(row["share_above_03"]), percent(row["share_r2_above_0"])]
            yield [*cells, "", "", "", count(row["max_t"])]


def _areas(record: Record) -> Iterator[Part]:
    rows = record.rows("nested_subtypes")
    if rows:
        told = "; ".join(
            f"{label(one['outcome'])} {plain(one['auc'])} ({plain(one['auc_low'])} to {plain(one['auc_high'])}, "
            f"{count(one['positives'])} of {count(one['n'])} patients)"
            for one in rows
        )
        yield Text(f"Area under the ROC curve, features and ridge chosen in the folds for each: {told}.")


def _held_out(record: Record) -> Iterator[Part]:
    tests: Sequence[Mapping[str, Any]] = record.card.get("held_out_tests", [])
    yield Text(f"A bundle that is made from this record is {NOT_YET_TESTED}.")
    for test in tests:
        yield Table(
            caption=held_out_title(test),
            columns=["", "cross-validated", "held out", ""],
            rows=held_out_rows(test),
            words=(0, 3),
            note=str(test["caution"]),
        )
