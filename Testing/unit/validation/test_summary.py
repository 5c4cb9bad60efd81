"""The row of figures of one predictor."""

from __future__ import annotations

import numpy as np
import pytest

from RadioGenomicsTrainLib.validation.folds import repeated_folds
from RadioGenomicsTrainLib.validation.oof_matrix import kernel_ridge_weights
from RadioGenomicsTrainLib.validation.oof_matrix import oof_matrix
from RadioGenomicsTrainLib.validation.oof_matrix import oof_mean_matrix
from RadioGenomicsTrainLib.validation.summary import HeadValidation
from RadioGenomicsTrainLib.validation.summary import validate_head


def validated(signal: float) -> HeadValidation:
    """Validate ridge on 60 synthetic patients; ``signal`` couples half of 200 genes to the features."""
    rng = np.random.default_rng(0)
    x = rng.normal(size=(60, 3))
    y = rng.normal(size=(60, 200))
    y[:, :100] += signal * x @ rng.normal(size=(3, 100))
    splits = repeated_folds(60, 5, 2)
    h = oof_matrix(60, splits, kernel_ridge_weights(x @ x.T, 1.0))
    return validate_head(y, h, oof_mean_matrix(60, splits), n_permutations=200, n_draws=50_000)


def test_coupled_genes_are_counted_and_noise_is_not() -> None:
    row = validated(1.5).summary.as_row()
    assert (row["n"], row["genes"]) == (60, 200)
    assert 60 < row["max_t"] <= 105
    assert row["oof_holm_sidak"] <= row["oof_benjamini_hochberg"]
    assert row["best_100_mean_r"] > 0.6 > row["median_r"]
    assert row["share_above_03"] == pytest.approx(0.48, abs=0.08)
    assert row["share_above_03_permuted"] < 0.1


def test_noise_gives_a_row_of_nothing() -> None:
    row = validated(0.0).summary.as_row()
    assert row["max_t"] == row["oof_holm_sidak"] == 0
    assert row["median_r_p"] > 0.05
    assert row["share_r2_above_0"] < 0.3
