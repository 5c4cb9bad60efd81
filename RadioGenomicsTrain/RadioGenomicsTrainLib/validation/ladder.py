"""Climb the ladder of one block of genes: every rung with the same patients, folds, figures and permutations."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from RadioGenomicsLib.fan_out import HERE
from RadioGenomicsLib.fan_out import Workers
from RadioGenomicsLib.progress import Progress
from RadioGenomicsLib.progress import silent
from RadioGenomicsLib.progress import within
from RadioGenomicsTrainLib.validation.array_cache import cached
from RadioGenomicsTrainLib.validation.cohort_data import Block
from RadioGenomicsTrainLib.validation.cohort_data import CohortData
from RadioGenomicsTrainLib.validation.cohort_data import Family
from RadioGenomicsTrainLib.validation.cohort_data import ValidationSettings
from RadioGenomicsTrainLib.validation.fitted_rungs import RANDOM
from RadioGenomicsTrainLib.validation.fitted_rungs import FittedRung
from RadioGenomicsTrainLib.validation.fitted_rungs import fit_rungs
from RadioGenomicsTrainLib.validation.measured_rung import Measured
from RadioGenomicsTrainLib.validation.measured_rung import measure
from RadioGenomicsTrainLib.validation.measuring import measure_all
from RadioGenomicsTrainLib.validation.paired import Comparison
from RadioGenomicsTrainLib.validation.paired import compare


@dataclass(frozen=True, eq=False)
class Step:
    """One rung and how much it is better than another.

    Attributes:
        measured: the rung.
        below: name of the rung below it that predicts otherwise; empty for the lowest.
        comparison: with that rung.
    """

    measured: Measured
    below: str = ""
    comparison: Comparison | None = None


def climb(
    data: CohortData,
    block: Block,
    settings: ValidationSettings,
    cache: Path,
    progress: Progress = silent,
    workers: Workers = HERE,
) -> dict[str, list[Step]]:
    """Measure every rung on every family of a block, each against the one below.

    Args:
        data: the cohort.
        block: patients and targets.
        settings: of everything.
        cache: folder of earlier results.
        progress: told now and then.
        workers: who holds the rungs against their nulls.

    Returns:
        By family, the steps in the order of the ladder; a rung with site-disjoint folds follows its own.
    """
    rungs = fit_rungs(data, block, settings)
    pairs = {
        _name(block, family, rung): (rung, family)
        for family in block.families
        for rung in rungs
        if family.name == "genes" or not rung.rung.stored
    }
    measure_all(pairs, settings, cache, workers, within(progress, 0.0, 0.8))
    steps: dict[str, list[Step]] = {family.name: [] for family in block.families}
    for number, (name, (rung, family)) in enumerate(pairs.items()):
        progress(0.8 + 0.2 * number / len(pairs), f"{name}: against the rung below")
        measured = measure(rung, family, settings, cache)
        lower = _rung_below(measured, steps[family.name])
        comparison = against(measured, lower, settings, cache) if lower else None
        steps[family.name].append(Step(measured, lower.fitted.rung.name if lower else "", comparison))
    return steps


def against(upper: Measured, lower: Measured, settings: ValidationSettings, cache: Path) -> Comparison:
    """Compare two rungs, of random folds both, on the same targets."""
    y = upper.family.y
    given = [y, upper.scored, lower.scored]
    parts = [*given, settings.comparison_draws, settings.seed]
    kept = cached(
        cache,
        "comparison",
        parts,
        lambda: asdict(compare(*given, n_draws=settings.comparison_draws, seed=settings.seed)),
    )
    return Comparison(**{name: value.item() for name, value in kept.items()})


def _rung_below(measured: Measured, steps: Sequence[Step]) -> Measured | None:
    """Return the last rung that predicts otherwise; site-disjoint folds have no rung below to be paired with."""
    for step in reversed(steps):
        below = step.measured
        if {measured.fitted.splits, below.fitted.splits} == {RANDOM} and not _same(measured, below):
            return below
    return None


def _same(first: Measured, second: Measured) -> bool:
    return np.array_equal(first.scored, second.scored)


def _name(block: Block, family: Family, rung: FittedRung) -> str:
    apart = "" if rung.splits == RANDOM else ", folds that share no site"
    return f"{block.unit}, {family.name}, {rung.rung.name}{apart}"
