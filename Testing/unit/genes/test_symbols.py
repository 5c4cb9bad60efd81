from __future__ import annotations

import numpy as np

from RadioGenomicsLib.genes.symbols import current_symbol
from RadioGenomicsLib.genes.symbols import find_genes


def test_an_old_symbol_is_brought_up_to_date() -> None:
    assert current_symbol("H3F3A") == "H3-3A"
    assert current_symbol("KNTC2") == "NDC80"
    assert current_symbol("IDH1") == "IDH1"


def test_a_gene_is_found_under_its_old_and_its_current_symbol() -> None:
    assert find_genes(["IDH1", "H3F3A"], ["H3-3A", "H3F3A", "IDH1"]).tolist() == [1, 1, 0]
    assert find_genes(["H3-3A"], ["H3F3A"]).tolist() == [0]


def test_the_very_symbol_wins_over_another_name_of_it() -> None:
    assert find_genes(["H3F3A", "H3-3A"], ["H3-3A", "H3F3A"]).tolist() == [1, 0]


def test_a_gene_that_is_not_there_has_no_place() -> None:
    assert find_genes(np.array(["IDH1"]), ["TERT"]).tolist() == [-1]
