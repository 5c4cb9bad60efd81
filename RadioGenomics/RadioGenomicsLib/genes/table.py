"""The gene table and the panel table: plain columns of numpy arrays, and what each column says."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from RadioGenomicsLib.genes.symbols import find_genes

if TYPE_CHECKING:
    from RadioGenomicsLib.genes.panels import Panel
    from RadioGenomicsLib.model.genes import GeneIndex
    from RadioGenomicsLib.model.prediction import Prediction

GeneTable = dict[str, np.ndarray]

OK = "ok"
NOT_RELIABLE = "not reliable"
NOT_IN_MODEL = "not in this model"


@dataclass(frozen=True)
class Column:
    """What a column says of itself.

    Attributes:
        name: key, and header in files.
        title: header for people.
        unit: empty for text, truth values and pure numbers.
        description: one sentence.
        type: "text", "number" (NaN where not known) or "flag".
    """

    name: str
    title: str
    unit: str
    description: str
    type: str


COLUMNS = (
    Column("symbol", "Gene", "", "Gene symbol, as the model's training data name it", "text"),
    Column("ensembl_id", "Ensembl id", "", "Ensembl gene identifier; empty where none is known", "text"),
    Column(
        "predicted_z",
        "Predicted z",
        "SD",
        "Predicted mRNA level in standard deviations from the training cohort's mean",
        "number",
    ),
    Column(
        "predicted_log2",
        "Predicted log2",
        "log2",
        "Predicted mRNA level in the log2 unit of the training data (log2 normalized RSEM in the shipped model); "
        "empty for genes known only as z-scores",
        "number",
    ),
    Column("interval_low", "90 % from", "SD", "Lower end of the 90 % prediction interval of the z", "number"),
    Column("interval_high", "90 % to", "SD", "Upper end of the 90 % prediction interval of the z", "number"),
    Column("percentile", "Percentile", "%", "Share of the training cohort below the predicted level", "number"),
    Column(
        "cv_r",
        "Cross-validated r",
        "",
        "Correlation of predicted and measured level in patients the model had not seen",
        "number",
    ),
    Column(
        "expected_r",
        "Expected r",
        "",
        "Correlation to be expected in new patients: the cross-validated r, drawn toward the mean of all genes by as "
        "much as their spread is chance; empty where the model does not tell it",
        "number",
    ),
    Column("cv_p_adjusted", "Adjusted p", "", "p of that correlation, corrected for all genes of the model", "number"),
    Column("reliable", "Reliable", "", "Whether that correlation passes the test for multiple genes", "flag"),
)

_VALUES = tuple(column for column in COLUMNS if column.name not in ("symbol", "ensembl_id"))

PANEL_COLUMNS = (
    Column("panel", "Panel", "", "Marker panel", "text"),
    Column("group", "Group", "", "Heading in the panel", "text"),
    Column("symbol", "Gene", "", "Gene symbol in use now", "text"),
    Column("status", "Status", "", f'"{OK}", "{NOT_RELIABLE}" or "{NOT_IN_MODEL}"', "text"),
    *_VALUES,
    Column(
        "evidence",
        "Evidence",
        "",
        "A to D: what the literature supports reading from images about this marker; not about this model",
        "text",
    ),
    Column("why", "Why", "", "Why the gene is in the panel", "text"),
    Column("source", "Source", "", "Citation for why", "text"),
    Column("evidence_source", "Evidence source", "", "Citation for the evidence grade", "text"),
)


def gene_rows(prediction: Prediction) -> GeneTable:
    """Return the gene table: one array ``[genes]`` for each of :data:`COLUMNS`, in the model's order."""
    genes = prediction.bundle.genes
    return {
        "symbol": np.asarray(genes.symbol, dtype=str),
        "ensembl_id": np.asarray(genes.ensembl_id, dtype=str),
        "predicted_z": np.asarray(prediction.predicted_z, dtype=np.float64),
        "predicted_log2": np.asarray(prediction.predicted_log2, dtype=np.float64),
        "interval_low": np.asarray(prediction.interval_low, dtype=np.float64),
        "interval_high": np.asarray(prediction.interval_high, dtype=np.float64),
        "percentile": np.asarray(prediction.percentile, dtype=np.float64),
        "cv_r": np.asarray(genes.cv_r, dtype=np.float64),
        "expected_r": _expected(genes),
        "cv_p_adjusted": np.asarray(genes.cv_p_adjusted, dtype=np.float64),
        "reliable": np.asarray(genes.reliable, dtype=bool),
    }


def _expected(genes: GeneIndex) -> np.ndarray:
    """Return the expected r ``[genes]``; NaN for a bundle that was made before it was measured."""
    expected = getattr(genes, "expected_r", None)
    return np.full(len(genes.symbol), np.nan) if expected is None else np.asarray(expected, dtype=np.float64)


def panel_table(prediction: Prediction, panel: Panel) -> GeneTable:
    """Return a panel's table: one array ``[panel genes]`` for each of :data:`PANEL_COLUMNS`."""
    return panel_rows(gene_rows(prediction), panel)


def panel_rows(rows: Mapping[str, np.ndarray], panel: Panel) -> GeneTable:
    """Return a panel's table from the gene table.

    A gene that the model lacks keeps its row, with the status "not in this model" and no values.
    """
    places = find_genes(rows["symbol"], [gene.symbol for gene in panel.genes])
    there = places >= 0
    table: GeneTable = {"panel": np.array([panel.id] * len(panel.genes), dtype=str)}
    for column in _VALUES:
        missing = np.zeros(len(places), bool) if column.type == "flag" else np.full(len(places), np.nan)
        missing[there] = rows[column.name][places[there]]
        table[column.name] = missing
    for name in ("group", "symbol", "evidence", "why", "source", "evidence_source"):
        table[name] = np.array([getattr(gene, name) for gene in panel.genes], dtype=str)
    table["status"] = np.where(there, np.where(table["reliable"], OK, NOT_RELIABLE), NOT_IN_MODEL)
    return {column.name: table[column.name] for column in PANEL_COLUMNS}


def join_tables(tables: Sequence[GeneTable]) -> GeneTable:
    """Put tables with the same columns one under the other."""
    return {name: np.concatenate([table[name] for table in tables]) for name in tables[0]}


def write_csv(table: Mapping[str, np.ndarray], path: Path) -> None:
    """Write columns as UTF-8 CSV with LF endings; what is not known is an empty field.

    Args:
        table: arrays of one length, by column name.
        path: file to write.
    """
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(table)
        writer.writerows(zip(*(_fields(values) for values in table.values()), strict=True))


def _fields(values: np.ndarray) -> list[str]:
    if values.dtype == bool:
        return ["true" if value else "false" for value in values]
    if values.dtype.kind == "f":
        return ["" if np.isnan(value) else f"{value:.6g}" for value in values]
    return [str(value) for value in values]
