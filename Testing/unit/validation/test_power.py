"""Critical correlations against the published table and against draws."""

from __future__ import annotations

import numpy as np
import pytest

from RadioGenomicsTrainLib.validation.correlation import critical_r
from RadioGenomicsTrainLib.validation.power import OUT_OF_FOLD
from RadioGenomicsTrainLib.validation.power import TEXTBOOK
from RadioGenomicsTrainLib.validation.power import power_table
from RadioGenomicsTrainLib.validation.power import upper_quantile


@pytest.fixture(scope="module")
def table() -> dict[tuple[int, int, str], float]:
    rows = power_table((60, 130), (50, 31_793), n_draws=60_000)
    return {(row.n, row.tests, row.null): row.critical_r for row in rows}


def test_the_textbook_rows_are_those_measured_before(table: dict[tuple[int, int, str], float]) -> None:
    assert table[60, 50, TEXTBOOK] == pytest.approx(0.390, abs=1e-3)
    assert table[130, 50, TEXTBOOK] == pytest.approx(0.268, abs=1e-3)
    assert table[60, 31_793, TEXTBOOK] == pytest.approx(0.560, abs=1e-3)
    assert table[130, 31_793, TEXTBOOK] == pytest.approx(0.395, abs=1e-3)


def test_cross_validated_predictions_need_a_larger_r(table: dict[tuple[int, int, str], float]) -> None:
    assert len(table) == 8
    for n in (60, 130):
        for tests in (50, 31_793):
            assert 1.1 < table[n, tests, OUT_OF_FOLD] / table[n, tests, TEXTBOOK] < 1.5


def test_a_quantile_beyond_the_draws_is_continued_from_their_tail() -> None:
    t = np.random.default_rng(0).standard_t(58, 100_000)
    null = np.sort(t / np.sqrt(58 + t**2))
    for level in (1e-5, 1.6e-6):
        assert upper_quantile(null, level) == pytest.approx(critical_r(level, 60), abs=0.02)


def test_a_quantile_within_the_draws_is_theirs() -> None:
    null = np.linspace(-1, 1, 10_001)
    assert upper_quantile(null, 0.05) == pytest.approx(0.9)
