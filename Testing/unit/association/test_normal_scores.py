"""Normal scores, and what they are for: a negative control with heavy tails."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import norm

from RadioGenomicsTrainLib.association.normal_scores import normal_scores
from RadioGenomicsTrainLib.association.pairs import associate
from RadioGenomicsTrainLib.association.permutation_default import default_permutations
from RadioGenomicsTrainLib.association.permutation_default import fewest_permutations


def test_scores_are_normal_quantiles_of_mean_ranks() -> None:
    column = np.array([[10.0], [-3.0], [10.0], [1e9]])
    expected = norm.ppf(np.array([2.5, 1, 2.5, 4]) / 5)
    np.testing.assert_allclose(normal_scores(column)[:, 0], expected, rtol=1e-12)


def test_what_is_missing_stays_so_and_the_rest_is_ranked_alone() -> None:
    values = np.array([[1.0, 5.0], [np.nan, 4.0], [7.0, np.inf], [3.0, 6.0]])
    scores = normal_scores(values)
    np.testing.assert_array_equal(np.isnan(scores), ~np.isfinite(values))
    np.testing.assert_allclose(scores[[0, 3, 2], 0], norm.ppf([0.25, 0.5, 0.75]), atol=1e-12)


def test_a_monotone_change_of_a_column_changes_nothing_and_a_constant_stays_constant() -> None:
    values = np.random.default_rng(0).normal(size=(50, 2))
    np.testing.assert_array_equal(normal_scores(np.exp(3 * values)), normal_scores(values))
    assert not normal_scores(np.full((9, 1), 0.1)).any()
    found = associate(normal_scores(np.column_stack([values, np.full(50, 0.1)])), values)
    assert found.usable_features.tolist() == [True, True, False]


@pytest.mark.parametrize("shape", [(0, 3), (5, 0)])
def test_nothing_to_score_is_returned_as_it_is(shape: tuple[int, int]) -> None:
    assert normal_scores(np.empty(shape)).shape == shape


def test_heavy_tails_make_pairs_of_noise_unless_it_is_scored() -> None:
    rng, runs = np.random.default_rng(1), 100
    plain = scored = 0
    for _ in range(runs):
        x, y = rng.standard_cauchy((60, 6)), rng.standard_cauchy((60, 30))
        plain += bool(len(associate(x, y).r))
        scored += bool(len(associate(normal_scores(x), normal_scores(y)).r))
    assert plain > 50
    # 5 of 100 expected; 13 or more would come by chance less than once in 600 times.
    assert scored < 13


def test_scores_find_beyond_an_outlier_what_permuted_plain_values_miss() -> None:
    rng = np.random.default_rng(2)
    x, noise = rng.standard_cauchy((60, 6)), rng.standard_cauchy((60, 30))
    noise[:, 0] = np.sign(x[:, 0]) * np.sqrt(np.abs(x[:, 0])) + 0.3 * rng.normal(size=60)
    noise[np.abs(x[:, 0]).argmin(), 0] = 1e6
    found = associate(normal_scores(x), normal_scores(noise), n_permutations=199)
    assert list(zip(found.feature, found.gene, strict=True)) == [(0, 0)]
    plain = associate(x, noise, n_permutations=199)
    assert (0, 0) not in list(zip(plain.feature, plain.gene, strict=True))


def test_permutations_are_the_default_of_what_takes_a_minute() -> None:
    assert default_permutations(90, 700, 840) == 999
    assert default_permutations(130, 1_000, 31_793) == 0


@pytest.mark.parametrize(("alpha", "fewest"), [(0.05, 19), (0.01, 99), (1.0, 1), (0.3, 3)])
def test_fewest_permutations_are_those_whose_smallest_p_is_alpha(alpha: float, fewest: int) -> None:
    assert fewest_permutations(alpha) == fewest
