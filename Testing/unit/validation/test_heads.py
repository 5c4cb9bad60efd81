"""Heads that are refitted when patients change places."""

from __future__ import annotations

import numpy as np
import pytest

from RadioGenomicsTrainLib.training.programme_head import chosen_ridge
from RadioGenomicsTrainLib.validation.correlation import pearson
from RadioGenomicsTrainLib.validation.folds import repeated_folds
from RadioGenomicsTrainLib.validation.heads import Head
from RadioGenomicsTrainLib.validation.heads import LinearHead
from RadioGenomicsTrainLib.validation.heads import ProgrammeHead
from RadioGenomicsTrainLib.validation.oof_matrix import oof_mean_matrix
from RadioGenomicsTrainLib.validation.oof_null import max_t
from RadioGenomicsTrainLib.validation.refit_null import refit_null
from RadioGenomicsTrainLib.validation.within_strata import POOLED
from RadioGenomicsTrainLib.validation.within_strata import within_strata

N, GENES = 24, 30


def programme_head(seed: int, *, mean: bool = False) -> ProgrammeHead:
    """Return a head on embeddings of noise."""
    random = np.random.default_rng(seed)
    embedding, splits = random.normal(size=(N, 4)), repeated_folds(N, 4, 2, seed)
    axes = np.linalg.qr(random.normal(size=(GENES, 5)))[0].T
    ridges = chosen_ridge(embedding, embedding, splits)
    return ProgrammeHead(ridges, axes, oof_mean_matrix(N, splits) if mean else None)


def linear_head() -> LinearHead:
    h = np.random.default_rng(1).normal(size=(N, N))
    return LinearHead(h - h.mean(axis=1, keepdims=True))


@pytest.mark.parametrize("head", [linear_head(), programme_head(0), programme_head(0, mean=True)])
def test_the_factors_are_the_head_refitted_on_patients_at_other_places(head: Head) -> None:
    random = np.random.default_rng(2)
    y, places = random.normal(size=(N, GENES)), random.permutation(N)
    left, right = head.factors(y)
    moved = np.empty_like(y)
    moved[places] = y
    expected = head.predict(moved)[places]
    product = left(places) @ right
    np.testing.assert_allclose(pearson(product, expected), 1, atol=1e-5)


def test_one_batch_of_refits_is_what_refitting_one_by_one_gives() -> None:
    y, head = np.random.default_rng(3).normal(size=(N, GENES)), programme_head(1)
    quick, slow = max_t(y, head, 30, seed=4), refit_null(y, head.predict, n_permutations=30, seed=4)
    np.testing.assert_allclose(quick.r, slow.r, atol=1e-5)
    np.testing.assert_allclose(quick.null_max, slow.null_max, atol=1e-5)
    np.testing.assert_array_equal(quick.p_adjusted, slow.p_adjusted)


def test_noise_is_found_as_often_as_it_is_due() -> None:
    """Family-wise error of max-T at .05: 200 embeddings of noise, genes and their axes correlated and real."""
    random, found = np.random.default_rng(5), 0
    for run in range(200):
        head = programme_head(run)
        y = random.normal(size=(N, 5)) @ head.axes + 0.3 * random.normal(size=(N, GENES))
        found += bool((max_t(y, head, 99, seed=run).p_adjusted <= 0.05).any())
    assert 0.02 <= found / 200 <= 0.08


def test_what_runs_with_the_stratum_alone_is_not_found_within_it() -> None:
    random = np.random.default_rng(6)
    strata = np.repeat(["A", "B"], N // 2)
    embedding = np.where(strata == "A", 1.0, -1.0)[:, None] + 0.3 * random.normal(size=(N, 3))
    axes = np.eye(GENES)[:10]
    head = ProgrammeHead(chosen_ridge(embedding, embedding, repeated_folds(N, 4, 2, 0)), axes)
    y = np.where(strata == "A", 1.0, -1.0)[:, None] + 0.5 * random.normal(size=(N, GENES))
    overall = max_t(y, head, 200)
    pooled = within_strata(y, head, strata.tolist(), n_permutations=200)[POOLED]
    assert (overall.p_adjusted[:10] <= 0.05).all()
    assert pooled.significant == 0
    assert pooled.median_r < 0.3
