"""What is left within a molecular subtype, and how well the subtype itself is told."""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Mapping
from typing import Any

from RadioGenomicsLib.report.numbers import plain
from RadioGenomicsTrainLib.report.charts.subtypes import areas_svg
from RadioGenomicsTrainLib.report.charts.subtypes import within_subtype_svg
from RadioGenomicsTrainLib.report.content import Figure
from RadioGenomicsTrainLib.report.content import Heading
from RadioGenomicsTrainLib.report.content import Part
from RadioGenomicsTrainLib.report.content import Section
from RadioGenomicsTrainLib.report.content import Table
from RadioGenomicsTrainLib.report.content import Text
from RadioGenomicsTrainLib.report.content import main_and_folded
from RadioGenomicsTrainLib.report.validation_record import Record
from RadioGenomicsTrainLib.report.wording import block_title
from RadioGenomicsTrainLib.report.wording import count
from RadioGenomicsTrainLib.report.wording import file_name
from RadioGenomicsTrainLib.report.wording import interval
from RadioGenomicsTrainLib.report.wording import label
from RadioGenomicsTrainLib.report.wording import percent

_POOLED = "pooled"


def subtypes(record: Record) -> Section:
    """Show every block within subtypes, and the areas under the ROC curve."""
    parts: list[Part] = []
    if record.rows("within_subtype"):
        parts.append(
            Text(
                "Expression differs strongly between molecular subtypes, so a predictor that tells only the subtype "
                "“predicts” many genes. Within a subtype that knowledge is worth nothing; what is left there is what "
                "the predictor knows beyond it. Patients were shuffled only inside their subtype."
            )
        )
        blocks = [block for block in record.blocks if record.rows("within_subtype", block=block["id"])]
        titles = [block_title(block) for block in blocks]
        parts += [Heading(titles[0]), *main_and_folded([list(_within(record, block)) for block in blocks], titles)]
    else:
        parts.append(Text("Within subtypes nothing was tested: the patients' subtypes are not known."))
    return Section("subtypes", "Within molecular subtypes", (*parts, *_areas(record)))


def _within(record: Record, block: Mapping[str, Any]) -> Iterator[Part]:
    rows = record.rows("within_subtype", block=block["id"])
    genes = [row for row in rows if row["family"] == "genes"]
    if genes:
        title = f"Genes predicted within subtypes ({block['unit']})"
        drawn = within_subtype_svg(record.shown(block["id"]), genes, title)
        yield Figure(file_name("within_subtype", block["id"]), drawn)
    cells = [
        (
            str({"genes": "genes", "hallmarks": "gene sets"}.get(row["family"], row["family"])),
            "all, within their subtype" if row["stratum"] == _POOLED else row["stratum"],
            count(row["n"]),
            count(row["tests"]),
            plain(row["median_r"]),
            plain(row["best_100_mean_r"]),
            percent(row["share_above_03"]),
            percent(row["share_above_03_permuted"]),
            count(row["max_t"]),
        )
        for row in rows
    ]
    columns = ("Family", "Subtype", "n", "Tests", "Median r", "Best 100", "r > 0.3", "shuffled", "Max-T")
    pooled = frozenset(place for place, row in enumerate(rows) if row["stratum"] == _POOLED)
    yield Table(f"Within subtypes, {block['unit']}", columns, cells, words=(0, 1), marked=pooled)


def _areas(record: Record) -> Iterator[Part]:
    yield Heading("The subtype from the same features")
    rows = record.rows("subtypes")
    if not rows:
        yield Text("Not scored: the subtypes are not known, or too few patients have one.")
        return
    yield Figure("subtypes", areas_svg(rows, "Area under the ROC curve of each subtype"))
    cells = [
        (
            label(row["outcome"]),
            count(row["n"]),
            count(row["positives"]),
            plain(row["auc"]),
            interval(row["auc_low"], row["auc_high"]).replace("+", ""),
        )
        for row in rows
    ]
    yield Table("Telling the subtype, out of fold", ("Subtype", "n", "Cases", "AUC", "95 % interval"), cells)
    yield Text(
        "Area under the ROC curve of out-of-fold scores: 0.5 is chance. The interval is a bootstrap over patients with "
        "the scores held fixed.",
        small=True,
    )
