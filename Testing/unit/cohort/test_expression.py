"""Expression tables: reading, joining, and blocks of genes measured in the same patients."""

from __future__ import annotations

import gzip
from pathlib import Path

import numpy as np
import pytest

from RadioGenomicsLib.errors import InputError
from RadioGenomicsTrainLib.cohort.expression import ExpressionMatrix
from RadioGenomicsTrainLib.cohort.expression import join_genes
from RadioGenomicsTrainLib.cohort.expression import read_expression
from RadioGenomicsTrainLib.cohort.gene_ids import load_gene_names

TABLE = (
    "gene|entrez\tTCGA-CS-4941-01\tTCGA-CS-4942-01\tTCGA-CS-4942-11\nZFYVE20|64145\t1.5\tNA\t9\nTP53|7157\t-7\t2\t9\n"
)


def write(path: Path, text: str) -> Path:
    """Write a table, gzipped if its name says so."""
    data = text.encode()
    path.write_bytes(gzip.compress(data) if path.suffix == ".gz" else data)
    return path


def matrix(patients: str, genes: str, unit: str, start: float = 0.0) -> ExpressionMatrix:
    """Return a small complete matrix; each letter is a patient or a gene."""
    values = start + np.arange(float(len(patients) * len(genes))).reshape(len(patients), len(genes))
    return ExpressionMatrix(values, tuple(patients), tuple(genes), ("",) * len(genes), (unit,) * len(genes))


@pytest.mark.parametrize("name", ["x.tsv", "x.tsv.gz", "x.csv"])
def test_genes_by_samples_become_patients_by_genes(tmp_path: Path, name: str) -> None:
    text = TABLE.replace("\t", ",") if "csv" in name else TABLE
    read, dropped = read_expression(write(tmp_path / name, text), "log2 RSEM", load_gene_names())
    assert read.patients == ("TCGA-CS-4941", "TCGA-CS-4942")
    assert read.symbols == ("RBSN", "TP53")
    assert read.ensembl_ids == ("ENSG00000131381", "ENSG00000141510")
    assert read.units == ("log2 RSEM", "log2 RSEM")
    assert read.values == pytest.approx(np.array([[1.5, -7], [np.nan, 2]]), nan_ok=True)
    assert [one.subject for one in dropped] == ["TCGA-CS-4942-11"]


def test_samples_by_genes_are_read_the_same(tmp_path: Path) -> None:
    text = "SAMPLE_ID,ZFYVE20,TP53\nTCGA-CS-4941-01,1.5,3\nTCGA-CS-4942-01,,2\n"
    read, _ = read_expression(write(tmp_path / "x.csv", text), "RSEM", load_gene_names())
    assert read.symbols == ("RBSN", "TP53")
    assert read.values == pytest.approx(np.array([[1.5, 3], [np.nan, 2]]), nan_ok=True)


def test_clipping_bounds_heavy_tails_and_leaves_the_rest(tmp_path: Path) -> None:
    read, _ = read_expression(write(tmp_path / "x.tsv", TABLE), "z", load_gene_names(), clip=3)
    assert read.values == pytest.approx(np.array([[1.5, -3], [np.nan, 2]]), nan_ok=True)


def test_logarithms_of_a_table_are_taken_when_asked_for(tmp_path: Path) -> None:
    path = write(tmp_path / "x.tsv", TABLE.replace("-7", "7"))
    read, _ = read_expression(path, "log2 RSEM", load_gene_names(), log2=True)
    assert read.values == pytest.approx(np.log2(np.array([[2.5, 8], [np.nan, 3]])), nan_ok=True)
    with pytest.raises(InputError, match="negative values"):
        read_expression(write(tmp_path / "y.tsv", TABLE), "log2 RSEM", load_gene_names(), log2=True)


