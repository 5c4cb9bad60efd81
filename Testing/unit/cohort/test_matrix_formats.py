"""Expression tables as people have them, and what is wrong with some."""

from __future__ import annotations

import gzip
from pathlib import Path

import numpy as np
import pytest

from RadioGenomicsLib.errors import InputError
from RadioGenomicsTrainLib.cohort.matrix_formats import RawMatrix
from RadioGenomicsTrainLib.cohort.matrix_formats import read_matrix
from RadioGenomicsTrainLib.cohort.patient_ids import TCGA

ONE, TWO = "TCGA-CS-4941-01A", "TCGA-CS-4942-01A"
PLAIN = f"gene\t{ONE}\t{TWO}\nTP53\t1.5\t2\nIDH1\tNA\t-3\n"


def read(folder: Path, text: str | bytes, leave_out: tuple[str, ...] = ()) -> RawMatrix:
    """Write a table under a name that says nothing, and read it."""
    path = folder / "table"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return read_matrix(path, TCGA, leave_out)


def check_plain(matrix: RawMatrix) -> None:
    assert matrix.samples == (ONE, TWO)
    assert matrix.genes == ("TP53", "IDH1")
    assert matrix.values == pytest.approx(np.array([[1.5, np.nan], [2, -3]]), nan_ok=True)


@pytest.mark.parametrize(
    "text",
    [
        PLAIN,
        PLAIN.replace("\t", ","),
        PLAIN.replace("\n", "\r\n"),
        "\ufeff" + PLAIN,
        "# made by somebody\n#1.2\n\n" + PLAIN,
        '"' + PLAIN.replace("\t", '"\t"').replace("\n", '"\n"').rstrip('"'),
        gzip.compress(PLAIN.encode()),
        PLAIN.encode("utf-16"),
        gzip.compress(PLAIN.encode("utf-16")),
        PLAIN.removeprefix("gene\t"),  # R's write.table names one column less
        f"sample\tTP53\tIDH1\n{ONE}\t1.5\tNA\n{TWO}\t2\t-3\n",
        f"file\tpatient\trna_TP53\trna_IDH1\nslide 1\t{ONE}\t1.5\tNA\nslide 2\t{TWO}\t2\t-3\n",
        f"gene\tdescription, in words\t{ONE}\t{TWO}\nTP53\ta, b\t1.5\t2\nIDH1\tc\tNA\t-3\n",
        PLAIN + "\t5\t6\n",
    ],
    ids=[
        "tabs", "commas", "Windows", "BOM", "comments", "quotes", "gzip", "UTF-16", "UTF-16, gzip",
        "R", "samples down", "slides", "described",
        "a row without a name",
    ],
)  # fmt: skip
def test_a_table_is_told_by_what_is_in_it(tmp_path: Path, text: str | bytes) -> None:
    check_plain(read(tmp_path, text))


def test_a_cbioportal_table_is_read_with_its_entrez_ids(tmp_path: Path) -> None:
    rows = "TP53\t7157\t1.5\t2\n\t100130426\t0\t1\nHSA-MIR\t-12\t3\t4\nA\t\t5\t6\n"
    text = f"Hugo_Symbol\tEntrez_Gene_Id\t{ONE}\t{TWO}\n{rows}"
    matrix = read(tmp_path, text)
    assert matrix.genes == ("TP53|7157", "|100130426", "HSA-MIR", "A")
    assert matrix.values[1].tolist() == [2, 1, 4, 6]


def test_a_xena_table_keeps_its_ensembl_ids(tmp_path: Path) -> None:
    matrix = read(tmp_path, f"Ensembl_ID\t{ONE}\nENSG00000141510.18\t4.2\nENSG00000182378.15_PAR_Y\t0\n")
    assert matrix.genes == ("ENSG00000141510.18", "ENSG00000182378.15_PAR_Y")


def test_genes_called_like_a_missing_value_keep_their_names(tmp_path: Path) -> None:
    assert read(tmp_path, f"gene\t{ONE}\nNA\t1\n?\t2\nnan\t3\n").genes == ("NA", "?", "nan")


