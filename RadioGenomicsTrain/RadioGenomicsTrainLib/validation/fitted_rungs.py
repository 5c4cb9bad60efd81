"""Fit the rungs of the ladder out of fold, on the same patients and folds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np

from RadioGenomicsTrainLib.validation.chosen_ridge import ChosenRidge
from RadioGenomicsTrainLib.validation.cohort_data import Block
from RadioGenomicsTrainLib.validation.cohort_data import CohortData
from RadioGenomicsTrainLib.validation.cohort_data import Family
from RadioGenomicsTrainLib.validation.cohort_data import Groups
from RadioGenomicsTrainLib.validation.cohort_data import StoredPrediction
from RadioGenomicsTrainLib.validation.cohort_data import ValidationSettings
from RadioGenomicsTrainLib.validation.folds import repeated_folds
from RadioGenomicsTrainLib.validation.heads import Head
from RadioGenomicsTrainLib.validation.heads import LinearHead
from RadioGenomicsTrainLib.validation.heads import ProgrammeHead
from RadioGenomicsTrainLib.validation.oof_matrix import Folds
from RadioGenomicsTrainLib.validation.oof_matrix import oof_mean_matrix
from RadioGenomicsTrainLib.validation.rungs import RUNGS
from RadioGenomicsTrainLib.validation.rungs import Rung
from RadioGenomicsTrainLib.validation.stacking import Stack

RANDOM, SITE_DISJOINT = "random", "site_disjoint"


@dataclass(frozen=True, eq=False)
class FittedRung:
    """One rung, fitted out of fold on the patients of one block.

    Attributes:
        rung: which.
        splits: whether folds may share a site.
        h: [n, n] with ``predict(y) = h @ y``; None where the rung is not linear in Y.
        m: [n, n] with ``mean(y) = m @ y``; None where predictions are stored.
        stack: what predicts in place of h, weighing its heads anew on the values it is given.
        stored: what was predicted elsewhere, whatever the values.
        ridges: what predicts programmes of the targets in place of h, with a ridge for each.
        taught: whether patients without images have a part in what its head is fitted to, or predicts.
    """

    rung: Rung
    splits: str
    h: np.ndarray | None = None
    m: np.ndarray | None = None
    stack: Stack | None = None
    stored: StoredPrediction | None = None
    ridges: ChosenRidge | None = None
    taught: bool = False

    @property
    def null(self) -> str:
        """Which null its correlations are held against."""
        if self.taught:
            return "joint"  # expression and what the head is fitted to permuted together
        if self.h is not None and self.rung.needs:
            return "exact"
        return "refit" if self.stack or (self.stored and self.stored.refits) else "none"

    def fitted_to(self, family: Family) -> np.ndarray:
        """Return the values [n, T] that the head is fitted to."""
        return family.fitted_to if self.taught and family.fitted_to is not None else family.y

    def head(self, family: Family, *, whole: bool = False) -> Head:
        """Return what predicts a family, where that is a head that was fitted here and is no stack.

        Args:
            family: targets.
            whole: it predicts values, not their deviations from the training-fold means.
        """
        mean = self.m if whole else None
        if self.ridges is not None and family.programmes is not None:
            return ProgrammeHead(self.ridges, family.programmes, mean)
        assert self.h is not None  # or something else would predict
        return LinearHead(self.h if mean is None else self.h + mean)

    def predict(self, family: Family) -> np.ndarray:
        """Return the predicted deviations [n, T] from the training-fold means."""
        if self.stored is not None:
            return self.stored.predicted - self.stored.mean
        if self.stack is not None:
            return self.stack.predict(family.y)
        return self.head(family).predict(self.fitted_to(family))

    def mean(self, y: np.ndarray) -> np.ndarray:
        """Return the training-fold means [n, T] of values [n, T]."""
        if self.stored is not None:
            return self.stored.mean
        assert self.m is not None  # it is stored, or it is there
        return self.m @ y

    def scored(self, family: Family) -> np.ndarray:
        """Return what is correlated with the observed values [n, T].

        Deviations from the training-fold mean, because the mean itself pulls every pooled r down; with
        site-disjoint folds the whole prediction, because there a deviation can earn an r that is not its due
        (:func:`.folds.site_disjoint_folds`).
        """
        if self.splits == RANDOM:
            return self.predict(family)
        return self.head(family, whole=True).predict(self.fitted_to(family))


def fit_rungs(data: CohortData, block: Block, settings: ValidationSettings) -> list[FittedRung]:
    """Fit every rung that the cohort has what it needs for, in the order of the ladder.

    Args:
        data: the cohort.
        block: whose patients.
        settings: of folds and heads.
    """
    n = len(block.rows)
    splits = repeated_folds(n, settings.folds, settings.repeats, settings.seed)
    fitted = []
    for rung in RUNGS:
        if rung.kind == "levels_alone" and not is_taught(block):
            continue  # it would be the default
        needs = [kind for kind in rung.needs if kind in data.features]
        if rung.stored and block.id in data.stored:
            fitted.append(FittedRung(rung, RANDOM, stored=data.stored[block.id]))
        elif rung.stacked and len(needs) > 1:
            embeddings = [_embedding(data, block, [kind]) for kind in needs]
            stack = Stack.of(embeddings, splits, data.head, seed=settings.seed)
            fitted.append(FittedRung(rung, RANDOM, m=oof_mean_matrix(n, splits), stack=stack))
        elif not rung.stored and not rung.stacked and len(needs) == len(rung.needs):
            own = [_own_folds(data.encoder_folds, block)] if "frozen_encoder" in rung.needs else splits
            h, m = _matrix(data, block, rung, own), oof_mean_matrix(n, own)
            ridges = _ridges(data, block, rung, own)
            fitted.append(FittedRung(rung, RANDOM, h, m, ridges=ridges, taught=rung.taught and is_taught(block)))
            other = fit_site_disjoint(data, block, rung, settings) if rung.site_disjoint else None
            fitted += [other] if other else []
    return fitted


def fit_site_disjoint(data: CohortData, block: Block, rung: Rung, settings: ValidationSettings) -> FittedRung | None:
    """Fit a rung with folds that share no site; None where there are fewer sites than folds, or it is not linear."""
    sites = data.sites[block.rows]
    if rung.stored or rung.stacked or "frozen_encoder" in rung.needs or len(np.unique(sites)) < settings.folds:
        return None
    splits = repeated_folds(len(sites), settings.folds, settings.repeats, settings.seed, groups=sites)
    h = _matrix(data, block, rung, splits)
    m = oof_mean_matrix(len(sites), splits)
    ridges = _ridges(data, block, rung, splits)
    return FittedRung(rung, SITE_DISJOINT, h, m, ridges=ridges, taught=rung.taught and is_taught(block))


def is_taught(block: Block) -> bool:
    """Tell whether patients without images teach heads anything."""
    return any(family.fitted_to is not None or family.programmes is not None for family in block.families)


def _embedding(data: CohortData, block: Block, kinds: Sequence[str]) -> tuple[np.ndarray, Groups]:
    """Return the features of some kinds side by side, and their groups."""
    values = np.concatenate([data.features[kind][..., block.rows, :] for kind in kinds], axis=-1)
    return values, tuple(chain.from_iterable(data.groups_of(kind) for kind in kinds))


def _matrix(data: CohortData, block: Block, rung: Rung, splits: Sequence[Folds]) -> np.ndarray:
    """Return H; features [folds, n, d] give each fold an embedding of its own."""
    n = len(block.rows)
    if not rung.needs:
        return np.zeros((n, n))
    embedding, groups = _embedding(data, block, rung.needs)
    if embedding.ndim == 2:
        return data.head(embedding, splits, groups)
    h = np.zeros((n, n))
    for own, test in zip(embedding, splits[0], strict=True):
        h[test] = data.head(own, splits, groups)[test]
    return h


def _ridges(data: CohortData, block: Block, rung: Rung, splits: Sequence[Folds]) -> ChosenRidge | None:
    """Return what predicts programmes; None for a rung that does not, or where there are none."""
    if not rung.taught or all(family.programmes is None for family in block.families):
        return None
    embedding, groups = _embedding(data, block, rung.needs)
    return data.ridges(embedding, splits, groups)


def _own_folds(folds: Folds, block: Block) -> Folds:
    """Return a split of the cohort's patients as one of the block's."""
    place = {patient: row for row, patient in enumerate(block.rows)}
    return [np.array([place[i] for i in test if i in place], dtype=int) for test in folds]
