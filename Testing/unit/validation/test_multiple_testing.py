"""Adjusted p-values against their definitions."""

from __future__ import annotations

import numpy as np
import pytest

from RadioGenomicsTrainLib.validation.multiple_testing import benjamini_hochberg
from RadioGenomicsTrainLib.validation.multiple_testing import count_below
from RadioGenomicsTrainLib.validation.multiple_testing import holm_sidak
from RadioGenomicsTrainLib.validation.multiple_testing import holm_sidak_and_benjamini_hochberg
from RadioGenomicsTrainLib.validation.multiple_testing import holm_sidak_levels


def test_holm_sidak_follows_its_definition() -> None:
    p = np.array([0.04, 0.001, 0.2])
    assert holm_sidak(p) == pytest.approx([1 - (1 - 0.04) ** 2, 1 - (1 - 0.001) ** 3, 0.2])


def test_benjamini_hochberg_follows_its_definition() -> None:
    assert benjamini_hochberg(np.array([0.01, 0.02, 0.5])) == pytest.approx([0.03, 0.03, 0.5])


def test_both_at_once_are_each_of_them() -> None:
    p = np.array([0.04, np.nan, 0.001, 0.2, 0.001, 1.0, 1e-300])
    both = holm_sidak_and_benjamini_hochberg(p)
    np.testing.assert_array_equal(both, [holm_sidak(p), benjamini_hochberg(p)])
    np.testing.assert_array_equal(holm_sidak_and_benjamini_hochberg(np.array([])), np.empty((2, 0)))


def test_a_tiny_p_is_not_lost() -> None:
    assert holm_sidak(np.array([1e-300, 0.5]))[0] == pytest.approx(2e-300)


def test_a_gene_without_p_is_never_significant() -> None:
    assert holm_sidak(np.array([np.nan, 1e-9]))[0] == 1


def test_no_genes_give_no_counts() -> None:
    assert count_below(holm_sidak(np.array([]))) == 0


def test_alpha_itself_counts() -> None:
    assert count_below(np.array([0.05, 0.0500001, 0.01])) == 2


def test_the_levels_decide_as_the_adjusted_p_does() -> None:
    rng = np.random.default_rng(0)
    for _run in range(20):
        p = np.sort(rng.uniform(size=50) ** rng.integers(1, 8))
        failed = p > holm_sidak_levels(50)
        called = int(failed.argmax()) if failed.any() else 50
        assert called == count_below(holm_sidak(p))
