"""Programmes of genes from patients without images, and the head that predicts them."""

from __future__ import annotations

import numpy as np

from RadioGenomicsLib.model.kernel_head import KernelHead
from RadioGenomicsTrainLib.training.programme_head import chosen_ridge
from RadioGenomicsTrainLib.training.programme_head import fit_programme_head
from RadioGenomicsTrainLib.training.programme_head import programmes
from RadioGenomicsTrainLib.validation.folds import repeated_folds

RANDOM = np.random.default_rng(0)
EMBEDDING = RANDOM.normal(size=(40, 5))
LEVELS = RANDOM.normal(size=(60, 3)) @ RANDOM.normal(size=(3, 50)) + 0.1 * RANDOM.normal(size=(60, 50))


def test_programmes_are_the_axes_that_levels_vary_along_most() -> None:
    axes = programmes(LEVELS)
    assert axes is not None
    np.testing.assert_allclose(axes @ axes.T, np.eye(len(axes)), atol=1e-10)
    centered = LEVELS - LEVELS.mean(axis=0)
    assert ((centered @ axes[:3].T) ** 2).sum() > 0.95 * (centered**2).sum()


def test_too_few_patients_have_no_programmes() -> None:
    assert programmes(LEVELS[:49]) is None
    assert programmes(LEVELS[:50]) is not None


def test_there_are_no_more_programmes_than_targets() -> None:
    axes = programmes(LEVELS[:, :4])
    assert axes is not None
    assert axes.shape == (4, 4)


def test_the_head_of_everybody_is_kernel_ridge_regression_with_the_ridge_of_each_programme() -> None:
    axes = programmes(LEVELS)
    y = 2 + EMBEDDING[:, :1] * axes[0] * 5 + RANDOM.normal(size=(40, 50))
    head, ridges = fit_programme_head(EMBEDDING, y, axes, (2, 3))
    new = RANDOM.normal(size=(6, 5))
    expected = np.tile(y.mean(axis=0), (6, 1))
    for axis, ridge in zip(axes, ridges, strict=True):
        target = (y @ axis)[:, None]
        one = KernelHead.fit(EMBEDDING, target, ridge, (2, 3))(new) - target.mean()
        expected += one * axis
    np.testing.assert_allclose(head(new), expected, atol=1e-9)
    assert ridges[0] == min(ridges)
    assert max(ridges) > 5


def test_out_of_fold_it_predicts_as_heads_fitted_without_the_fold() -> None:
    axes, splits = programmes(LEVELS), repeated_folds(40, 4, 1, 0)
    y = EMBEDDING[:, :1] * axes[0] * 5 + RANDOM.normal(size=(40, 50))
    predicted = chosen_ridge(EMBEDDING, EMBEDDING, splits, (2, 3)).predict(y @ axes.T) @ axes
    for test in splits[0]:
        train = np.setdiff1d(np.arange(40), test)
        head, _ = fit_programme_head(EMBEDDING[train], y[train], axes, (2, 3))
        np.testing.assert_allclose(predicted[test], head(EMBEDDING[test]) - y[train].mean(axis=0), atol=1e-4)


def test_patients_who_are_all_alike_tell_nothing() -> None:
    axes = programmes(LEVELS)
    alike = np.ones((40, 5))
    head, _ = fit_programme_head(alike, LEVELS[:40], axes)
    np.testing.assert_allclose(head(alike[:2]), np.tile(LEVELS[:40].mean(axis=0), (2, 1)))
