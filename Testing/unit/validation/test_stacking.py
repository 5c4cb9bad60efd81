"""Joining heads by weights of inner folds."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import nnls

from RadioGenomicsTrainLib.validation.correlation import pearson
from RadioGenomicsTrainLib.validation.folds import patient_folds
from RadioGenomicsTrainLib.validation.folds import repeated_folds
from RadioGenomicsTrainLib.validation.stacking import Stack
from Testing.unit.validation.small_data import head

N = 30


def whole(embeddings: list[np.ndarray]) -> list[tuple[np.ndarray, tuple[int, ...]]]:
    """Make each embedding one group."""
    return [(one, (one.shape[1],)) for one in embeddings]


@pytest.fixture(scope="module")
def embeddings() -> list[np.ndarray]:
    random = np.random.default_rng(0)
    return [random.normal(size=(N, 3)) for _ in range(3)]


@pytest.fixture(scope="module")
def splits() -> list:
    return repeated_folds(N, 3, 2, 0)


@pytest.fixture(scope="module")
def y(embeddings: list[np.ndarray]) -> np.ndarray:
    y = np.random.default_rng(1).normal(size=(N, 6)) + 1.5 * embeddings[0][:, :1] + embeddings[1][:, :1]
    return (y - y.mean(axis=0)) / y.std(axis=0)


def test_the_stack_is_what_fitting_it_by_hand_gives(embeddings: list, splits: list, y: np.ndarray) -> None:
    stack = Stack.of(whole(embeddings), splits, head, inner_folds=3, seed=5)
    by_hand = np.zeros_like(y)
    for folds in splits:
        for test in folds:
            train = np.setdiff1d(np.arange(N), test)
            inner = patient_folds(len(train), 3, 5)
            own = y[train]
            wanted = own.copy()
            for left_out in inner:
                wanted[left_out] -= np.delete(own, left_out, axis=0).mean(axis=0)
            columns = [(head(one[train], [inner]) @ own).ravel() for one in embeddings]
            weights, _ = nnls(np.stack(columns, axis=1), wanted.ravel())
            for weight, one in zip(weights, embeddings, strict=True):
                by_hand[test] += weight * (head(one, [folds])[np.ix_(test, train)] @ own) / len(splits)
    np.testing.assert_allclose(stack.predict(y), by_hand, atol=1e-8)


def test_a_stack_is_put_together_again_from_its_arrays(embeddings: list, splits: list, y: np.ndarray) -> None:
    stack = Stack.of(whole(embeddings), splits, head)
    again = Stack.from_arrays(stack.to_arrays())
    np.testing.assert_array_equal(again.predict(y), stack.predict(y))


def test_heads_that_tell_something_get_the_weight(embeddings: list, splits: list, y: np.ndarray) -> None:
    weights = Stack.of(whole(embeddings), splits, head).weights(y)
    assert weights.shape == (6, 3)
    assert (weights >= 0).all()
    assert weights[:, 2].mean() < 0.3 * weights[:, :2].mean()


def test_the_stack_of_two_halves_beats_each(embeddings: list, splits: list, y: np.ndarray) -> None:
    both = np.median(pearson(y, Stack.of(whole(embeddings[:2]), splits, head).predict(y)))
    apart = [np.median(pearson(y, head(one, splits) @ y)) for one in embeddings[:2]]
    assert both > max(apart)


def test_nobody_has_a_say_in_their_own_prediction(embeddings: list, splits: list, y: np.ndarray) -> None:
    h = Stack.of(whole(embeddings), splits, head).matrix(y)
    np.testing.assert_array_equal(np.diag(h), 0)
    np.testing.assert_allclose(h.sum(axis=1), 0, atol=1e-10)


def test_weights_follow_the_values_they_are_fitted_on(embeddings: list, splits: list, y: np.ndarray) -> None:
    stack = Stack.of(whole(embeddings), splits, head)
    shuffled = np.random.default_rng(3).permutation(y)
    assert not np.allclose(stack.weights(y), stack.weights(shuffled))
    np.testing.assert_allclose(stack.predict(2 * y + 1), 2 * stack.predict(y), atol=1e-8)


def test_two_heads_that_are_the_same_share_one_prediction(embeddings: list, splits: list, y: np.ndarray) -> None:
    twice = Stack.of(whole([embeddings[0]] * 2), splits, head).predict(y)
    np.testing.assert_allclose(twice, Stack.of(whole(embeddings[:1]), splits, head).predict(y), atol=1e-6)
