"""The baseline of age, sex and grade on TCGA-LGG, as measured independently before this code was written."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from RadioGenomicsTrainLib.cohort.clinical import read_clinical
from RadioGenomicsTrainLib.cohort.description import read_description
from RadioGenomicsTrainLib.cohort.expression import read_expression
from RadioGenomicsTrainLib.cohort.gene_ids import load_gene_names
from RadioGenomicsTrainLib.validation.folds import repeated_folds
from RadioGenomicsTrainLib.validation.oof_matrix import kernel_ridge_weights
from RadioGenomicsTrainLib.validation.oof_matrix import oof_matrix
from RadioGenomicsTrainLib.validation.oof_matrix import oof_mean_matrix
from RadioGenomicsTrainLib.validation.summary import validate_head


def test_clinical_traits_predict_as_much_as_known(data_root: Path) -> None:
    description = read_description("tcga-lgg", data_root)
    source = description.expression[0]
    expression, _ = read_expression(source.path, source.unit, load_gene_names())
    patients = [name for name in description.images.patients() if name in expression.patients]
    y = expression.for_patients(patients).values
    y = np.clip((y - y.mean(axis=0)) / y.std(axis=0), -3, 3)
    known, _ = read_clinical(description.clinical)
    traits = [known[name] for name in patients]
    x = np.array(
        [
            [
                one.age or np.nan,
                {"female": 1, "male": 0}.get(one.sex, np.nan),
                {"G3": 1, "G2": 0}.get(one.grade, np.nan),
            ]
            for one in traits
        ]
    )
    x = np.where(np.isnan(x), np.nanmean(x, axis=0), x)
    x = (x - x.mean(axis=0)) / x.std(axis=0)
    splits = repeated_folds(len(y), 5, 5, seed=0)
    h = oof_matrix(len(y), splits, kernel_ridge_weights(x @ x.T, 1.0))
    row = validate_head(y, h, oof_mean_matrix(len(y), splits), n_permutations=500, n_draws=200_000).summary
    assert (row.n, row.genes) == (89, 2127)
    assert row.median_r == pytest.approx(0.15, abs=0.02)
    assert row.best_100_mean_r == pytest.approx(0.39, abs=0.02)
    assert row.share_above_03 == pytest.approx(0.11, abs=0.02)
    assert row.share_above_03_permuted == pytest.approx(0.004, abs=0.003)
    assert 12 <= row.parametric_holm_sidak <= 26
    assert 6 <= row.max_t <= 22
    assert row.max_t < row.parametric_holm_sidak
