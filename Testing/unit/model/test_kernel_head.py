"""The gene head against closed forms."""

from __future__ import annotations

import numpy as np
import pytest

from RadioGenomicsLib.model.kernel_head import EmbeddingSpace
from RadioGenomicsLib.model.kernel_head import KernelHead
from RadioGenomicsLib.model.kernel_head import head_weights

D, G, N = 6, 4, 12


@pytest.fixture
def embedding() -> np.ndarray:
    return np.random.default_rng(0).normal(3, 2, (N, D))


@pytest.fixture
def y() -> np.ndarray:
    return np.random.default_rng(1).normal(7, 1, (N, G))


def closed_form(train: np.ndarray, y: np.ndarray, test: np.ndarray, ridge: float) -> np.ndarray:
    """Kernel ridge with an unpenalized intercept, from H K H written out with explicit loops and inverses."""
    mean, sd = train.mean(axis=0), train.std(axis=0)
    a, b = (np.clip((x - mean) / sd, -3, 3) / np.sqrt(D) for x in (train, test))
    squared = np.array([[((p - q) ** 2).sum() for q in a] for p in a])
    scale = np.median(squared[np.triu_indices(len(a), 1)])
    kernel = np.exp(-squared / scale)
    outer = np.exp(-np.array([[((p - q) ** 2).sum() for q in a] for p in b]) / scale)
    center = np.eye(len(a)) - 1 / len(a)
    inner = center @ kernel @ center
    penalty = ridge * np.trace(inner) / len(a)
    dual = np.linalg.inv(inner + penalty * np.eye(len(a))) @ (y - y.mean(axis=0))
    return y.mean(axis=0) + (outer - kernel.mean(axis=0)) @ center @ dual


@pytest.mark.parametrize("ridge", [0.01, 1.0, 30.0])
def test_it_equals_the_closed_form(embedding: np.ndarray, y: np.ndarray, ridge: float) -> None:
    new = np.random.default_rng(2).normal(3, 3, (5, D))
    head = KernelHead.fit(embedding, y, ridge)
    np.testing.assert_allclose(head(new), closed_form(embedding, y, new, ridge), rtol=1e-9)


def test_a_constant_gene_is_predicted_exactly(embedding: np.ndarray) -> None:
    head = KernelHead.fit(embedding, np.full((N, 1), 4.25), 1.0)
    np.testing.assert_allclose(head(embedding + 1), 4.25, rtol=1e-12)


def test_the_weights_of_a_fold_sum_to_zero_and_give_the_heads_prediction(embedding: np.ndarray, y: np.ndarray) -> None:
    weights = head_weights(embedding[:8], embedding[8:], 1.0)
    assert weights.shape == (4, 8)
    np.testing.assert_allclose(weights.sum(axis=1), 0, atol=1e-12)
    predicted = KernelHead.fit(embedding[:8], y[:8], 1.0)(embedding[8:])
    np.testing.assert_allclose(y[:8].mean(axis=0) + weights @ y[:8], predicted, rtol=1e-9)


def test_a_weak_ridge_learns_the_training_values_and_a_strong_one_the_mean(
    embedding: np.ndarray, y: np.ndarray
) -> None:
    np.testing.assert_allclose(KernelHead.fit(embedding, y, 1e-9)(embedding), y, atol=1e-5)
    strong = KernelHead.fit(embedding, y, 1e9)(embedding)
    np.testing.assert_allclose(strong, np.tile(y.mean(axis=0), (N, 1)), atol=1e-6)


def test_a_missing_value_counts_as_the_training_mean(embedding: np.ndarray, y: np.ndarray) -> None:
    head = KernelHead.fit(embedding, y, 1.0)
    new, filled = embedding[:1] + 0.5, embedding[:1] + 0.5
    new[0, 2], filled[0, 2] = np.nan, embedding[:, 2].mean()
    np.testing.assert_allclose(head(new), head(filled), rtol=1e-12)


def test_missing_training_values_are_left_out_of_mean_and_spread(embedding: np.ndarray) -> None:
    embedding[3:5, 1] = np.nan
    space = EmbeddingSpace.fit(embedding)
    assert space.mean[1] == pytest.approx(np.nanmean(embedding[:, 1]))
    assert space.sd[1] == pytest.approx(np.nanstd(embedding[:, 1]))
    assert (space.points[3:5, 1] == 0).all()


@pytest.mark.parametrize("value", [5.0, np.nan])
def test_a_column_without_spread_says_nothing(embedding: np.ndarray, y: np.ndarray, value: float) -> None:
    embedding[:, 4] = value
    head = KernelHead.fit(embedding, y, 1.0)
    other = embedding.copy()
    other[:, 4] = 1e6
    np.testing.assert_array_equal(head(embedding), head(other))


def test_one_wild_value_moves_a_patient_by_three_standard_deviations_at_most(embedding: np.ndarray) -> None:
    space = EmbeddingSpace.fit(embedding)
    wild = embedding.mean(axis=0, keepdims=True)
    wild[0, 0] = 1e9
    moved = space.place(wild) - space.place(embedding.mean(axis=0, keepdims=True))
    assert np.linalg.norm(moved) == pytest.approx(3)


def test_distance_is_in_standard_deviations_and_grows_away_from_training(embedding: np.ndarray) -> None:
    space = EmbeddingSpace.fit(embedding)
    center = embedding.mean(axis=0)
    near, far = space.distance(np.stack([center, center + 2.9 * embedding.std(axis=0)]))
    assert near < 1.2
    assert far > 2 * near
    assert (space.training_distances() > 0).all()


def test_a_training_patient_is_not_their_own_neighbor(embedding: np.ndarray) -> None:
    # Of two patients each value is one standard deviation from the mean, on either side.
    two = EmbeddingSpace.fit(embedding[:2])
    np.testing.assert_allclose(two.training_distances(), 2)
    np.testing.assert_allclose(two.distance(embedding[:2]), 0, atol=1e-12)


def test_a_group_counts_the_same_however_many_columns_it_has(embedding: np.ndarray, y: np.ndarray) -> None:
    groups = (2, 4)
    repeated = np.hstack([embedding[:, :2], np.tile(embedding[:, 2:], 3)])
    once, thrice = KernelHead.fit(embedding, y, 1.0, groups), KernelHead.fit(repeated, y, 1.0, (2, 12))
    np.testing.assert_allclose(once(embedding + 0.3), thrice(repeated + 0.3), rtol=1e-9)


def test_the_kernel_of_groups_is_the_mean_of_their_own(embedding: np.ndarray) -> None:
    space = EmbeddingSpace.fit(embedding, (2, 4))
    parts = [EmbeddingSpace.fit(embedding[:, columns]) for columns in (slice(0, 2), slice(2, 6))]
    own = [part.kernel(part.points) for part in parts]
    np.testing.assert_allclose(space.kernel(space.points), np.mean(own, axis=0), rtol=1e-12)


def test_groups_have_to_add_up(embedding: np.ndarray) -> None:
    with pytest.raises(ValueError, match="groups of 5 columns"):
        EmbeddingSpace.fit(embedding, (2, 3))


def test_a_group_without_spread_leaves_the_others_as_they_are(embedding: np.ndarray, y: np.ndarray) -> None:
    embedding[:, 4:] = 7.0
    head = KernelHead.fit(embedding, y, 1.0, (4, 2))
    assert np.isfinite(head(embedding)).all()
    assert np.abs(head(embedding) - y.mean(axis=0)).max() > 0.01
