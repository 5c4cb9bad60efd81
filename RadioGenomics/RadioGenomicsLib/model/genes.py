"""The genes a bundle predicts, and how well it was seen to predict each of them."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from dataclasses import fields
from pathlib import Path

import numpy as np

from RadioGenomicsLib.errors import BundleError


@dataclass(frozen=True)
class GeneIndex:
    """One entry per gene, in the order of the head's outputs.

    Attributes:
        symbol: HGNC symbol.
        ensembl_id: without version; empty where unknown.
        unit: of ``mean`` and ``sd``: "log2 RSEM", or "z" for genes that were only to be had as z-scores.
        mean, sd: of the training patients, in ``unit``.
        cv_r: cross-validated correlation of predicted and measured expression; NaN where the gene hardly varies. In
            bundles with ``expected_r``, everything was chosen inside the folds.
        cv_p: its p-value from the null of the validation, which the card names.
        cv_p_adjusted: family-wise p-value over all genes of its matrix (step-down max-T).
        interval_half_width: of the 90 % interval, in training standard deviations.
        reliable: whether ``cv_p_adjusted`` is at most 0.05.
        expected_r: correlation to be expected in new patients, ``cv_r`` drawn toward the mean of all genes; None in
            bundles that were made before it was measured.
        expected_r_low, expected_r_high: its 95 % interval.
    """

    symbol: np.ndarray
    ensembl_id: np.ndarray
    unit: np.ndarray
    mean: np.ndarray
    sd: np.ndarray
    cv_r: np.ndarray
    cv_p: np.ndarray
    cv_p_adjusted: np.ndarray
    interval_half_width: np.ndarray
    reliable: np.ndarray
    expected_r: np.ndarray | None = None
    expected_r_low: np.ndarray | None = None
    expected_r_high: np.ndarray | None = None

    def __len__(self) -> int:
        return len(self.symbol)


# The others are empty where they could not be measured.
_ALWAYS_KNOWN = ("mean", "sd")
_TEXT = ("symbol", "ensembl_id", "unit")
# Bundles that were made before they were measured lack all of them.
EXPECTED = ("expected_r", "expected_r_low", "expected_r_high")


def write_genes(genes: GeneIndex, path: Path) -> None:
    """Write the index as CSV; numbers with six digits, NaN as an empty field."""
    names = [field.name for field in fields(genes) if getattr(genes, field.name) is not None]
    with path.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(names)
        for row in zip(*(getattr(genes, name) for name in names), strict=True):
            writer.writerow([_written(value) for value in row])


def read_genes(path: Path) -> GeneIndex:
    """Read the index.

    Raises:
        BundleError: a column is missing, a gene has no or another's name, or a value is not what the column holds.
    """
    names = [field.name for field in fields(GeneIndex)]
    try:
        with path.open(newline="", encoding="utf-8") as stream:
            reader = csv.DictReader(stream)
            rows = list(reader)
        if not set(EXPECTED) & set(reader.fieldnames or ()):
            names = [name for name in names if name not in EXPECTED]
        columns = {name: [row[name] for row in rows] for name in names}
        genes = GeneIndex(**{name: _read(name, column) for name, column in columns.items()})
    except (KeyError, ValueError, OSError, csv.Error) as error:
        raise BundleError(path, f"the gene list cannot be read ({error})", "Get the bundle again.") from error
    wrong = [name for name in _ALWAYS_KNOWN if not np.isfinite(getattr(genes, name)).all()]
    if wrong:
        raise BundleError(path, f"a value of {wrong[0]} is missing", "Get the bundle again.")
    if not genes.symbol.all() or len(set(genes.symbol.tolist())) < len(genes):
        raise BundleError(path, "a gene has no name, or the name of another one", "Get the bundle again.")
    return genes


def _written(value: object) -> str:
    if isinstance(value, (bool, np.bool_)):
        return "yes" if value else "no"
    if isinstance(value, (float, np.floating)):
        return f"{value:.6g}" if np.isfinite(value) else ""
    return str(value)


def _read(name: str, column: list[str | None]) -> np.ndarray:
    if None in column:
        raise ValueError(f"a row ends before {name}")
    if name in _TEXT:
        return np.array(column, dtype=str)
    if name == "reliable":
        return np.array([value == "yes" for value in column])
    numbers = np.array([float(value) if value else np.nan for value in column])
    if np.isinf(numbers).any():
        raise ValueError(f"{name} is infinite")
    return numbers
