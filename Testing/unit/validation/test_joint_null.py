"""The tally of permutations against its definitions, one permutation at a time."""

from __future__ import annotations

import numpy as np
import pytest

from RadioGenomicsTrainLib.validation.correlation import parametric_p
from RadioGenomicsTrainLib.validation.joint_null import JointNull
from RadioGenomicsTrainLib.validation.joint_null import MaxT
from RadioGenomicsTrainLib.validation.joint_null import permuted_rows
from RadioGenomicsTrainLib.validation.multiple_testing import adjust
from RadioGenomicsTrainLib.validation.multiple_testing import count_below

N = 30


def tallied(r: np.ndarray, nulls: np.ndarray, n_best: int = 3) -> MaxT:
    tally = JointNull(r, N, len(nulls), threshold=0.3, n_best=n_best)
    for null in nulls:
        tally.add(null[tally.order])
    return tally.result()


@pytest.fixture(scope="module")
def nulls() -> np.ndarray:
    """Return correlations [120, 40] of permutations, some of them with many large ones."""
    rng = np.random.default_rng(0)
    return np.tanh(0.2 * rng.normal(size=(120, 40)) + 0.35 * np.abs(rng.normal(size=(120, 1))))


def test_figures_of_each_permutation_follow_their_definitions(nulls: np.ndarray) -> None:
    result = tallied(nulls[0], nulls)
    assert result.null_max == pytest.approx(nulls.max(axis=1), abs=1e-6)
    assert result.null_median == pytest.approx(np.median(nulls, axis=1), abs=1e-6)
    assert result.null_mean_r == pytest.approx(nulls.mean(axis=1), abs=1e-6)
    assert result.null_share_above == pytest.approx((nulls > 0.3).mean(axis=1), abs=1e-6)
    assert result.null_best == pytest.approx(np.sort(nulls, axis=1)[:, -3:].mean(axis=1), abs=1e-6)


def test_counts_are_those_of_the_textbook_test_of_each_permutation(nulls: np.ndarray) -> None:
    counts = [count_below(adjust(parametric_p(null, N)).holm_sidak) for null in nulls]
    assert tallied(nulls[0], nulls).null_counts.tolist() == counts
    assert counts.count(0) > 20
    assert max(counts) > 10


def test_all_genes_can_be_counted() -> None:
    assert tallied(np.full(5, 0.5), np.full((1, 5), 0.99)).null_counts.tolist() == [5]


def test_p_values_follow_their_definitions(nulls: np.ndarray) -> None:
    r = np.random.default_rng(1).uniform(-0.2, 0.9, 40)
    result = tallied(r, nulls)
    order = np.argsort(-r)
    stepdown = [(1 + (nulls[:, order[i:]].max(axis=1) >= r[order[i]]).sum()) / 121 for i in range(40)]
    assert result.p == pytest.approx((1 + (nulls >= r).sum(axis=0)) / 121)
    assert result.p_adjusted[order] == pytest.approx(np.maximum.accumulate(stepdown))


def test_a_tie_counts_against_the_gene_whatever_the_rounding() -> None:
    r = np.array([0.4])
    assert tallied(r, np.array([[0.4 - 1e-8]] * 9)).p[0] == 1


def test_a_gene_without_a_correlation_wins_nothing_and_counts_as_zero() -> None:
    nulls = np.array([[-0.5, np.nan, -0.2]] * 4)
    result = tallied(np.array([0.1, np.nan, 0.2]), nulls, n_best=1)
    assert result.null_max == pytest.approx(-0.2)
    assert result.null_median == pytest.approx(-0.2)
    assert result.null_best == pytest.approx(0)
    assert result.p_adjusted.tolist() == [0.2, 1, 0.2]


def test_a_predictor_of_nothing_is_never_significant() -> None:
    result = tallied(np.full(4, np.nan), np.full((9, 4), np.nan))
    assert (result.p == 1).all()
    assert (result.p_adjusted == 1).all()
    assert result.null_median == pytest.approx(0)
    assert not result.null_counts.any()


def test_patients_change_places_only_within_their_block() -> None:
    blocks = np.array([0, 1] * 10)
    shuffle = permuted_rows(np.random.default_rng(0), 20, blocks)
    assert sorted(shuffle) == list(range(20))
    assert (blocks[shuffle] == blocks).all()
    assert (shuffle != np.arange(20)).any()