def test_a_row_of_words_an_empty_sample_and_an_empty_gene_are_left_out_and_listed(tmp_path: Path) -> None:
    text = f"gene\t{ONE}\t{TWO}\tTCGA-CS-4943-01\nSubtype\tProneural\tClassical\tNA\nTP53\t1.5\t2\t\nX\t\t\t\n"
    matrix = read(tmp_path, text)
    assert (matrix.samples, matrix.genes) == ((ONE, TWO), ("TP53",))
    assert {one.subject: one.reason for one in matrix.dropped} == {
        "Subtype": "its row holds words, not numbers",
        "TCGA-CS-4943-01": "it has no value",
        "X": "it has no value",
    }


def test_a_sample_that_stands_twice_counts_once_if_its_values_agree(tmp_path: Path) -> None:
    matrix = read(tmp_path, f"sample\tTP53\tIDH1\n{ONE}\t1\t\n{ONE}\t1\t\n")
    assert matrix.samples == (ONE,)
    assert [(one.kind, one.subject) for one in matrix.dropped] == [("sample", ONE), ("gene", "IDH1")]


def test_what_is_neither_gene_nor_sample_can_be_left_out_by_name(tmp_path: Path) -> None:
    check_plain(read(tmp_path, PLAIN + "age\t40\t50\n", ("age",)))
    check_plain(read(tmp_path, f"s\tage\tTP53\tIDH1\n{ONE}\t40\t1.5\tNA\n{TWO}\t50\t2\t-3\n", ("age",)))
    with pytest.raises(InputError, match="'weight' to leave out"):
        read(tmp_path, PLAIN, ("weight",))


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "no table of expression"),
        (PLAIN.replace("\t", ";"), "semicolons"),
        (PLAIN.replace("\t", " "), "one column"),
        (PLAIN.replace("1.5", "1,5"), "decimal commas: the value of TP53 in TCGA-CS-4941-01A is '1,5'"),
        (PLAIN.replace("1.5", "high"), "the value of TP53 in TCGA-CS-4941-01A is 'high'"),
        (PLAIN.replace("1.5", "inf"), "infinite"),
        (PLAIN.replace("-3", "-3\t7"), "no table of expression"),
        (PLAIN.replace(TWO, ONE), "stands twice with different values"),
        (PLAIN.replace(TWO, "patient 3"), "TCGA barcodes, but not the column 'patient 3'"),
        (PLAIN.replace("TCGA", "TGCA"), "neither its columns nor its rows are TCGA barcodes"),
        (f"gene\t{ONE}\nTP53\t\n", "no number"),
        (f"gene\t{ONE}\n", "no table of expression"),
        (gzip.compress(PLAIN.encode())[:-12], "no table of expression"),
        (PLAIN.encode("utf-16-le"), "no table"),
    ],
    ids=[
        "empty", "semicolons", "spaces", "decimal comma", "word", "infinite", "ragged", "twice", "one wrong barcode",
        "all wrong", "no number", "no row", "cut off", "UTF-16 without a mark",
    ],
)  # fmt: skip
def test_a_table_that_is_wrong_is_refused_with_the_reason(tmp_path: Path, text: str | bytes, reason: str) -> None:
    with pytest.raises(InputError, match=reason):
        read(tmp_path, text)


@pytest.mark.parametrize("seed", range(10))
def test_a_table_reads_the_same_however_it_lies(tmp_path: Path, seed: int) -> None:
    rng = np.random.default_rng(seed)
    n, g = rng.integers(1, 6, 2)
    values = np.where(rng.random((n, g)) < 0.2, np.nan, rng.normal(0, 100, (n, g)).round(6))
    values[:, 0], values[0] = 1.0, 2.0
    samples = [f"TCGA-CS-{k:04d}-01A" for k in range(n)]
    genes = [f"G{k}" for k in range(g)]
    cells = [["" if np.isnan(v) else repr(float(v)) for v in row] for row in values]
    down = "\n".join([",".join(["id", *genes]), *(",".join([s, *row]) for s, row in zip(samples, cells, strict=True))])
    across = "\n".join(["\t".join(["id", *samples]), *("\t".join(row) for row in zip(genes, *cells, strict=True))])
    for text in (down, across):
        matrix = read(tmp_path, text)
        assert (matrix.samples, matrix.genes) == (tuple(samples), tuple(genes))
        assert np.array_equal(matrix.values, values, equal_nan=True)
