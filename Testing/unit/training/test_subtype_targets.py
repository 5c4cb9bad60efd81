"""Levels drawn toward the means of molecular subtypes."""

from __future__ import annotations

import numpy as np
import pytest

from RadioGenomicsTrainLib.training.subtype_targets import drawn_to_means


@pytest.fixture
def outside() -> np.ndarray:
    """Twelve patients of subtype A, twelve of B, and two of C."""
    return np.random.default_rng(0).normal(size=(26, 3)) + np.repeat([1.0, -1.0, 5.0], [12, 12, 2])[:, None]


THEIRS = np.repeat(["A", "B", "C"], [12, 12, 2])
OWN = np.array(["A", "B", "C", ""])
Z = np.random.default_rng(1).normal(size=(4, 3))


def test_a_level_goes_the_weight_of_the_way_to_the_mean_of_its_subtype(outside: np.ndarray) -> None:
    drawn = drawn_to_means(Z, OWN, outside, THEIRS, 0.75)
    moved = drawn[0] - drawn[1]
    np.testing.assert_allclose(
        moved, 0.25 * (Z[0] - Z[1]) + 0.75 * (outside[:12].mean(axis=0) - outside[12:24].mean(axis=0))
    )


def test_a_rare_or_unknown_subtype_keeps_its_own_levels(outside: np.ndarray) -> None:
    drawn = drawn_to_means(Z, OWN, outside, THEIRS, 0.75)
    np.testing.assert_allclose(drawn[2] - drawn[3], Z[2] - Z[3])


def test_a_gene_keeps_its_mean(outside: np.ndarray) -> None:
    drawn = drawn_to_means(Z, OWN, outside, THEIRS, 0.5)
    np.testing.assert_allclose(drawn.mean(axis=0), Z.mean(axis=0), atol=1e-12)
    assert not np.allclose(drawn, Z)


@pytest.mark.parametrize(("weight", "own"), [(0.0, OWN), (0.75, np.array(["", "", "C", "D"]))])
def test_levels_stay_as_they_are_where_nothing_is_to_be_told(
    outside: np.ndarray, weight: float, own: np.ndarray
) -> None:
    assert drawn_to_means(Z, own, outside, THEIRS, weight) is Z
