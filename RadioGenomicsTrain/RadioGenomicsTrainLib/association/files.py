"""The files of an association: the pairs that stand out, and what they stand out from."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from RadioGenomicsLib.errors import OutputError
from RadioGenomicsLib.whole_outputs import file_written_whole
from RadioGenomicsTrainLib.association.pairs import Associations

TABLE, SUMMARY = "associations.csv", "summary.json"
RESEARCH_USE = "Research use only. An association is no cause, and was not confirmed in other patients."
_COLUMNS = ("feature", "gene", "unit", "n", "r", "r_low_95", "r_high_95", "t", "p", "q_bh", "p_family_wise")


@dataclass(frozen=True, eq=False)
class NamedAssociations:
    """What was found between named features and the genes of one expression table.

    Attributes:
        found: by column numbers.
        features, genes: names of the columns.
        unit: of the expression.
        patients: n that were tested.
        lacking: patients left out because a covariate is unknown.
    """

    found: Associations
    features: Sequence[str]
    genes: Sequence[str]
    unit: str
    patients: int
    lacking: int


def write_associations(
    results: Sequence[NamedAssociations], folder: Path, covariates: Sequence[str], alpha: float, permutations: int
) -> Path:
    """Write table and summary, each whole or not at all, and return the table.

    Raises:
        OutputError: they cannot be written.
    """
    text = io.StringIO()
    text.write(f"# {RESEARCH_USE}\n")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(_COLUMNS)
    for one in results:
        found = one.found
        for i in range(len(found.r)):
            numbers = (found.r, found.low, found.high, found.t, found.p, found.q, found.p_family)
            names = one.features[found.feature[i]], one.genes[found.gene[i]]
            writer.writerow([*names, one.unit, one.patients, *(f"{column[i]:.6g}" for column in numbers)])
    summary = {
        "research_use": RESEARCH_USE,
        "covariates": list(covariates),
        "alpha": alpha,
        "family_wise_p": f"max |r| of {permutations} permutations" if permutations else "Bonferroni",
        "tables": [_card(one, alpha) for one in results],
    }
    _write_whole(folder / SUMMARY, json.dumps(summary, indent=1, ensure_ascii=False) + "\n")
    _write_whole(folder / TABLE, text.getvalue())
    return folder / TABLE


def _card(one: NamedAssociations, alpha: float) -> dict[str, Any]:
    found = one.found
    return {
        "unit": one.unit,
        "patients": one.patients,
        "patients_without_a_covariate": one.lacking,
        "degrees_of_freedom": found.degrees,
        "pairs_tested": found.pairs,
        "pairs_p_at_most_alpha": found.below_alpha,
        "expected_by_chance": alpha * found.pairs,
        "pairs_q_at_most_alpha": found.discoveries,
        "pairs_family_wise": len(found.r),
        "features_left_out": [name for name, good in zip(one.features, found.usable_features, strict=True) if not good],
        "genes_left_out": [name for name, good in zip(one.genes, found.usable_genes, strict=True) if not good],
        "reason_left_out": "has gaps, or does not vary beyond the covariates",
    }


def _write_whole(path: Path, text: str) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with file_written_whole(path) as aside:
            aside.write_text(text, encoding="utf-8")
    except OSError as error:
        raise OutputError(path, f"the file cannot be written ({error})", "Check the folder and its space.") from error
