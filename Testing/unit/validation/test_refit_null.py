"""The refit test: the same as max-T where the head is linear, and valid where it is not."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from RadioGenomicsLib.errors import Canceled
from RadioGenomicsTrainLib.validation.correlation import parametric_p
from RadioGenomicsTrainLib.validation.correlation import pearson
from RadioGenomicsTrainLib.validation.folds import repeated_folds
from RadioGenomicsTrainLib.validation.multiple_testing import adjust
from RadioGenomicsTrainLib.validation.oof_matrix import kernel_ridge_weights
from RadioGenomicsTrainLib.validation.oof_matrix import oof_matrix
from RadioGenomicsTrainLib.validation.oof_null import max_t
from RadioGenomicsTrainLib.validation.refit_null import refit_null


def test_it_equals_max_t_for_a_head_that_is_linear() -> None:
    rng = np.random.default_rng(0)
    x, y, blocks = rng.normal(size=(40, 5)), rng.normal(size=(40, 30)), np.arange(40) % 2
    y[:, :5] += x[:, [0]]
    h = oof_matrix(40, repeated_folds(40, 5, 2), kernel_ridge_weights(x @ x.T, 1.0))
    quick = max_t(y, h, 60, seed=3, blocks=blocks)
    slow = refit_null(y, lambda values: h @ values, n_permutations=60, seed=3, blocks=blocks)
    assert slow.p_adjusted == pytest.approx(quick.p_adjusted)
    assert slow.null_max == pytest.approx(quick.null_max, abs=1e-5)
    assert slow.null_counts.tolist() == quick.null_counts.tolist()


def peeking_head(x: np.ndarray, seed: int) -> Callable[[np.ndarray], np.ndarray]:
    """Return a head that is not linear in Y, and leaks: ridge on the four features that fit *all* patients best."""
    folds = repeated_folds(len(x), 5, 1, seed)

    def predict(y: np.ndarray) -> np.ndarray:
        a, b = x - x.mean(axis=0), y - y.mean(axis=0)
        best = np.argsort(-((a.T @ b) ** 2).sum(axis=1) / (a**2).sum(axis=0))[:4]
        return oof_matrix(len(x), folds, kernel_ridge_weights(x[:, best] @ x[:, best].T, 0.3)) @ y

    return predict


def test_noise_is_not_found_even_by_a_head_that_selects_its_features_on_the_test_folds() -> None:
    rng = np.random.default_rng(1)
    valid = naive = 0
    for seed in range(60):
        x = rng.normal(size=(40, 30))
        y = rng.normal(size=(40, 2)) @ rng.normal(size=(2, 30)) + rng.normal(size=(40, 30))
        predict = peeking_head(x, seed)
        valid += (refit_null(y, predict, n_permutations=19, seed=seed).p_adjusted <= 0.05).any()
        naive += (adjust(parametric_p(pearson(y, predict(y)), 40)).holm_sidak <= 0.05).any()
    assert valid / 60 <= 0.1
    assert naive / 60 > 0.4


def test_it_finds_the_genes_of_a_feature() -> None:
    rng = np.random.default_rng(2)
    x, y = rng.normal(size=(60, 6)), rng.normal(size=(60, 20))
    y[:, :6] += 1.5 * x[:, [2]]
    result = refit_null(y, peeking_head(x, 0), n_permutations=59)
    assert np.flatnonzero(result.p_adjusted <= 0.05).tolist() == [0, 1, 2, 3, 4, 5]


def test_missing_values_are_refused() -> None:
    with pytest.raises(ValueError, match="complete"):
        refit_null(np.full((5, 2), np.nan), lambda values: values)


def test_it_can_be_canceled() -> None:
    calls = []

    def stop(_fraction: float, _step: str) -> None:
        raise Canceled("refits")

    with pytest.raises(Canceled):
        refit_null(np.eye(6), lambda values: calls.append(1) or values, progress=stop)
    assert len(calls) == 2
