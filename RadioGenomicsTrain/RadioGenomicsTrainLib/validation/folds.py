"""Which patients are held out together: folds by patient, by site, and repeated."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from RadioGenomicsLib.errors import InputError


def patient_folds(
    n: int,
    k: int = 5,
    seed: int = 0,
    groups: Sequence[Any] | None = None,
    stratify: Sequence[Any] | None = None,
) -> list[np.ndarray]:
    """Split patients 0..n-1 into k test sets of near-equal size.

    Units (patients, or whole groups) are taken in random order, larger first, and each goes to the fold where
    it leaves the labels most evenly spread.

    Args:
        n: number of patients; one row is one patient, never one series.
        k: number of folds.
        seed: of the random order.
        groups: label [n] of what must stay together, such as the site.
        stratify: label [n] to spread evenly over the folds, such as the subtype.

    Returns:
        k sorted index arrays that cover every patient once.

    Raises:
        InputError: there are fewer groups than folds.
    """
    group = _codes(groups, n) if groups is not None else np.arange(n)
    label = _codes(stratify, n) if stratify is not None else np.zeros(n, dtype=int)
    n_groups = int(group.max()) + 1 if n else 0
    if k < 2 or n_groups < k:
        raise InputError(
            f"{k} folds",
            f"there are only {n_groups} patients or groups to share out",
            "Ask for 2 folds or more, and no more folds than groups.",
        )
    content = np.zeros((n_groups, int(label.max()) + 1))
    np.add.at(content, (group, label), 1)
    share = content / content.sum(axis=0)
    order = np.random.default_rng(seed).permutation(n_groups)
    order = order[np.argsort(-content[order].sum(axis=1), kind="stable")]
    fold_share, fold_size = np.zeros((k, share.shape[1])), np.zeros(k)
    fold_of_group = np.zeros(n_groups, dtype=int)
    for unit in order:
        # The sum of squared shares rises least in the fold where the labels of this unit are rare so far.
        crowding = fold_share @ share[unit] / share[unit].sum()
        best = np.lexsort((fold_size, np.round(crowding, 12)))[0]
        fold_of_group[unit] = best
        fold_share[best] += share[unit]
        fold_size[best] += content[unit].sum()
    fold = fold_of_group[group]
    return [np.flatnonzero(fold == index) for index in range(k)]


def site_disjoint_folds(sites: Sequence[Any], k: int = 5, seed: int = 0) -> list[np.ndarray]:
    """Split patients so that no site is in two folds (preserved-site validation, Howard et al. 2021).

    Score whole predictions here, (M + H) Y of :mod:`.oof_matrix`. A head that knows only the site predicts
    one value for all unseen sites; as a deviation from the training mean that value rises and falls with the
    held-out patients' own mean, and earns an r that is not its due.

    Args:
        sites: tissue source site [n] of every patient.
        k: number of folds.
        seed: of the random order among sites of one size.

    Raises:
        InputError: there are fewer sites than folds.
    """
    return patient_folds(len(sites), k, seed, groups=sites)


def repeated_folds(
    n: int,
    k: int = 5,
    repeats: int = 5,
    seed: int = 0,
    groups: Sequence[Any] | None = None,
    stratify: Sequence[Any] | None = None,
) -> list[list[np.ndarray]]:
    """Return several independent splits; average the predictions over them, then score once."""
    seeds = np.random.SeedSequence(seed).generate_state(repeats)
    return [patient_folds(n, k, int(one), groups, stratify) for one in seeds]


def _codes(labels: Sequence[Any], n: int) -> np.ndarray:
    if len(labels) != n:
        raise ValueError(f"{len(labels)} labels for {n} patients")
    return np.unique(np.asarray(labels).astype(str), return_inverse=True)[1]
