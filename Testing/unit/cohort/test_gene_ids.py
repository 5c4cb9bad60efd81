"""Gene names of every kind to the symbols in use now."""

from __future__ import annotations

from pathlib import Path

import pytest

from RadioGenomicsLib.errors import InputError
from RadioGenomicsTrainLib.cohort.gene_ids import load_gene_names


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
        ("C10ORF90", "C10orf90"),
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


@pytest.mark.parametrize("name", ["NOT-A-GENE", "ENSG09999999999", "unknown|0"])
def test_a_name_that_leads_nowhere_is_kept(name: str) -> None:
    assert load_gene_names().resolve(name).symbol == name


def test_a_damaged_table_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "genes.csv.gz"
    path.write_bytes(b"not gzip")
    with pytest.raises(InputError, match="cannot be read"):
        load_gene_names(path)
