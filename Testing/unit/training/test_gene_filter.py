"""Genes are filtered by training patients alone."""

from __future__ import annotations

import numpy as np
import pytest

from RadioGenomicsTrainLib.training.gene_filter import kept_everywhere
from RadioGenomicsTrainLib.training.gene_filter import varies_and_is_expressed

LEVEL = "log2(TPM + 1)"


@pytest.mark.parametrize(
    ("values", "unit", "kept"),
    [
        ([0, 0, 0, 5, 6], LEVEL, False),
        ([0, 0, 3, 5, 6], LEVEL, True),
        ([4, 4, 4, 4, 4], LEVEL, False),
        ([np.log2(123457)] * 41, LEVEL, False),  # whose standard deviation is 7e-15
        ([-2, -1, -1, 0, 3], "microarray log2 ratio", True),
        ([-2, -1, -1, 0, 3], "z", True),
        ([-0.1, 0, 0, 0, 0.1], "z", False),
    ],
)
def test_a_level_needs_a_median_above_zero_and_every_gene_some_spread(values: list, unit: str, kept: bool) -> None:
    table = np.repeat(np.array(values, dtype=float)[:, None], 6, axis=1)
    assert varies_and_is_expressed(table, [unit] * 6).tolist() == [kept] * 6


def test_a_gene_that_only_its_test_patients_express_is_not_tested() -> None:
    values = np.array([[0.0, 0, 0, 2, 2, 2, 2], [1.0, 2, 3, 4, 5, 6, 7]]).T
    folds = [np.array([3, 4]), np.array([0, 1]), np.array([2, 5, 6])]
    assert kept_everywhere(values, [LEVEL] * 2, []).tolist() == [True, True]
    assert kept_everywhere(values, [LEVEL] * 2, [folds]).tolist() == [False, True]
