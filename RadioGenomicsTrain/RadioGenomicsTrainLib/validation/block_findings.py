"""What is found on one block of genes: its ladder, the rung whose genes are shown, and how it does within subtypes."""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Sequence
from dataclasses import asdict
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from RadioGenomicsLib.progress import Progress
from RadioGenomicsLib.progress import silent
from RadioGenomicsTrainLib.validation.array_cache import cached
from RadioGenomicsTrainLib.validation.cohort_data import Block
from RadioGenomicsTrainLib.validation.cohort_data import CohortData
from RadioGenomicsTrainLib.validation.cohort_data import ValidationSettings
from RadioGenomicsTrainLib.validation.correlation import pearson
from RadioGenomicsTrainLib.validation.fitted_rungs import RANDOM
from RadioGenomicsTrainLib.validation.fitted_rungs import fit_site_disjoint
from RadioGenomicsTrainLib.validation.folds import repeated_folds
from RadioGenomicsTrainLib.validation.ladder import Step
from RadioGenomicsTrainLib.validation.ladder import against
from RadioGenomicsTrainLib.validation.measured_rung import Measured
from RadioGenomicsTrainLib.validation.measured_rung import joint_from_arrays
from RadioGenomicsTrainLib.validation.nested_choice import Targets
from RadioGenomicsTrainLib.validation.nested_findings import ChosenFrom
from RadioGenomicsTrainLib.validation.nested_findings import NestedFindings
from RadioGenomicsTrainLib.validation.nested_findings import find_nested
from RadioGenomicsTrainLib.validation.rungs import CANDIDATES
from RadioGenomicsTrainLib.validation.within_strata import StratumScores
from RadioGenomicsTrainLib.validation.within_strata import within_strata


@dataclass(frozen=True, eq=False)
class BlockFindings:
    """What was found on one block.

    Attributes:
        block: its patients and targets.
        ladder: steps by family.
        shown: the rung whose single genes are shown, by family.
        site_disjoint_r: its correlations [T] with site-disjoint folds, by family; NaN where there are none.
        folds: the first of the random splits.
        within: its scores within subtypes, by family.
        nested: of the genes, with everything chosen in the folds; empty where there is nothing to choose from.
    """

    block: Block
    ladder: Mapping[str, Sequence[Step]]
    shown: Mapping[str, Measured]
    site_disjoint_r: Mapping[str, np.ndarray]
    folds: Sequence[np.ndarray]
    within: Mapping[str, Mapping[str, StratumScores]]
    nested: Sequence[NestedFindings] = ()


def decide(steps: Sequence[Step], settings: ValidationSettings, cache: Path) -> tuple[str, list[str]]:
    """Decide which rung is the default: a simpler one wins where its median r is at least as high.

    Args:
        steps: of the genes of the main block.
        settings: of the paired tests.
        cache: folder of earlier results.

    Returns:
        Name of the rung, and what the paired tests of the head that the bundle ships against simpler rungs say.
    """
    by_kind = {s.measured.fitted.rung.kind: s.measured for s in steps if s.measured.fitted.splits == RANDOM}
    default = by_kind["default"]
    winner, notes = default, []
    for kind in CANDIDATES:
        if kind == "default" or kind not in by_kind:
            continue
        if np.array_equal(by_kind[kind].scored, default.scored):
            notes.append(f"The default is {by_kind[kind].fitted.rung.name}: its predictions are the same.")
            continue
        simpler = by_kind[kind]
        found = against(default, simpler, settings, cache)
        notes.append(
            f"Default against {simpler.fitted.rung.name}: median r {found.delta_median_r:+.3f} "
            f"({found.low:+.3f} to {found.high:+.3f}), p {found.p:.2g}."
        )
        if simpler.summary.median_r >= winner.summary.median_r:
            winner = simpler
    if winner is not default:
        notes.insert(
            0, f"A simpler rung does as well as the shipped head, and is the default: {winner.fitted.rung.name}."
        )
    return winner.fitted.rung.name, notes


def gather(
    data: CohortData,
    block: Block,
    ladder: Mapping[str, Sequence[Step]],
    rung: str,
    settings: ValidationSettings,
    cache: Path,
    progress: Progress = silent,
) -> BlockFindings:
    """Gather what is shown of a block.

    Args:
        data: the cohort.
        block: of it.
        ladder: the block's steps by family.
        rung: whose genes are shown; a family that it cannot predict shows the default head.
        settings: of folds and permutations.
        cache: folder of earlier results.
        progress: told now and then.
    """
    shown, apart, within = {}, {}, {}
    strata = data.strata[block.rows]
    for family in block.families:
        by_name = {
            s.measured.fitted.rung.name: s.measured for s in ladder[family.name] if s.measured.fitted.splits == RANDOM
        }
        measured = by_name.get(rung) or next(m for m in by_name.values() if m.fitted.rung.kind == "default")
        shown[family.name] = measured
        other = fit_site_disjoint(data, block, measured.fitted.rung, settings)
        unknown = np.full(family.y.shape[1], np.nan)
        apart[family.name] = unknown if other is None else pearson(family.y, other.scored(family))
        if measured.fitted.h is not None and len(np.unique(strata[strata != ""])) > 1:
            within[family.name] = _within(measured, strata, settings, cache, progress)
    folds = repeated_folds(len(block.rows), settings.folds, settings.repeats, settings.seed)[0]
    genes = block.families[0]
    targets = Targets(genes.y, genes.subtype_levels, genes.programmes)
    given = ChosenFrom.of(data)
    nested = find_nested(given and given.take(block.rows), targets, settings, cache, progress)
    return BlockFindings(block, ladder, shown, apart, folds, within, nested)


def _within(
    measured: Measured, strata: np.ndarray, settings: ValidationSettings, cache: Path, progress: Progress
) -> dict[str, StratumScores]:
    fitted, family = measured.fitted, measured.family
    y, head, given = family.y, fitted.head(family), fitted.fitted_to(family)
    count, seed = settings.permutations, settings.seed

    def make() -> dict[str, np.ndarray]:
        found = within_strata(
            y,
            head,
            strata.tolist(),
            fitted_to=given,
            n_permutations=count,
            seed=seed,
            device=settings.device,
            progress=progress,
        )
        arrays = {"labels": np.array(list(found)), "sizes": np.array([one.n for one in found.values()])}
        for number, one in enumerate(found.values()):
            arrays |= {f"{number}.{name}": value for name, value in asdict(one.max_t).items()}
        return arrays

    kept = cached(cache, "within", [y, *head.parts(), given, strata.tolist(), count, seed], make)
    scores = {}
    for number, (label, n) in enumerate(zip(kept["labels"].tolist(), kept["sizes"].tolist(), strict=True)):
        own = {name.partition(".")[2]: value for name, value in kept.items() if name.startswith(f"{number}.")}
        scores[label] = StratumScores(n, joint_from_arrays(own))
    return scores
