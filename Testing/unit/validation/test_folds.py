"""Folds by patient and by site."""

from __future__ import annotations

import numpy as np
import pytest

from RadioGenomicsLib.errors import InputError
from RadioGenomicsTrainLib.validation.folds import patient_folds
from RadioGenomicsTrainLib.validation.folds import repeated_folds
from RadioGenomicsTrainLib.validation.folds import site_disjoint_folds


def test_every_patient_is_tested_once_and_folds_are_even() -> None:
    folds = patient_folds(89, 5, seed=1)
    assert sorted(np.concatenate(folds)) == list(range(89))
    assert sorted(len(fold) for fold in folds) == [17, 18, 18, 18, 18]


def test_the_seed_decides_the_folds() -> None:
    first, again, other = (patient_folds(40, 5, seed=seed) for seed in (3, 3, 4))
    assert all(np.array_equal(a, b) for a, b in zip(first, again, strict=True))
    assert not all(np.array_equal(a, b) for a, b in zip(first, other, strict=True))


def test_no_site_is_in_two_folds() -> None:
    sites = np.random.default_rng(0).choice(list("ABCDEFGHIJ"), 100)
    folds = site_disjoint_folds(sites, 5, seed=0)
    assert sum(len(set(sites[fold])) for fold in folds) == len(set(sites))
    assert max(len(fold) for fold in folds) <= 2 * min(len(fold) for fold in folds)


def test_labels_are_spread_evenly() -> None:
    labels = np.array(["wt"] * 20 + ["codel"] * 22 + ["non-codel"] * 47)
    for fold in patient_folds(89, 5, seed=2, stratify=labels):
        assert np.sum(labels[fold] == "wt") == 4
        assert np.sum(labels[fold] == "codel") in (4, 5)
        assert len(fold) in (17, 18, 19)


def test_groups_stay_together_while_labels_are_spread() -> None:
    rng = np.random.default_rng(5)
    groups, labels = rng.integers(0, 30, 120), rng.integers(0, 2, 120)
    folds = patient_folds(120, 4, seed=0, groups=groups, stratify=labels)
    assert sum(len(set(groups[fold])) for fold in folds) == len(set(groups))
    shares = [labels[fold].mean() for fold in folds]
    assert max(shares) - min(shares) < 0.15


def test_fewer_sites_than_folds_are_refused() -> None:
    with pytest.raises(InputError, match="only 2"):
        site_disjoint_folds(["A", "B", "A", "B"], 3)


def test_repeats_differ_and_each_is_whole() -> None:
    splits = repeated_folds(50, 5, repeats=3, seed=0)
    assert len({tuple(np.concatenate(folds)) for folds in splits}) == 3
    assert all(sorted(np.concatenate(folds)) == list(range(50)) for folds in splits)
