"""Gene names of every kind to the symbols in use now."""

from __future__ import annotations

from pathlib import Path

import pytest

from RadioGenomicsLib.errors import InputError
from RadioGenomicsTrainLib.cohort.gene_ids import load_gene_names
from RadioGenomicsTrainLib.cohort.gene_ids import one_row_per_gene


@pytest.mark.parametrize(
    ("name", "symbol"),
    [
        ("IDH1", "IDH1"),
        ("ZFYVE20|64145", "RBSN"),
        ("unknown|90288", "EFCAB12"),
        ("?|90288", "EFCAB12"),
        ("ENTREZ_7157", "TP53"),
        ("ZFYVE20", "RBSN"),
        ("HLA_DRA", "HLA-DRA"),
        ("ENSG00000141510", "TP53"),
        ("ENSG00000141510.18", "TP53"),
        ("SEPT9|10801", "SEPTIN9"),
    ],
)
def test_every_kind_of_name_leads_to_the_symbol_in_use(name: str, symbol: str) -> None:
    assert load_gene_names().resolve(name).symbol == symbol


def test_the_ensembl_id_has_no_version() -> None:
    assert load_gene_names().resolve("IDH1|3417").ensembl_id == "ENSG00000138413"


def test_an_entrez_id_outweighs_the_symbol_beside_it() -> None:
    # In 2010 "MLL4" was KMT2B (Entrez 9757); later the name meant KMT2D.
    assert load_gene_names().resolve("MLL4|9757").symbol == "KMT2B"


def test_a_gene_with_a_withdrawn_entrez_id_keeps_its_own_name() -> None:
    names = ["KIAA0467|23334", "C1orf84|149469"]
    rows, genes, dropped = one_row_per_gene(names, load_gene_names())
    assert [gene.symbol for gene in genes] == ["SZT2", "C1orf84"]
    assert not dropped
    assert len(rows) == 2


@pytest.mark.parametrize("name", ["NOT-A-GENE", "ENSG09999999999", "unknown|0"])
def test_a_name_that_leads_nowhere_is_kept(name: str) -> None:
    assert load_gene_names().resolve(name).symbol == name


def test_the_row_with_the_approved_symbol_stands_for_the_gene() -> None:
    rows, genes, dropped = one_row_per_gene(["ZFYVE20", "TP53", "RBSN"], load_gene_names())
    assert rows.tolist() == [1, 2]
    assert [gene.symbol for gene in genes] == ["TP53", "RBSN"]
    assert [(one.subject, one.reason) for one in dropped] == [("ZFYVE20", "RBSN already stands for RBSN")]


def test_among_old_names_the_first_row_stands_for_the_gene() -> None:
    rows, _, dropped = one_row_per_gene(["ZFYVE20", "HLA_DRA", "ZFYVE20|64145"], load_gene_names())
    assert rows.tolist() == [0, 1]
    assert dropped[0].subject == "ZFYVE20|64145"


def test_a_damaged_table_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "genes.csv.gz"
    path.write_bytes(b"not gzip")
    with pytest.raises(InputError, match="cannot be read"):
        load_gene_names(path)


def test_a_name_that_stands_twice_is_listed_once() -> None:
    rows, _, dropped = one_row_per_gene(["TP53", "TP53"], load_gene_names())
    assert rows.tolist() == [0]
    assert [(one.subject, "several times" in one.reason) for one in dropped] == [("TP53", True)]


def test_a_gene_that_a_spreadsheet_made_a_date_is_left_out_unless_its_entrez_id_tells() -> None:
    rows, genes, dropped = one_row_per_gene(["1-Mar", "2-Sep|4735", "TP53"], load_gene_names())
    assert rows.tolist() == [1, 2]
    assert [gene.symbol for gene in genes] == ["SEPTIN2", "TP53"]
    assert [one.subject for one in dropped] == ["1-Mar"]