def test_raw_levels_are_refused_as_logarithms(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no logarithms"):
        read_expression(write(tmp_path / "x.tsv", TABLE.replace("-7", "1500")), "log2 RSEM", load_gene_names())


@pytest.mark.parametrize(("unit", "told"), [("log2 TPM", 1), ("log2(TPM + 0.001)", 0)])
def test_what_was_added_before_the_logarithm_is_told_unless_the_unit_says_it(
    tmp_path: Path, unit: str, told: int
) -> None:
    path = write(tmp_path / "x.tsv", TABLE.replace("-7", "-9.9658"))
    read, dropped = read_expression(path, unit, load_gene_names())
    assert read.values[0].tolist() == [1.5, -9.9658]
    reasons = [one.reason for one in dropped if one.kind == "reading"]
    assert reasons == ["0.001 was added before the logarithm: zeros are -9.9658"] * told


def test_a_table_without_a_primary_tumor_is_refused(tmp_path: Path) -> None:
    path = write(tmp_path / "x.tsv", "gene\tTCGA-CS-4941-11A\nTP53\t3\n")
    with pytest.raises(InputError, match="no primary tumor"):
        read_expression(path, "log2 RSEM", load_gene_names())


def test_a_table_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"absent\.tsv"):
        read_expression(tmp_path / "absent.tsv", "z", load_gene_names())


def test_joining_keeps_the_first_matrix_and_adds_only_new_genes_and_patients() -> None:
    joined = join_genes(matrix("pq", "AB", "log2 RSEM"), matrix("qr", "BC", "z", start=10))
    assert joined.patients == ("p", "q", "r")
    assert joined.symbols == ("A", "B", "C")
    assert joined.units == ("log2 RSEM", "log2 RSEM", "z")
    nan = np.nan
    assert joined.values == pytest.approx(np.array([[0, 1, nan], [2, 3, 11], [nan, nan, 13]]), nan_ok=True)


def test_blocks_are_complete_and_hold_every_measured_gene_once() -> None:
    joined = join_genes(matrix("pqr", "ABC", "log2 RSEM"), matrix("qrs", "DE", "z"))
    (patients, genes), (z_patients, z_genes) = joined.complete_blocks()
    assert (patients.tolist(), genes.tolist()) == ([0, 1, 2], [0, 1, 2])
    assert (z_patients.tolist(), z_genes.tolist()) == ([1, 2, 3], [3, 4])
    assert all(np.isfinite(joined.values[np.ix_(*block)]).all() for block in joined.complete_blocks())


def test_patients_without_expression_get_a_row_of_nothing() -> None:
    chosen = matrix("pq", "AB", "z").for_patients(["q", "x"])
    assert chosen.patients == ("q", "x")
    assert chosen.values == pytest.approx(np.array([[2, 3], [np.nan, np.nan]]), nan_ok=True)


def test_genes_are_chosen_by_position_or_mask() -> None:
    whole = matrix("pq", "ABC", "z")
    assert whole.for_genes([2, 0]).symbols == ("C", "A")
    assert whole.for_genes(np.array([False, True, False])).values.tolist() == [[1], [4]]


@pytest.mark.parametrize(
    ("name", "unit", "patients", "genes"),
    [
        ("TCGA-LGG.rnaseq_log2rsem.tsv.gz", "log2 RSEM", 489, 2127),
        ("TCGA-GBM.rnaseq_zscores.tsv.gz", "z", 90, 1544),
        ("TCGA-GBM.microarray_ClaNC840.txt", "log2 ratio", 173, 840),
        ("TCGA-GBM_20samples_log2TPM1_21022genes.tsv.gz", "log2 TPM", 20, 19946),
        ("TCGA_BRCA_5rows_logTPM_20820genes_sequoia_ref_file.csv", "log TPM", 3, 20817),
        ("TCGA_LGG_3samples_RSEM_20524genes.csv", "RSEM", 3, 20483),
    ],
)
def test_real_tables_of_every_form_are_read(data_root: Path, name: str, unit: str, patients: int, genes: int) -> None:
    read, _ = read_expression(data_root / "expression" / name, unit, load_gene_names())
    assert read.values.shape == (patients, genes)
    assert len(set(read.symbols)) == genes
    assert np.isfinite(read.values).mean() > 0.99


@pytest.mark.parametrize(
    ("name", "unit"),
    [
        ("TCGA-GBM.rnaseq_zscores.tsv.gz", "log2 RSEM"),
        ("TCGA-LGG_19samples_log2TPM1_21022genes.tsv.gz", "z"),
        ("TCGA-LGG_19samples_log2TPM1_21022genes.tsv.gz", "TPM"),
    ],
)
def test_a_real_table_with_the_wrong_unit_is_refused(data_root: Path, name: str, unit: str) -> None:
    with pytest.raises(InputError, match="its unit is said to be"):
        read_expression(data_root / "expression" / name, unit, load_gene_names())
