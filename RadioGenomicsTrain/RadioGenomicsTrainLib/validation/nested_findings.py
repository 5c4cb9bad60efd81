"""The nested figures of a block of genes: what an estimate is worth when nothing was chosen on the patients scored."""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Sequence
from dataclasses import dataclass
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from RadioGenomicsLib.progress import Progress
from RadioGenomicsLib.progress import silent
from RadioGenomicsLib.progress import within
from RadioGenomicsTrainLib.validation.array_cache import cached
from RadioGenomicsTrainLib.validation.choice_space import Choice
from RadioGenomicsTrainLib.validation.choice_space import space_of
from RadioGenomicsTrainLib.validation.cohort_data import CohortData
from RadioGenomicsTrainLib.validation.cohort_data import FitSets
from RadioGenomicsTrainLib.validation.cohort_data import ValidationSettings
from RadioGenomicsTrainLib.validation.correlation import pearson
from RadioGenomicsTrainLib.validation.expected_r import ExpectedR
from RadioGenomicsTrainLib.validation.expected_r import chance_spread
from RadioGenomicsTrainLib.validation.expected_r import expected_r
from RadioGenomicsTrainLib.validation.expected_r import fisher_z
from RadioGenomicsTrainLib.validation.fitted_rungs import RANDOM
from RadioGenomicsTrainLib.validation.fitted_rungs import SITE_DISJOINT
from RadioGenomicsTrainLib.validation.folds import repeated_folds
from RadioGenomicsTrainLib.validation.gene_scores import GeneScores
from RadioGenomicsTrainLib.validation.gene_scores import score_genes
from RadioGenomicsTrainLib.validation.joint_null import JointNull
from RadioGenomicsTrainLib.validation.joint_null import MaxT
from RadioGenomicsTrainLib.validation.nested_choice import NestedChoice
from RadioGenomicsTrainLib.validation.nested_choice import Targets
from RadioGenomicsTrainLib.validation.oof_matrix import Folds
from RadioGenomicsTrainLib.validation.oof_matrix import oof_mean_matrix
from RadioGenomicsTrainLib.validation.outcome_areas import OutcomeArea
from RadioGenomicsTrainLib.validation.outcome_areas import scored_area
from RadioGenomicsTrainLib.validation.paired import WIDENING
from RadioGenomicsTrainLib.validation.paired import bootstrapped_r
from RadioGenomicsTrainLib.validation.summary import Summary
from RadioGenomicsTrainLib.validation.summary import summarize

# Permutations kept in one file: an interrupted run loses no more.
_PER_FILE = 40
_THRESHOLD, _BEST = 0.3, 100
# Of fewer patients the inner folds of the training folds hold next to nobody.
_FEWEST = 20


@dataclass(frozen=True)
class Interval:
    """A 95 % bootstrap interval over patients, the predictions held fixed, widened as in :mod:`.paired`."""

    low: float
    high: float


@dataclass(frozen=True, eq=False)
class ChosenFrom:
    """What the nested procedure is given of a cohort's patients.

    Attributes:
        embedding: ``[n, d]``.
        groups: columns of each group of it, by name.
        sets: how kernels are made of sets of groups.
        sites: ``[n]``; empty where unknown.
        strata: molecular subtype ``[n]``; empty where unknown.
    """

    embedding: np.ndarray
    groups: Mapping[str, int]
    sets: FitSets
    sites: np.ndarray
    strata: np.ndarray

    @classmethod
    def of(cls, data: CohortData) -> ChosenFrom | None:
        """Return what is chosen from in a cohort; None where it has nothing to choose from."""
        if data.sets is None or not data.choose_from:
            return None
        return cls(data.features["default"], data.choose_from, data.sets, data.sites, data.strata)

    def take(self, rows: np.ndarray) -> ChosenFrom:
        """Return the same of some patients."""
        return replace(self, embedding=self.embedding[rows], sites=self.sites[rows], strata=self.strata[rows])


