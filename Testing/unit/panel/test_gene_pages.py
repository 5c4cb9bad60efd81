from __future__ import annotations

import time

import numpy as np
import pytest


def gene_rows(count: int) -> dict[str, np.ndarray]:
    random = np.random.default_rng(4)
    z = random.normal(0, 1, count)
    r = random.uniform(-0.2, 0.6, count)
    if count > 3:
        r[3] = np.nan
    return {
        "symbol": np.array([f"GENE{n}" for n in range(count)]),
        "ensembl_id": np.array([f"ENSG{n:011d}" for n in range(count)]),
        "predicted_z": z,
        "predicted_log2": np.where(np.arange(count) % 2 == 0, 8 + z, np.nan),
        "interval_low": z - 1.6,
        "interval_high": z + 1.6,
        "percentile": random.uniform(0, 100, count),
        "cv_r": r,
        "cv_p_adjusted": np.clip(0.6 - r, 0, 1),
        "reliable": np.nan_to_num(r) > 0.45,
    }


@pytest.fixture
def pages():
    from RadioGenomicsLib.panel.gene_pages import GenePages

    return GenePages(gene_rows(120))


def symbols(page) -> list[str]:
    return [row.cells[0] for row in page.rows]


def test_a_page_holds_fifty_rows_and_the_best_predicted_come_first(pages) -> None:
    page = pages.page()
    assert len(page.rows) == 50
    assert (page.number, page.pages, page.found, page.total) == (0, 3, 120, 120)
    shown = [float(row.cells[3].replace("−", "-")) for row in page.rows]
    assert shown == sorted(shown, reverse=True)


def test_turning_stops_at_the_ends(pages) -> None:
    pages.turn(7)
    assert pages.page().number == 2
    assert len(pages.page().rows) == 20
    pages.turn(-3)
    assert pages.page().number == 0


def test_a_search_finds_symbols_and_ids_and_begins_at_the_first_page(pages) -> None:
    pages.turn(2)
    pages.search("gene11", reliableOnly=False)
    assert pages.page().number == 0
    assert sorted(symbols(pages.page())) == sorted(["GENE11", *(f"GENE11{n}" for n in range(10))])
    assert symbols(pages.page())[0] == "GENE11"
    pages.search("ENSG00000000042", reliableOnly=False)
    assert symbols(pages.page()) == ["GENE42"]
    pages.search("no such gene", reliableOnly=False)
    assert (pages.page().rows, pages.page().pages) == ((), 1)


def test_an_earlier_symbol_finds_the_gene() -> None:
    from RadioGenomicsLib.panel.gene_pages import GenePages

    rows = gene_rows(2) | {"symbol": np.array(["H3-3A", "GFAP"])}
    pages = GenePages(rows)
    pages.search("H3F3A", reliableOnly=False)
    assert symbols(pages.page()) == ["H3-3A"]


def test_only_reliable_genes_can_be_shown(pages) -> None:
    pages.search("", reliableOnly=True)
    assert 0 < pages.page().found < 120
    assert all(row.reliable for row in pages.page().rows)


def test_sorting_again_turns_the_order_and_what_is_not_known_stays_last(pages) -> None:
    from RadioGenomicsLib.panel.gene_pages import SORT_KEYS

    pages.toggleSort(0)
    assert not pages.page().descending
    assert symbols(pages.page())[0] == "GENE0"
    pages.toggleSort(0)
    assert symbols(pages.page())[0] == "GENE99"
    for _ in range(2):
        pages.toggleSort(SORT_KEYS.index("cv_r"))
        pages.turn(2)
        assert symbols(pages.page())[-1] == "GENE3"
        assert "hardly varies" in pages.page().rows[-1].reason


def test_each_row_says_whether_and_why_it_can_be_relied_on(pages) -> None:
    pages.search("", reliableOnly=False)
    for row in pages.page().rows:
        assert row.reason.startswith("Reliable" if row.reliable else "Not reliable")


def test_a_whole_genome_is_searched_and_sorted_at_once() -> None:
    from RadioGenomicsLib.panel.gene_pages import GenePages

    pages = GenePages(gene_rows(31_793))
    began = time.perf_counter()
    pages.search("GENE1", reliableOnly=False)
    pages.toggleSort(1)
    pages.page()
    assert time.perf_counter() - began < 1.0
