"""Compare gene heads on TCGA-LGG in one run: the shipped default, its parts, and clinical variables alone.

Every row has the same patients, folds, null and permutations. Run after ``radiogenomics-train bundle``:

    python Testing/benchmarks/lgg_gene_heads.py --work WORK [--data DIR] > table.md
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable
from pathlib import Path

import numpy as np

from RadioGenomicsTrainLib.cohort.expression import read_expression
from RadioGenomicsTrainLib.cohort.gene_ids import load_gene_names
from RadioGenomicsTrainLib.cohort.manifest import Cohort
from RadioGenomicsTrainLib.cohort.manifest import load_cohort
from RadioGenomicsTrainLib.training.build import BuildSettings
from RadioGenomicsTrainLib.training.encoder_validation import describe_patient
from RadioGenomicsTrainLib.training.gene_targets import GeneBlock
from RadioGenomicsTrainLib.training.gene_targets import gene_blocks
from RadioGenomicsTrainLib.training.gene_validation import HeadSettings
from RadioGenomicsTrainLib.training.gene_validation import validate_block
from RadioGenomicsTrainLib.training.prepared_cohort import prepare_cohort
from RadioGenomicsTrainLib.training.subtype_validation import subtype_areas

_APPEARANCE = ("T1_", "FLAIR_", "T1c_", "uptake_", "bright_", "dark_", "fluid_")


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--work", type=Path, required=True, help="the work folder of radiogenomics-train bundle")
    parser.add_argument("--data", type=Path, default=os.environ.get("RADIOGENOMICS_DATA"))
    options = parser.parse_args()
    settings = BuildSettings()
    cohort = load_cohort("tcga-lgg", options.data)
    prepared, _ = prepare_cohort(cohort, settings.preprocessing, options.work / "prepared")
    described = [describe_patient(patient, settings.preprocessing, patient.tumor) for patient in prepared.values()]
    traits = [patient.traits for patient in cohort.patients if patient.id in prepared]
    predictors = _predictors(described) | {"age, sex, grade": _clinical(traits)}
    predictors["descriptors and age, sex, grade"] = np.hstack(
        [predictors["all descriptors (default)"], predictors["age, sex, grade"]]
    )
    blocks = _blocks(cohort, list(prepared), options.data)
    heading = "| predictor | " + " | ".join(f"{title}: median r, best 100, > 0.3, HS, max-T" for title in blocks)
    print(heading + " | AUC IDH-wt | AUC 1p/19q |")
    print("|---" * (len(blocks) + 3) + "|")
    for name, embedding in predictors.items():
        cells = [_row(block, embedding, settings.head) for block in blocks.values()]
        areas = subtype_areas(traits, embedding, settings.head)
        print(
            f"| {name} | {' | '.join(cells)} | {' | '.join(str(area['auc']) for area in areas.values())} |", flush=True
        )


def _predictors(described: list[dict[str, float]]) -> dict[str, np.ndarray]:
    def chosen(keep: Callable[[str], bool]) -> np.ndarray:
        return np.array([[value for name, value in one.items() if keep(name)] for one in described], dtype=float)

    return {
        "all descriptors (default)": chosen(lambda name: True),
        "location and shape": chosen(lambda name: not name.startswith(_APPEARANCE)),
        "tumor signal, texture, uptake": chosen(lambda n: n.startswith(_APPEARANCE) and "_brain_" not in n),
        "brain around the tumor": chosen(lambda n: "_brain_" in n or n in ("FLAIR_fluid_share", "T1_fluid_share")),
        "volume alone": chosen(lambda name: name == "log_volume_share"),
    }


def _clinical(traits: list) -> np.ndarray:
    def number(value: float | None) -> float:
        return np.nan if value is None else float(value)

    return np.array(
        [[number(t.age), number(None if t.sex is None else t.sex == "male"), number(_grade(t.grade))] for t in traits]
    )


def _grade(grade: str | None) -> float | None:
    return None if grade is None else float(grade.endswith("3"))


def _blocks(cohort: Cohort, patients: list[str], data: Path) -> dict[str, GeneBlock]:
    blocks, _ = gene_blocks(cohort.all_expression.for_patients(patients))
    source = next(one for one in cohort.description.expression if one.unit == "z")
    whole, _ = read_expression(source.path, "z", load_gene_names(), source.clip)
    z_blocks, _ = gene_blocks(whole.for_patients(patients))
    chosen = {"log2 RSEM": blocks[0], "z-scores, whole table": z_blocks[0]}
    return {f"{title} ({len(b.rows)} x {len(b.mean):,})": b for title, b in chosen.items()}


def _row(block: GeneBlock, embedding: np.ndarray, settings: HeadSettings) -> str:
    summary = validate_block(block, embedding, settings).head.summary
    share, permuted = 100 * summary.share_above_03, 100 * summary.share_above_03_permuted
    return (
        f"{summary.median_r:.3f}, {summary.best_100_mean_r:.3f}, {share:.1f} % ({permuted:.1f} permuted), "
        f"{summary.parametric_holm_sidak}, {summary.max_t}"
    )


if __name__ == "__main__":
    main()
