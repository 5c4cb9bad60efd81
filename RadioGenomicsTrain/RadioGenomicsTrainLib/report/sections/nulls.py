"""What chance does: the textbook's count with shuffled patients, and beside the valid counts."""

from __future__ import annotations

import math
from collections.abc import Iterator
from collections.abc import Mapping
from typing import Any

import numpy as np

from RadioGenomicsTrainLib.report.charts.counts import Count
from RadioGenomicsTrainLib.report.charts.counts import counts_svg
from RadioGenomicsTrainLib.report.charts.permuted_counts import permuted_counts_svg
from RadioGenomicsTrainLib.report.content import Figure
from RadioGenomicsTrainLib.report.content import Heading
from RadioGenomicsTrainLib.report.content import Part
from RadioGenomicsTrainLib.report.content import Section
from RadioGenomicsTrainLib.report.content import Text
from RadioGenomicsTrainLib.report.validation_record import Record
from RadioGenomicsTrainLib.report.validation_record import Row
from RadioGenomicsTrainLib.report.wording import block_title
from RadioGenomicsTrainLib.report.wording import count
from RadioGenomicsTrainLib.report.wording import file_name
from RadioGenomicsTrainLib.report.wording import p_equals

_WHY = (
    "The literature counts genes by Student's t with a correction for many genes. That test takes the predictions of "
    "all patients as if they came from one model that saw none of them. In cross-validation patient A helps to predict "
    "patient B, and B helps to predict A, so a chance likeness of the two counts twice: for a linear head on noise the "
    "variance of the pooled r is 1.8 to 2.05 times what the test believes. On pure noise (20,000 correlated genes, 130 "
    "patients, 100 runs) Holm-Šidák over such p-values erred in every run, with 15.9 “significant” genes on average."
)
_HOW = (
    "The valid p-values here come from the predictor's own null: the out-of-fold matrix of a linear head gives it "
    "exactly; other predictors are trained anew with shuffled patients, who keep their genes and their subtype. "
    "Holm-Šidák and max-T keep the chance of even one false gene at 5 %, max-T under any dependence of the genes; "
    "Benjamini-Hochberg (BH) lets 5 % of the counted genes be false on average. All tests are one-sided: only a "
    "positive correlation is a success."
)


def nulls(record: Record) -> Section:
    """Show what each method counts, and what the textbook counts on shuffled patients."""
    parts = [part for block in record.blocks for part in _block(record, block)]
    return Section("chance", "What chance does, and which counts hold", (Text(_WHY), Text(_HOW, small=True), *parts))


def _block(record: Record, block: Mapping[str, Any]) -> Iterator[Part]:
    row = record.shown(block["id"])
    yield Heading(f"{block_title(block)}, {row['rung']}")
    title = f"Genes counted as significant among {count(row['tests'])} ({block['unit']})"
    yield Figure(file_name("counts", block["id"]), counts_svg(_counts(row), row["tests"], title))
    if row["null"] in ("joint", "refit"):
        yield Text(
            "Training anew on shuffled patients gives p-values too coarse for Holm-Šidák and BH over so many genes.",
            small=True,
        )
    permuted = np.array([one["parametric_holm_sidak"] for one in record.rows("permuted_counts", block=block["id"])])
    if not len(permuted):
        yield Text("No permutations: this predictor has no valid null.")
        return
    title = f"Textbook counts of {count(len(permuted))} permutations of the patients ({block['unit']})"
    figure = permuted_counts_svg(permuted, row["parametric_holm_sidak"], title)
    yield Figure(file_name("permuted_counts", block["id"]), figure, _against_permutations(row))


def _counts(row: Row) -> list[Count]:
    return [
        Count("Holm-Šidák, textbook t", row["parametric_holm_sidak"], False),
        Count("Holm-Šidák, valid null", row["oof_holm_sidak"], True),
        Count("max-T, permutations", row["max_t"], True),
        Count("BH, textbook t", row["parametric_benjamini_hochberg"], False),
        Count("BH, valid null", row["oof_benjamini_hochberg"], True),
    ]


def _against_permutations(row: Row) -> str:
    if math.isnan(row["count_permuted_mean"]):
        return ""
    return (
        f"With shuffled patients the textbook calls {row['count_permuted_mean']:.1f} genes significant on average "
        f"(95th percentile {count(row['count_permuted_95'])}); with the patients as they are, "
        f"{count(row['parametric_holm_sidak'])} ({p_equals(row['count_p'])}). That is a valid statement on the count "
        "as a whole; it does not say which genes are right."
    )
