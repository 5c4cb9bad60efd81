"""Expression matrices: patients x genes with units, read from the tables that TCGA sources publish."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from dataclasses import replace
from pathlib import Path

import numpy as np

from RadioGenomicsLib.errors import InputError
from RadioGenomicsTrainLib.cohort.barcode import is_barcode
from RadioGenomicsTrainLib.cohort.barcode import one_sample_per_patient
from RadioGenomicsTrainLib.cohort.dropped import Dropped
from RadioGenomicsTrainLib.cohort.gene_ids import GeneNames
from RadioGenomicsTrainLib.cohort.gene_ids import one_row_per_gene

_MISSING = ["", "NA", "NaN", "nan", "null"]


@dataclass(frozen=True, eq=False)
class ExpressionMatrix:
    """mRNA levels of n patients and G genes.

    Attributes:
        values: [n, G] float64; NaN where not measured.
        patients: n barcodes.
        symbols: G HGNC symbols, each once.
        ensembl_ids: G Ensembl IDs without version; empty where unknown.
        units: G units, such as "log2 RSEM" or "z".
    """

    values: np.ndarray
    patients: tuple[str, ...]
    symbols: tuple[str, ...]
    ensembl_ids: tuple[str, ...]
    units: tuple[str, ...]

    def __post_init__(self) -> None:
        shape = (len(self.patients), len(self.symbols))
        if self.values.shape != shape or not len(self.symbols) == len(self.ensembl_ids) == len(self.units):
            raise ValueError(f"values {self.values.shape} do not fit {shape[0]} patients and {shape[1]} genes")

    def for_patients(self, patients: Sequence[str]) -> ExpressionMatrix:
        """Return the rows of these patients, in this order; NaN for a patient without any."""
        row = {patient: index for index, patient in enumerate(self.patients)}
        index = np.array([row.get(patient, -1) for patient in patients], dtype=np.intp)
        padded = np.vstack([self.values, np.full((1, self.values.shape[1]), np.nan)])
        return replace(self, values=padded[index], patients=tuple(patients))

    def for_genes(self, index: Sequence[int] | np.ndarray) -> ExpressionMatrix:
        """Return the columns at these positions, or those of a boolean mask."""
        position = np.arange(len(self.symbols))[index]
        return replace(
            self,
            values=self.values[:, position],
            symbols=tuple(self.symbols[i] for i in position),
            ensembl_ids=tuple(self.ensembl_ids[i] for i in position),
            units=tuple(self.units[i] for i in position),
        )

    def complete_blocks(self) -> list[tuple[np.ndarray, np.ndarray]]:
        """Split the genes into blocks measured in the same patients.

        Returns:
            (patient indices, gene indices) of each block, whose values are complete; the block with most genes
            first. Genes measured in nobody are in no block.
        """
        known = np.isfinite(self.values)
        pattern, block_of_gene = np.unique(known.T, axis=0, return_inverse=True)
        blocks = [
            (np.flatnonzero(row), np.flatnonzero(block_of_gene.ravel() == number))
            for number, row in enumerate(pattern)
            if row.any()
        ]
        return sorted(blocks, key=lambda block: (-len(block[1]), block[1][0]))


def read_expression(
    path: Path, unit: str, gene_names: GeneNames, clip: float | None = None
) -> tuple[ExpressionMatrix, list[Dropped]]:
    """Read a table of genes x samples, or samples x genes, tab- or comma-separated, gzipped or not.

    Args:
        path: the table; the first row and the first column name samples and genes.
        unit: of the values.
        gene_names: look-ups for the gene names.
        clip: largest absolute value; None to leave the values as they are.

    Returns:
        One row per patient and one column per gene, in the order of the file; what was left out.

    Raises:
        InputError: not a table, no TCGA barcodes, infinite values, or a sample that stands twice.
    """
    samples, genes, values = _read_table(Path(path))
    if np.isinf(values).any():
        raise InputError(path, "it has infinite values", "Correct the table, or leave those cells empty.")
    chosen, dropped_samples = one_sample_per_patient(samples)
    rows, resolved, dropped_genes = one_row_per_gene(genes, gene_names)
    position = {name: index for index, name in enumerate(samples)}
    values = values[np.ix_([position[name] for name in chosen.values()], rows)]
    if clip is not None:
        values = np.clip(values, -clip, clip)
    matrix = ExpressionMatrix(
        values=values,
        patients=tuple(chosen),
        symbols=tuple(gene.symbol for gene in resolved),
        ensembl_ids=tuple(gene.ensembl_id for gene in resolved),
        units=(unit,) * len(resolved),
    )
    return matrix, dropped_samples + dropped_genes


def join_genes(first: ExpressionMatrix, second: ExpressionMatrix) -> ExpressionMatrix:
    """Join two matrices: all genes of the first, then those of the second that the first lacks.

    Patients are the union, the first matrix's in front; NaN where a matrix does not have the patient.
    """
    held = set(first.symbols)
    second = second.for_genes([i for i, symbol in enumerate(second.symbols) if symbol not in held])
    patients = tuple(dict.fromkeys(first.patients + second.patients))
    return ExpressionMatrix(
        values=np.hstack([first.for_patients(patients).values, second.for_patients(patients).values]),
        patients=patients,
        symbols=first.symbols + second.symbols,
        ensembl_ids=first.ensembl_ids + second.ensembl_ids,
        units=first.units + second.units,
    )


def _read_table(path: Path) -> tuple[list[str], list[str], np.ndarray]:
    """Return sample names, gene names and values [samples, genes]."""
    import pandas as pd

    separator = "," if path.name.removesuffix(".gz").endswith(".csv") else "\t"
    # "?" and "NA" may be names of genes, so only cells are searched for missing values.
    options = {"sep": separator, "header": None, "keep_default_na": False}
    try:
        across = pd.read_csv(path, nrows=1, dtype=str, **options).iloc[0, 1:].tolist()
        table = pd.read_csv(path, skiprows=1, dtype={0: str}, na_values=_MISSING, index_col=0, **options)
        values = table.to_numpy(dtype=np.float64)
        if values.shape[1] != len(across):
            raise ValueError(f"{len(across)} names above {values.shape[1]} columns")
    except (OSError, ValueError, EOFError, IndexError) as error:
        mend = "Give a table of numbers with genes as rows and samples as columns, or the other way round."
        raise InputError(path, f"this is no table of expression values ({error})", mend) from error
    down = [str(name) for name in table.index]
    if across and all(map(is_barcode, across)):
        return across, down, values.T
    if down and all(map(is_barcode, down)):
        return down, across, values
    raise InputError(path, "neither its columns nor its rows are TCGA barcodes", "Name samples as in TCGA-CS-4938-01.")