@dataclass(frozen=True, eq=False)
class NestedFindings:
    """What everything chosen in the folds comes to.

    Attributes:
        splits: whether outer folds may share a site.
        predicted: ``[n, T]`` out-of-fold predictions, the training-fold means included.
        scores: figures by target.
        summary: the row of figures.
        median_r, mean_r: their intervals; the point of the first is in the summary.
        mean: mean r.
        within_r: median r with the means of the subtypes taken off both sides; NaN without subtypes.
        expected: r in new patients.
        joint: permutations of the whole procedure; None for site-disjoint folds.
        chosen: by outer fold.
        for_everybody: what the procedure chooses on all patients.
        options: configurations compared.
    """

    splits: str
    predicted: np.ndarray
    scores: GeneScores
    summary: Summary
    median_r: Interval
    mean_r: Interval
    mean: float
    within_r: float
    expected: ExpectedR
    joint: MaxT | None
    chosen: Sequence[Choice]
    for_everybody: Choice
    options: int


def find_nested(
    given: ChosenFrom | None,
    targets: Targets,
    settings: ValidationSettings,
    cache: Path,
    progress: Progress = silent,
) -> list[NestedFindings]:
    """Run the nested procedure on folds by patient, and on folds that share no site where there are sites enough.

    Args:
        given: of the targets' patients ``[n]``; None where there is nothing to choose from.
        targets: what is predicted.
        settings: of folds, permutations and draws.
        cache: folder of earlier results; permutations are kept as they are made.
        progress: told after every outer fold.

    Returns:
        Findings by kind of folds; none where there is nothing to choose from, or fewer than 20 patients to choose by.
    """
    if given is None or len(targets.own) < _FEWEST:
        return []
    n, sites, strata = len(targets.own), given.sites, given.strata
    splits = repeated_folds(n, settings.folds, settings.repeats, settings.seed)
    procedure = _procedure(given, targets, splits, settings.seed)
    parts = [given.embedding, dict(given.groups), *_arrays(targets), settings.folds, settings.repeats, settings.seed]
    null_r = _permuted_r(procedure, targets.own, parts, settings, cache, within(progress, 0.1, 1.0))
    found = [_gather(procedure, RANDOM, targets.own, splits, strata, null_r, settings)]
    if len(np.unique(sites)) >= settings.folds:
        apart = repeated_folds(n, settings.folds, settings.repeats, settings.seed, groups=sites.tolist())
        other = _procedure(given, targets, apart, settings.seed)
        found.append(_gather(other, SITE_DISJOINT, targets.own, apart, strata, None, settings))
    return found


def nested_areas(data: CohortData, settings: ValidationSettings) -> list[OutcomeArea]:
    """Return the areas under the ROC curve with features, kernel and ridge chosen in the folds for each outcome."""
    known, given = np.flatnonzero(data.strata != ""), ChosenFrom.of(data)
    if given is None or len(known) < _FEWEST:
        return []
    given = given.take(known)
    splits, areas = repeated_folds(len(known), settings.folds, settings.repeats, settings.seed), []
    for title, name in data.outcomes.items():
        case = given.strata == name
        if min(case.sum(), (~case).sum()) < settings.folds:
            continue
        targets = Targets(case[:, None].astype(float))
        procedure = _procedure(given, targets, splits, settings.seed)
        areas.append(scored_area(title, case, procedure.predict().predicted[:, 0], settings.seed))
    return areas


def _procedure(given: ChosenFrom, targets: Targets, splits: Sequence[Folds], seed: int) -> NestedChoice:
    space = space_of(list(given.groups))
    return NestedChoice(targets, splits, given.sets(given.embedding, given.groups, space.sets), space, seed)


def _arrays(targets: Targets) -> list[Any]:
    """Return what decides the targets, with 0 for what there is not."""
    return [0 if one is None else one for one in (targets.own, targets.drawn, targets.programmes)]


