"""Adjusted p-values against their definitions."""

from __future__ import annotations

import numpy as np
import pytest
from statsmodels.stats.multitest import multipletests

from RadioGenomicsTrainLib.validation.multiple_testing import adjust
from RadioGenomicsTrainLib.validation.multiple_testing import count_below
from RadioGenomicsTrainLib.validation.multiple_testing import holm_sidak_levels


def test_holm_sidak_follows_its_definition() -> None:
    p = np.array([0.04, 0.001, 0.2])
    assert adjust(p).holm_sidak == pytest.approx([1 - (1 - 0.04) ** 2, 1 - (1 - 0.001) ** 3, 0.2])


def test_benjamini_hochberg_follows_its_definition() -> None:
    assert adjust(np.array([0.01, 0.02, 0.5])).benjamini_hochberg == pytest.approx([0.03, 0.03, 0.5])


def test_genes_keep_their_places() -> None:
    p = np.random.default_rng(1).uniform(size=200) ** 4
    p[20:40] = p[0]
    for adjusted, method in zip(adjust(p), ("holm-sidak", "fdr_bh"), strict=True):
        np.testing.assert_array_equal(adjusted, multipletests(p, method=method)[1])


def test_a_tiny_p_is_not_lost() -> None:
    assert adjust(np.array([1e-300, 0.5])).holm_sidak[0] == pytest.approx(2e-300)


def test_a_gene_without_p_is_never_significant() -> None:
    assert adjust(np.array([np.nan, 1e-9])).holm_sidak[0] == 1


def test_no_genes_give_no_counts() -> None:
    assert count_below(adjust(np.array([])).holm_sidak) == 0


def test_alpha_itself_counts() -> None:
    assert count_below(np.array([0.05, 0.0500001, 0.01])) == 2


def test_the_levels_decide_as_the_adjusted_p_does() -> None:
    rng = np.random.default_rng(0)
    for _run in range(20):
        p = np.sort(rng.uniform(size=50) ** rng.integers(1, 8))
        failed = p > holm_sidak_levels(50)
        called = int(failed.argmax()) if failed.any() else 50
        assert called == count_below(adjust(p).holm_sidak)
