"""Score a fitted rung on a family of targets, and hold it against the null that is valid for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from dataclasses import dataclass
from dataclasses import fields
from pathlib import Path
from typing import Any

import numpy as np

from RadioGenomicsLib.progress import Progress
from RadioGenomicsLib.progress import silent
from RadioGenomicsLib.progress import within
from RadioGenomicsTrainLib.validation.array_cache import cached
from RadioGenomicsTrainLib.validation.array_cache import place_of
from RadioGenomicsTrainLib.validation.cohort_data import Family
from RadioGenomicsTrainLib.validation.cohort_data import Refits
from RadioGenomicsTrainLib.validation.cohort_data import ValidationSettings
from RadioGenomicsTrainLib.validation.correlation import pearson
from RadioGenomicsTrainLib.validation.fitted_rungs import RANDOM
from RadioGenomicsTrainLib.validation.fitted_rungs import FittedRung
from RadioGenomicsTrainLib.validation.heads import Head
from RadioGenomicsTrainLib.validation.heads import LinearHead
from RadioGenomicsTrainLib.validation.joint_null import MaxT
from RadioGenomicsTrainLib.validation.oof_null import max_t
from RadioGenomicsTrainLib.validation.oof_null import null_correlations
from RadioGenomicsTrainLib.validation.oof_null import null_p
from RadioGenomicsTrainLib.validation.refit_null import refit_null
from RadioGenomicsTrainLib.validation.refit_null import tally_refits
from RadioGenomicsTrainLib.validation.stacking import Stack
from RadioGenomicsTrainLib.validation.summary import Summary
from RadioGenomicsTrainLib.validation.summary import summarize

# Edges of every histogram of r.
BINS = np.linspace(-1.0, 1.0, 81)
# All targets of so many permutations make a smooth curve.
_DRAWN_PERMUTATIONS = 200


@dataclass(frozen=True, eq=False)
class Measured:
    """How one rung predicts one family of targets.

    Attributes:
        fitted: the rung.
        family: the targets.
        scored: [n, T] what was correlated with them.
        better: [T] whether the squared error is below that of the training-fold mean.
        p: [T] one-sided p from the rung's null; None where it has none. From permutations it is at least 1 / (B + 1).
        joint: permutations of the patients; None where there is no null.
        null_shares: share in each of :data:`BINS` of what r is by chance, by the exact null or by joint permutations of
            all targets; None where there is neither.
    """

    fitted: FittedRung
    family: Family
    scored: np.ndarray
    better: np.ndarray
    p: np.ndarray | None
    joint: MaxT | None
    null_shares: np.ndarray | None

    @property
    def r(self) -> np.ndarray:
        """Correlations [T]; NaN where undefined."""
        return pearson(self.family.y, self.scored)

    @property
    def summary(self) -> Summary:
        """The row of figures."""
        # A p from permutations cannot be under 1 / (B + 1), which no correction for thousands of genes survives.
        p = self.p if self.fitted.null == "exact" else None
        return summarize(self.r, len(self.family.y), self.better, p, self.joint)


def measure(
    fitted: FittedRung, family: Family, settings: ValidationSettings, cache: Path, progress: Progress = silent
) -> Measured:
    """Score a rung on a family of targets and hold it against its null; what was measured before is read again.

    Args:
        fitted: the rung.
        family: targets.
        settings: of permutations and draws.
        cache: folder of earlier results.
        progress: told now and then.
    """
    y = family.y
    deviation, mean = fitted.predict(family), fitted.mean(y)
    better = ((y - mean - deviation) ** 2).sum(axis=0) < ((y - mean) ** 2).sum(axis=0)
    scored = fitted.scored(family)
    if fitted.null == "none":
        return Measured(fitted, family, scored, better, None, None, None)
    if fitted.stored is not None:
        joint = _tested_by_stored_refits(deviation, y, fitted.stored.refits)
        return Measured(fitted, family, scored, better, joint.p, joint, None)
    parts = _decided_by(fitted, family, settings)
    if fitted.null == "refit":
        kept = cached(cache, "refit", parts, lambda: _tested_by_refits(fitted.stack, y, settings, progress))
        joint = joint_from_arrays(kept)
        return Measured(fitted, family, scored, better, joint.p, joint, None)
    if fitted.null == "joint":
        kept = cached(cache, "joint", parts, lambda: _tested_jointly(fitted, family, settings, progress))
        joint = joint_from_arrays(kept)
        shares = _shares_by_permutation(fitted, family, settings.seed)
        return Measured(fitted, family, scored, better, joint.p, joint, shares)
    kept = cached(cache, "exact", parts, lambda: _tested_exactly(fitted, scored, family, settings, progress))
    shares, p = kept.pop("null_shares"), kept.pop("null_p")
    return Measured(fitted, family, scored, better, p, joint_from_arrays(kept), shares)


def place_of_test(fitted: FittedRung, family: Family, settings: ValidationSettings, cache: Path) -> Path | None:
    """Return where :func:`measure` keeps what takes long; None where nothing does."""
    if fitted.null == "none" or fitted.stored is not None:
        return None
    return place_of(cache, fitted.null, _decided_by(fitted, family, settings))


def _decided_by(fitted: FittedRung, family: Family, settings: ValidationSettings) -> list[Any]:
    """Return all that decides how a rung does against its null."""
    y = family.y
    if fitted.stack is not None:
        weights = [fold.weights for folds in fitted.stack.repeats for fold in folds]
        return [*weights, y, settings.refit_permutations, settings.seed]
    parts = _head(fitted, family).parts()
    if fitted.null == "joint":
        return [*parts, y, fitted.fitted_to(family), settings.permutations, settings.seed]
    return [*parts, y, settings.permutations, settings.null_draws, settings.seed]


def _head(fitted: FittedRung, family: Family) -> Head:
    """Return the head of what is scored."""
    return fitted.head(family, whole=fitted.splits != RANDOM)


def _tested_exactly(
    fitted: FittedRung, scored: np.ndarray, family: Family, settings: ValidationSettings, progress: Progress
) -> dict[str, np.ndarray]:
    head, y = _head(fitted, family), family.y
    assert isinstance(head, LinearHead)  # or its null would not be exact
    h = head.h
    null = null_correlations(h, settings.null_draws, settings.seed, within(progress, 0.0, 0.5))
    counts = np.diff(np.searchsorted(null, BINS))
    rest = within(progress, 0.5, 1.0)
    joint = max_t(y, h, settings.permutations, settings.seed, device=settings.device, progress=rest)
    p = null_p(pearson(y, scored), null)
    return {"null_p": p, "null_shares": counts / max(1, len(null)), **asdict(joint)}


def _tested_jointly(
    fitted: FittedRung, family: Family, settings: ValidationSettings, progress: Progress
) -> dict[str, np.ndarray]:
    head, given = _head(fitted, family), fitted.fitted_to(family)
    return asdict(
        max_t(
            family.y,
            head,
            settings.permutations,
            settings.seed,
            fitted_to=given,
            device=settings.device,
            progress=progress,
        )
    )


def _shares_by_permutation(fitted: FittedRung, family: Family, seed: int) -> np.ndarray:
    """Return the shares of r in the bins where the patients' levels, and what the head is fitted to, are permuted."""
    rng, head, given = np.random.default_rng(seed), _head(fitted, family), fitted.fitted_to(family)
    counts = np.zeros(len(BINS) - 1)
    for _permutation in range(_DRAWN_PERMUTATIONS):
        order = rng.permutation(len(given))
        counts += np.histogram(np.nan_to_num(pearson(family.y[order], head.predict(given[order]))), BINS)[0]
    return counts / counts.sum()


def _tested_by_refits(
    stack: Stack | None, y: np.ndarray, settings: ValidationSettings, progress: Progress
) -> dict[str, np.ndarray]:
    assert stack is not None  # or its null would not take refits
    count, seed = settings.refit_permutations, settings.seed
    return asdict(refit_null(y, stack.predict, n_permutations=count, seed=seed, progress=progress))


def _tested_by_stored_refits(deviation: np.ndarray, y: np.ndarray, refits: Refits | None) -> MaxT:
    assert refits is not None  # or it would have no null
    pairs = ((y[order], found) for order, found in zip(refits.orders, refits.deviations, strict=True))
    return tally_refits(y, deviation, pairs, len(refits.orders))


def joint_from_arrays(kept: Mapping[str, Any]) -> MaxT:
    """Return what ``asdict`` and a cache made of a permutation test."""
    return MaxT(**{f.name: kept[f.name] if kept[f.name].ndim else kept[f.name].item() for f in fields(MaxT)})
