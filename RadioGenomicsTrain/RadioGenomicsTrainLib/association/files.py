"""The files of an association: the pairs that stand out, and what they stand out from."""

from __future__ import annotations

import csv
import io
import json
import tempfile
from collections.abc import Mapping
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from RadioGenomicsLib.errors import OutputError
from RadioGenomicsLib.whole_outputs import file_written_whole
from RadioGenomicsTrainLib.association.pairs import Associations
from RadioGenomicsTrainLib.cohort.dropped import Dropped
from RadioGenomicsTrainLib.cohort.dropped import summed_up

TABLE, SUMMARY = "associations.csv", "summary.json"
RESEARCH_USE = "Research use only. An association is no cause, and was not confirmed in other patients."
# What was correlated: how a table's column "values" and the summary put it.
NORMAL_SCORES, PLAIN = "normal scores", "plain"
_VALUES = {
    NORMAL_SCORES: "rank-based inverse normal scores of features and genes (van der Waerden 1952)",
    PLAIN: "features as they are, genes standardized",
}
_COLUMNS = ("feature", "gene", "unit", "values", "n", "r", "r_low_95", "r_high_95", "t", "p", "q_bh", "p_family_wise")


@dataclass(frozen=True, eq=False)
class NamedAssociations:
    """What was found between named features and the genes of one expression table.

    Attributes:
        found: by column numbers.
        features, genes: names of the columns.
        unit: of the expression.
        patients: n that were tested.
        lacking: patients left out because a covariate is unknown.
        unknown: in how many patients each covariate is unknown.
        values: ``NORMAL_SCORES`` or ``PLAIN``.
        family_wise: where the family-wise p is from, in words.
        features_left_out, genes_left_out: reason by name.
    """

    found: Associations
    features: Sequence[str]
    genes: Sequence[str]
    unit: str
    patients: int
    lacking: int
    unknown: Mapping[str, int]
    values: str
    family_wise: str
    features_left_out: Mapping[str, str]
    genes_left_out: Mapping[str, str]


def check_writable(folder: Path) -> None:
    """Make the folder of the files, and see that they can be written before hours go into them.

    Raises:
        OutputError: they cannot, or a folder has the name of one of them.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise _unwritable(folder, error) from error
    for path in (folder / TABLE, folder / SUMMARY):
        if path.is_dir():
            raise OutputError(path, "it is a folder", "Move it away, or choose another work folder.")


def write_associations(
    results: Sequence[NamedAssociations],
    folder: Path,
    covariates: Sequence[str],
    alpha: float,
    dropped: Sequence[Dropped] = (),
) -> Path:
    """Write table and summary and return the table; an older pair is replaced when both are written.

    Args:
        results: one for each expression table.
        folder: where the files go.
        covariates: what was taken out.
        alpha: family-wise level of the pairs that are listed.
        dropped: what the cohort's tables lost before anything was tested.

    Raises:
        OutputError: they cannot be written; an older pair is still there.
    """
    summary = {
        "research_use": RESEARCH_USE,
        "covariates": list(covariates),
        "alpha": alpha,
        "tables": [_card(one, alpha) for one in results],
        "left_out": summed_up(dropped),
    }
    check_writable(folder)
    try:
        with file_written_whole(folder / SUMMARY) as card, file_written_whole(folder / TABLE) as table:
            card.write_text(json.dumps(summary, indent=1, ensure_ascii=False) + "\n", encoding="utf-8", newline="\n")
            table.write_text(_table(results), encoding="utf-8", newline="\n")
    except OSError as error:
        raise _unwritable(folder, error) from error
    return folder / TABLE


def _table(results: Sequence[NamedAssociations]) -> str:
    text = io.StringIO()
    text.write(f"# {RESEARCH_USE}\n")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(_COLUMNS)
    for one in results:
        found = one.found
        for i in range(len(found.r)):
            numbers = (found.r, found.low, found.high, found.t, found.p, found.q, found.p_family)
            names = one.features[found.feature[i]], one.genes[found.gene[i]]
            writer.writerow([*names, one.unit, one.values, one.patients, *(f"{column[i]:.6g}" for column in numbers)])
    return text.getvalue()


def _card(one: NamedAssociations, alpha: float) -> dict[str, Any]:
    found = one.found
    return {
        "unit": one.unit,
        "values": _VALUES[one.values],
        "family_wise_p": one.family_wise,
        "permutations": len(found.null_max),
        "patients": one.patients,
        "patients_without_a_covariate": one.lacking,
        "covariates_unknown": dict(one.unknown),
        "degrees_of_freedom": found.degrees,
        "features_tested": int(found.usable_features.sum()),
        "genes_tested": int(found.usable_genes.sum()),
        "pairs_tested": found.pairs,
        "pairs_p_at_most_alpha": found.below_alpha,
        "expected_by_chance": alpha * found.pairs,
        "pairs_q_at_most_alpha": found.discoveries,
        "pairs_family_wise": len(found.r),
        "features_left_out": dict(one.features_left_out),
        "genes_left_out": dict(one.genes_left_out),
    }


def _unwritable(folder: Path, error: OSError) -> OutputError:
    reason = f"the associations cannot be written ({error.strerror or error})"
    return OutputError(folder, reason, "Free space on the disk, or choose another work folder.")
