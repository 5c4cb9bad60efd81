"""Rows of the table of cohorts from the record of a validation."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from RadioGenomicsTrainLib.validation.cohort_table import CohortRow
from RadioGenomicsTrainLib.validation.cohort_table import best_genes
from RadioGenomicsTrainLib.validation.cohort_table import seed_paper
from RadioGenomicsTrainLib.validation.cohort_table import verdict
from RadioGenomicsTrainLib.validation.record_card import not_whole
from RadioGenomicsTrainLib.validation.record_card import read_card


def rows_of_record(folder: Path) -> list[CohortRow]:
    """Return a cohort's rows, one for each block of genes, with the figures of the record's default rung.

    Args:
        folder: of a record, as :mod:`.record` writes it.

    Raises:
        InputError: there is no record, or it lacks what a row needs.
    """
    record = read_card(folder)
    try:
        ladder = _read_table(folder / "ladder.csv")
        return [_row(record, block, ladder, folder) for block in record["blocks"]]
    except (OSError, ValueError, KeyError, TypeError, AttributeError, StopIteration, csv.Error) as error:
        raise not_whole(folder, repr(error)) from error


def _row(record: Mapping[str, Any], block: Mapping[str, Any], ladder: list[dict[str, str]], folder: Path) -> CohortRow:
    rung = record["default_rung"]
    wanted = {"block": block["id"], "family": "genes", "rung": rung, "splits": "random"}
    line = next(one for one in ladder if wanted.items() <= one.items())
    r = [_number(one["r"]) for one in _read_table(folder / f"genes_{block['id']}.csv")]
    best, best_mean_r = best_genes(np.array(r, dtype=float))
    p, max_t = _number(line["share_above_03_p"]), _count(line["max_t"])
    made_from = record["provenance"]
    return CohortRow(
        cohort=record["cohort"]["id"],
        predictor=rung,
        unit=block["unit"],
        n=int(line["n"]),
        features=made_from.get("features", made_from.get("descriptors")),
        genes=int(line["tests"]),
        median_r=float(line["median_r"]),
        best=best,
        best_mean_r=best_mean_r,
        share_above_03=float(line["share_above_03"]),
        share_above_03_permuted=_number(line["share_above_03_permuted"]),
        share_above_03_p=p,
        parametric_holm_sidak=int(line["parametric_holm_sidak"]),
        oof_holm_sidak=_count(line["oof_holm_sidak"]),
        oof_benjamini_hochberg=_count(line["oof_benjamini_hochberg"]),
        max_t=max_t,
        seed_paper=seed_paper(record["cohort"]["id"]),
        verdict=verdict(max_t, p),
    )


def _read_table(path: Path) -> list[dict[str, str]]:
    with open(path, encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def _number(cell: str) -> float | None:
    return float(cell) if cell else None


def _count(cell: str) -> int | None:
    return int(cell) if cell else None
