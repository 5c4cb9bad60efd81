"""Expression matrices: patients x genes with units, read from the tables that TCGA sources publish."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from dataclasses import replace
from pathlib import Path

import numpy as np

from RadioGenomicsLib.errors import InputError
from RadioGenomicsTrainLib.cohort.dropped import Dropped
from RadioGenomicsTrainLib.cohort.gdc import read_star_counts
from RadioGenomicsTrainLib.cohort.gene_ids import GeneNames
from RadioGenomicsTrainLib.cohort.gene_rows import check_known
from RadioGenomicsTrainLib.cohort.gene_rows import one_row_per_gene
from RadioGenomicsTrainLib.cohort.matrix_formats import read_matrix
from RadioGenomicsTrainLib.cohort.patient_ids import TCGA
from RadioGenomicsTrainLib.cohort.patient_ids import PatientIds
from RadioGenomicsTrainLib.cohort.units import added_before_logarithm
from RadioGenomicsTrainLib.cohort.units import check_unit


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
    path: Path,
    unit: str,
    gene_names: GeneNames,
    clip: float | None = None,
    ids: PatientIds = TCGA,
    leave_out: Sequence[str] = (),
    log2: bool = False,
) -> tuple[ExpressionMatrix, list[Dropped]]:
    """Read expression from what people have.

    A file is a table of genes x samples or samples x genes, tab- or comma-separated, gzipped or not: UCSC Xena,
    cBioPortal or plain, see :mod:`.matrix_formats`. A folder holds STAR counts of the GDC, one file per sample, of
    which the unit picks the column, see :mod:`.gdc`. Which sample stands for a patient is the rule of
    :func:`.barcode.one_sample_per_patient`, which row for a gene that of :func:`.gene_rows.one_row_per_gene`.

    Args:
        path: the table or the folder.
        unit: of the values returned: "log2 RSEM", "log2 TPM", "z".
        gene_names: look-ups for the gene names.
        clip: largest absolute value in the table; None to leave the values as they are.
        ids: how the source writes patients.
        leave_out: rows and columns of a table that are neither gene nor sample.
        log2: whether log2(x + 1) is taken of a table's values; always of STAR counts.

    Returns:
        One row per patient and one column per gene, in the order of the file; what was left out.

    Raises:
        InputError: nothing that can be read, no patients' names, infinite values, values that are not in the unit,
            genes most of which are not known, or a sample that stands twice with different values.
    """
    path = Path(path)
    raw = read_star_counts(path, unit) if path.is_dir() else read_matrix(path, ids, leave_out)
    chosen, dropped_samples = ids.one_sample_per_patient(raw.samples)
    if not chosen:
        raise InputError(path, "it holds no primary tumor", "Give a table with samples as in TCGA-CS-4938-01.")
    try:
        genes = one_row_per_gene(raw.genes, gene_names)
    except ValueError as error:
        raise InputError(path, str(error), "Put the genes' names into the first column.") from error
    position = {name: index for index, name in enumerate(raw.samples)}
    values = raw.values[np.ix_(np.array([position[name] for name in chosen.values()]), genes.rows)]
    if log2 and not path.is_dir():
        values = _logarithms(values, unit, path)
    check_unit(values, unit, path)
    check_known(genes, path)
    notes = [*genes.notes, *_note_on_added(values, unit)]
    if clip is not None:
        values = np.clip(values, -clip, clip)
    matrix = ExpressionMatrix(
        values=values,
        patients=tuple(chosen),
        symbols=tuple(gene.symbol for gene in genes.genes),
        ensembl_ids=tuple(gene.ensembl_id for gene in genes.genes),
        units=(unit,) * len(genes.genes),
    )
    told = [Dropped("reading", path.name, note) for note in notes]
    return matrix, [*raw.dropped, *dropped_samples, *genes.dropped, *told]


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


def _note_on_added(values: np.ndarray, unit: str) -> list[str]:
    added = added_before_logarithm(values) if "log" in unit.lower() else None
    return (
        []
        if added is None or "+" in unit
        else [f"{added:g} was added before the logarithm: zeros are {np.log2(added):.4f}"]
    )


def _logarithms(values: np.ndarray, unit: str, path: Path) -> np.ndarray:
    """Return log2(x + 1) of raw levels.

    Raises:
        InputError: they are no raw levels.
    """
    if (values < 0).any():
        mend = "Take log2 out of the cohort file if these are logarithms already."
        raise InputError(path, "it has negative values, so log2(x + 1) cannot be taken", mend)
    check_unit(values, unit.lower().removeprefix("log2").strip(), path)
    return np.log2(values + 1.0)
