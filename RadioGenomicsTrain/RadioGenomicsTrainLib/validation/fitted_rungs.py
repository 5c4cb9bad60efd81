"""Fit the rungs of the ladder out of fold, on the same patients and folds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np

from RadioGenomicsTrainLib.validation.cohort_data import Block
from RadioGenomicsTrainLib.validation.cohort_data import CohortData
from RadioGenomicsTrainLib.validation.cohort_data import Family
from RadioGenomicsTrainLib.validation.cohort_data import Groups
from RadioGenomicsTrainLib.validation.cohort_data import StoredPrediction
from RadioGenomicsTrainLib.validation.cohort_data import ValidationSettings
from RadioGenomicsTrainLib.validation.folds import repeated_folds
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
        subtypes: whether its head is fitted to values that the subtypes of the training patients had a part in.
    """

    rung: Rung
    splits: str
    h: np.ndarray | None = None
    m: np.ndarray | None = None
    stack: Stack | None = None
    stored: StoredPrediction | None = None
    subtypes: bool = False

    @property
    def null(self) -> str:
        """Which null its correlations are held against."""
        if self.subtypes:
            return "joint"  # expression and subtypes permuted together
        if self.h is not None and self.rung.needs:
            return "exact"
        return "refit" if self.stack else "none"

    def fitted_to(self, family: Family) -> np.ndarray:
        """Return the values [n, T] that the head is fitted to."""
        return family.fitted_to if self.subtypes and family.fitted_to is not None else family.y

    def predict(self, y: np.ndarray) -> np.ndarray:
        """Return the predicted deviations [n, T] from the training-fold means of a head fitted to y [n, T]."""
        if self.stored is not None:
            return self.stored.predicted - self.stored.mean
        if self.stack is not None:
            return self.stack.predict(y)
        assert self.h is not None  # or something else would predict
        return self.h @ y

    def mean(self, y: np.ndarray) -> np.ndarray:
        """Return the training-fold means [n, T] of values [n, T]."""
        if self.stored is not None:
            return self.stored.mean
        assert self.m is not None  # it is stored, or it is there
        return self.m @ y

    def scored(self, y: np.ndarray) -> np.ndarray:
        """Return what is correlated with the observed values [n, T], of a head fitted to y [n, T].

        Deviations from the training-fold mean, because the mean itself pulls every pooled r down; with
        site-disjoint folds the whole prediction, because there a deviation can earn an r that is not its due
        (:func:`.folds.site_disjoint_folds`).
        """
        deviation = self.predict(y)
        return deviation if self.splits == RANDOM else self.mean(y) + deviation


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
        if rung.kind == "no_subtypes" and not has_subtypes(block):
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
            fitted.append(FittedRung(rung, RANDOM, h, m, subtypes=rung.subtypes and has_subtypes(block)))
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
    return FittedRung(rung, SITE_DISJOINT, h, m, subtypes=rung.subtypes and has_subtypes(block))


def has_subtypes(block: Block) -> bool:
    """Tell whether heads can be told the subtypes of their training patients."""
    return all(family.fitted_to is not None for family in block.families)


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


def _own_folds(folds: Folds, block: Block) -> Folds:
    """Return a split of the cohort's patients as one of the block's."""
    place = {patient: row for row, patient in enumerate(block.rows)}
    return [np.array([place[i] for i in test if i in place], dtype=int) for test in folds]
