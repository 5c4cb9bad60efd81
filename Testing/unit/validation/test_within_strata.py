"""What remains within subtypes once the subtype itself is taken out."""

from __future__ import annotations

import numpy as np
import pytest

from RadioGenomicsTrainLib.validation.correlation import pearson
from RadioGenomicsTrainLib.validation.folds import repeated_folds
from RadioGenomicsTrainLib.validation.oof_matrix import kernel_ridge_weights
from RadioGenomicsTrainLib.validation.oof_matrix import oof_matrix
from RadioGenomicsTrainLib.validation.oof_null import max_t
from RadioGenomicsTrainLib.validation.within_strata import POOLED
from RadioGenomicsTrainLib.validation.within_strata import within_strata

STRATA = np.repeat(["wt", "codel", "non-codel"], 25)


def head(x: np.ndarray) -> np.ndarray:
    return oof_matrix(len(x), repeated_folds(len(x), 5, 2), kernel_ridge_weights(x @ x.T, 0.3))


@pytest.fixture(scope="module")
def subtype_only() -> tuple[np.ndarray, np.ndarray]:
    """Return expression [75, 60] that differs between subtypes, and H of features that tell only the subtype."""
    rng = np.random.default_rng(0)
    onehot = (STRATA[:, None] == np.unique(STRATA)).astype(float)
    y = 2 * onehot @ rng.normal(size=(3, 60)) + rng.normal(size=(75, 60))
    return y, head(onehot + 0.2 * rng.normal(size=onehot.shape))


def test_a_head_that_knows_only_the_subtype_finds_nothing_within_it(
    subtype_only: tuple[np.ndarray, np.ndarray],
) -> None:
    y, h = subtype_only
    assert (max_t(y, h, 199).p_adjusted <= 0.05).sum() > 40
    scores = within_strata(y, h, STRATA, n_permutations=199)
    assert list(scores) == ["codel", "non-codel", "wt", POOLED]
    assert [one.significant for one in scores.values()] == [0, 0, 0, 0]
    assert scores[POOLED].median_r < 0.1


def test_what_the_features_carry_within_subtypes_is_found() -> None:
    rng = np.random.default_rng(1)
    x = rng.normal(size=(75, 2))
    y = rng.normal(size=(75, 40))
    y[:, :8] += 1.5 * x[:, [0]]
    y += 3 * (STRATA == "wt")[:, None]
    pooled = within_strata(y, head(x), STRATA, n_permutations=199)[POOLED]
    found = np.flatnonzero(pooled.max_t.p_adjusted <= 0.05)
    assert set(range(8)) <= set(found)
    assert len(found) <= 10
    assert pooled.share_above >= 0.2 > pooled.share_above_permuted


def test_correlations_follow_their_definitions(subtype_only: tuple[np.ndarray, np.ndarray]) -> None:
    y, h = subtype_only
    scores = within_strata(y, h, STRATA, n_permutations=2)
    p = h @ y
    means = {name: (y[name == STRATA].mean(axis=0), p[name == STRATA].mean(axis=0)) for name in np.unique(STRATA)}
    y_centered = y - np.array([means[name][0] for name in STRATA])
    p_centered = p - np.array([means[name][1] for name in STRATA])
    for name in np.unique(STRATA):
        assert scores[name].max_t.r == pytest.approx(pearson(y[name == STRATA], p[name == STRATA]), abs=1e-4)
    assert scores[POOLED].max_t.r == pytest.approx(pearson(y_centered, p_centered), abs=1e-4)
    assert scores[POOLED].n == 75


def test_one_permutation_equals_refitting_on_patients_permuted_inside_strata() -> None:
    rng = np.random.default_rng(2)
    strata = np.repeat(["a", "b"], 15)
    y, h = rng.normal(size=(30, 6)), head(rng.normal(size=(30, 4)))
    draw = np.random.default_rng(0)
    shuffle = np.concatenate([draw.permutation(15), 15 + draw.permutation(15)])
    permuted = np.empty_like(y)
    permuted[shuffle] = y
    refitted = pearson(permuted[:15], (h @ permuted)[:15])
    result = within_strata(y, h, strata, n_permutations=1, seed=0)["a"].max_t
    assert result.null_max[0] == pytest.approx(refitted.max(), abs=1e-5)
    assert result.null_median[0] == pytest.approx(np.median(refitted), abs=1e-5)


def test_patients_of_unknown_subtype_are_not_scored_and_small_subtypes_only_pooled() -> None:
    rng = np.random.default_rng(3)
    y, h = rng.normal(size=(40, 5)), head(rng.normal(size=(40, 4)))
    strata = ["a"] * 20 + [None] * 8 + ["b"] * 6 + [""] * 6
    scores = within_strata(y, h, strata, n_permutations=5)
    assert {name: one.n for name, one in scores.items()} == {"a": 20, POOLED: 26}
    assert scores["a"].max_t.r == pytest.approx(pearson(y[:20], (h @ y)[:20]), abs=1e-5)


def test_a_gene_that_is_constant_in_a_subtype_has_no_r_there() -> None:
    rng = np.random.default_rng(4)
    y, h = rng.normal(size=(30, 3)), head(rng.normal(size=(30, 4)))
    y[:15, 1] = 0.7
    scores = within_strata(y, h, ["a"] * 15 + ["b"] * 15, n_permutations=19)
    assert np.isnan(scores["a"].max_t.r).tolist() == [False, True, False]
    assert np.isfinite(scores["b"].max_t.r).all()
    assert scores["a"].max_t.p_adjusted[1] == 1


def test_no_stratum_at_all_is_refused() -> None:
    with pytest.raises(ValueError, match="no stratum"):
        within_strata(np.eye(4), np.eye(4), ["a", "b", None, ""], n_permutations=1)
