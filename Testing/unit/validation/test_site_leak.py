"""A predictor that knows only the site: random folds reward it, site-disjoint folds do not."""

from __future__ import annotations

import numpy as np

from RadioGenomicsTrainLib.validation.correlation import parametric_p
from RadioGenomicsTrainLib.validation.correlation import pearson
from RadioGenomicsTrainLib.validation.folds import patient_folds
from RadioGenomicsTrainLib.validation.folds import site_disjoint_folds
from RadioGenomicsTrainLib.validation.multiple_testing import adjust
from RadioGenomicsTrainLib.validation.multiple_testing import count_below
from RadioGenomicsTrainLib.validation.oof_matrix import kernel_ridge_weights
from RadioGenomicsTrainLib.validation.oof_matrix import oof_matrix
from RadioGenomicsTrainLib.validation.oof_matrix import oof_mean_matrix


def test_site_alone_predicts_genes_in_random_folds_and_none_in_site_disjoint_folds() -> None:
    rng = np.random.default_rng(0)
    site = rng.integers(0, 12, 130)
    onehot = np.eye(12)[site]
    y = 0.5 * onehot @ rng.normal(size=(12, 2000)) + rng.normal(size=(130, 2000))
    counts = []
    for folds in (patient_folds(130, 5, seed=0), site_disjoint_folds(site, 5, seed=0)):
        h = oof_matrix(130, [folds], kernel_ridge_weights(onehot @ onehot.T, 0.3))
        h += oof_mean_matrix(130, [folds])
        counts.append(count_below(adjust(parametric_p(pearson(y, h @ y), 130)).holm_sidak))
    assert counts[0] > 100
    assert counts[1] == 0
