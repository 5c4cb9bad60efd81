"""Which row of an expression table stands for which gene."""

from __future__ import annotations

import pytest

from RadioGenomicsLib.errors import InputError
from RadioGenomicsTrainLib.cohort.gene_ids import load_gene_names
from RadioGenomicsTrainLib.cohort.gene_rows import GeneRows
from RadioGenomicsTrainLib.cohort.gene_rows import check_known
from RadioGenomicsTrainLib.cohort.gene_rows import one_row_per_gene


def read(*names: str) -> GeneRows:
    return one_row_per_gene(names, load_gene_names())


def symbols(rows: GeneRows) -> list[str]:
    return [gene.symbol for gene in rows.genes]


def test_a_gene_with_a_withdrawn_entrez_id_keeps_its_own_name() -> None:
    rows = read("KIAA0467|23334", "C1orf84|149469")
    assert symbols(rows) == ["SZT2", "C1orf84"]
    assert not rows.dropped
    assert rows.unknown == ("C1orf84|149469",)


def test_the_row_with_the_approved_symbol_stands_for_the_gene() -> None:
    rows = read("ZFYVE20", "TP53", "RBSN")
    assert rows.rows.tolist() == [1, 2]
    assert symbols(rows) == ["TP53", "RBSN"]
    assert [(one.subject, one.reason) for one in rows.dropped] == [("ZFYVE20", "RBSN already stands for RBSN")]


def test_among_old_names_the_first_row_stands_for_the_gene() -> None:
    rows = read("ZFYVE20", "HLA_DRA", "ZFYVE20|64145")
    assert rows.rows.tolist() == [0, 1]
    assert rows.dropped[0].subject == "ZFYVE20|64145"


def test_a_name_that_stands_twice_is_listed_once() -> None:
    rows = read("TP53", "TP53")
    assert rows.rows.tolist() == [0]
    assert [(one.subject, "several times" in one.reason) for one in rows.dropped] == [("TP53", True)]


def test_entrez_numbers_alone_lead_to_symbols_and_are_told() -> None:
    rows = read("7157", "1956.0", "3417", "EGFR")
    assert symbols(rows) == ["TP53", "IDH1", "EGFR"]
    assert [one.subject for one in rows.dropped] == ["1956.0"]
    assert symbols(read("7157", "99999999")) == ["TP53", "ENTREZ_99999999"]
    assert rows.notes == ("whole numbers were read as Entrez IDs (3 of 4 names)",)


@pytest.mark.parametrize("start", [0, 1])
def test_numbers_of_rows_are_no_entrez_ids(start: int) -> None:
    with pytest.raises(ValueError, match="number the rows"):
        read(*(str(start + n) for n in range(5)))


@pytest.mark.parametrize(
    "name",
    [
        "9-Sep",
        "09-Sep",
        "Sep-09",
        "9-sept",
        "9. Sep",
        "09.Sep.2021",
        "sept. 9",
        "2021-09-09",
        "9/9/21",
        "9月9日",
        "set-09",
    ],
)
def test_a_date_that_only_one_gene_can_have_been_is_this_gene(name: str) -> None:
    rows = read(name, "TP53")
    assert symbols(rows) == ["SEPTIN9", "TP53"]
    assert f"{name} as SEPTIN9" in rows.notes[0]
    assert not rows.dropped


@pytest.mark.parametrize(
    ("name", "possible"),
    [
        ("1-Mar", {"MTARC1", "MARCHF1"}),
        ("1. Mrz", {"MTARC1", "MARCHF1"}),
        ("1-mars", {"MTARC1", "MARCHF1"}),
        ("01/03/2021", {"MTARC1", "MARCHF1"}),
        ("2001/3/1", {"MTARC1", "MARCHF1"}),
        ("3/9/2021", {"SEPTIN3", "MARCHF9"}),  # day or month first
        ("2009-09-01 00:00:00", {"SEPTIN1", "SEPTIN9"}),  # Sep-09 is September 2009 to a spreadsheet
        ("44441", {"SEPTIN2", "SEPTIN3"}),  # days since 1900 or since 1904
        ("7-Oct", set()),
    ],
)
def test_a_date_that_several_genes_or_none_can_have_been_is_left_out_with_them(name: str, possible: set[str]) -> None:
    rows = read(name, "TP53", "EGFR")
    assert symbols(rows) == ["TP53", "EGFR"]
    (one,) = rows.dropped
    assert one.subject == name
    told = one.reason.partition("date, ")[2]
    assert set(told.split(" or ") if told else []) == possible
    assert rows.notes == (f"dates that a spreadsheet made of gene names were left out (1): {name}",)


def test_an_entrez_id_tells_what_a_date_was() -> None:
    assert symbols(read("2-Sep|4735", "1-Mar|55016", "TP53")) == ["SEPTIN2", "MARCHF1", "TP53"]


@pytest.mark.parametrize("name", ["SET-7", "?|155060", "HLA-DRA", "MIR-21", "DES-1", "AC004556.1"])
def test_names_that_look_a_little_like_dates_are_none(name: str) -> None:
    rows = read(name, "TP53")
    assert len(rows.genes) == 2
    assert not rows.dropped


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("N_unmapped", "counts reads"),
        ("N_noFeature", "counts reads"),
        ("__no_feature", "counts reads"),
        ("__alignment_not_unique", "counts reads"),
        ("too_low_aQual", "counts reads"),
        ("ERCC-00002", "spike-in"),
        ("2.31E+13", "into a number"),
        ("12345678", "no letter"),
        ("01.03", "no letter"),
        ("14-3-3", "no letter"),
        ("TP53.1", "it repeats TP53"),
    ],
)
def test_rows_that_are_no_genes_are_left_out_and_listed(name: str, reason: str) -> None:
    rows = read("TP53", "EGFR", name)
    assert symbols(rows) == ["TP53", "EGFR"]
    assert [(one.subject, reason in one.reason) for one in rows.dropped] == [(name, True)]


def test_a_table_of_names_that_are_mostly_unknown_is_refused_with_examples() -> None:
    check_known(read("TP53", "Trp53"), "table")
    with pytest.raises(InputError, match=r"only 1 of its 3 gene names are known.*'Trp53', 'Idh1x'"):
        check_known(read("TP53", "Trp53", "Idh1x"), "table")
    with pytest.raises(InputError, match="only 4 of its 9"):
        check_known(read("TP53", "EGFR", "IDH1", "PTEN", "Akt1", "Myc", "Kit", "Met", "Alk"), "table")
    with pytest.raises(InputError, match="only 0 of its 2"):
        check_known(read("ENSMUSG00000059552", "ENSMUSG00000020122"), "table")


def test_rows_that_are_no_genes_are_told() -> None:
    notes = read("TP53", "EGFR", "N_unmapped", "__no_feature").notes
    assert notes == ("rows that are no genes were left out (2): N_unmapped, __no_feature",)