def _permuted_r(
    procedure: NestedChoice,
    y: np.ndarray,
    parts: list[Any],
    settings: ValidationSettings,
    cache: Path,
    progress: Progress,
) -> np.ndarray:
    """Return r of every target under permutations of the patients, everything chosen anew ``[B, T]``."""
    count = min(settings.nested_permutations, settings.permutations)
    rng = np.random.default_rng(settings.seed)
    orders = np.array([rng.permutation(len(y)) for _ in range(count)]).reshape(count, len(y))
    edges = [*range(0, count, _PER_FILE), count]
    kept = []
    for low, high in pairwise(edges):
        told = within(progress, low / count, high / count)

        def make(some: np.ndarray = orders[low:high], told: Progress = told) -> dict[str, np.ndarray]:
            predicted = procedure.permuted(some, told)
            return {"r": np.array([pearson(y[order], predicted(i)) for i, order in enumerate(some)], np.float32)}

        kept.append(cached(cache, "nested", [*parts, procedure.options, orders[low:high]], make)["r"])
    return np.concatenate(kept) if kept else np.zeros((0, y.shape[1]), np.float32)


def _gather(
    procedure: NestedChoice,
    kind: str,
    y: np.ndarray,
    splits: Sequence[Folds],
    strata: np.ndarray,
    null_r: np.ndarray | None,
    settings: ValidationSettings,
) -> NestedFindings:
    found = procedure.predict()
    deviation, mean = found.predicted, oof_mean_matrix(len(y), splits) @ y
    scored = deviation if kind == RANDOM else mean + deviation
    fold_of = np.empty(len(y), dtype=int)
    for number, test in enumerate(splits[0]):
        fold_of[test] = number
    r = np.nan_to_num(pearson(y, scored))
    scores = score_genes(y, deviation, mean, fold_of)
    joint = None
    if null_r is not None and len(null_r):
        tally = JointNull(r, len(y), len(null_r), _THRESHOLD, _BEST)
        for one in null_r:
            tally.add(one[tally.order])
        joint = tally.result()
    draws = list(bootstrapped_r(y, scored, settings.comparison_draws, settings.seed))
    medians, means, mean_z = (
        np.concatenate([reduce(one) for one in draws])
        for reduce in (
            lambda one: np.median(one, axis=1),
            lambda one: one.mean(axis=1),
            lambda one: fisher_z(one).mean(axis=1),
        )
    )
    chance = chance_spread(null_r) if null_r is not None and len(null_r) > 1 and y.shape[1] > 1 else None
    better = scores.r2_oos > 0
    return NestedFindings(
        splits=kind,
        predicted=mean + deviation,
        scores=scores,
        summary=summarize(r, len(y), better, None, joint),
        median_r=_interval(float(np.median(r)), medians),
        mean_r=_interval(float(r.mean()), means),
        mean=float(r.mean()),
        within_r=_within(y, scored, strata),
        expected=expected_r(r, len(y), chance, WIDENING * float(mean_z.std())),
        joint=joint,
        chosen=found.chosen,
        for_everybody=procedure.for_everybody(),
        options=len(procedure.options),
    )


def _interval(point: float, draws: np.ndarray) -> Interval:
    low, high = np.quantile(point + WIDENING * (draws - draws.mean()), [0.025, 0.975])
    return Interval(float(low), float(high))


def _within(y: np.ndarray, predicted: np.ndarray, strata: np.ndarray) -> float:
    """Return the median r once every subtype's mean is taken off both sides; a subtype of one patient is left out."""
    names = [name for name in np.unique(strata[strata != ""]) if (strata == name).sum() > 1]
    if len(names) < 2:
        return float("nan")
    groups = [np.flatnonzero(strata == name) for name in names]
    centered = [np.concatenate([one[rows] - one[rows].mean(axis=0) for rows in groups]) for one in (y, predicted)]
    return float(np.median(np.nan_to_num(pearson(*centered))))
