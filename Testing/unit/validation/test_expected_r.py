"""Correlations drawn to what they are worth in new patients."""

from __future__ import annotations

import numpy as np
import pytest

from RadioGenomicsTrainLib.validation.expected_r import chance_spread
from RadioGenomicsTrainLib.validation.expected_r import expected_r

GENES = 4000


@pytest.mark.parametrize(("true_sd", "noise_sd"), [(0.15, 0.1), (0.1, 0.15), (0.05, 0.15)])
def test_the_share_kept_is_the_share_that_is_real(true_sd: float, noise_sd: float) -> None:
    random = np.random.default_rng(0)
    truth = 0.25 + true_sd * random.normal(size=GENES)
    seen = np.tanh(truth + noise_sd * random.normal(size=GENES))
    null = np.tanh(noise_sd * random.normal(size=(50, GENES)))
    found = expected_r(seen, 89, chance_spread(null), 0.0)
    assert found.kept == pytest.approx(true_sd**2 / (true_sd**2 + noise_sd**2), abs=0.06)
    error = ((found.r - np.tanh(truth)) ** 2).mean()
    assert error < ((seen - np.tanh(truth)) ** 2).mean()
    inside = (found.low <= np.tanh(truth)) & (np.tanh(truth) <= found.high)
    assert 0.92 < inside.mean() < 0.98


def test_an_error_that_all_genes_share_moves_the_mean_and_widens_the_interval_but_keeps_no_more() -> None:
    random = np.random.default_rng(1)
    truth = 0.2 + 0.1 * random.normal(size=GENES)
    own = 0.1 * random.normal(size=GENES)
    null = np.tanh(0.08 * random.normal(size=(50, 1)) + 0.1 * random.normal(size=(50, GENES)))
    alone = expected_r(np.tanh(truth + own), 89, chance_spread(null), 0.0)
    moved = expected_r(np.tanh(truth + own + 0.08), 89, chance_spread(null), 0.08)
    assert moved.kept == pytest.approx(alone.kept)
    assert np.arctanh(moved.r).mean() == pytest.approx(np.arctanh(alone.r).mean() + 0.08)
    assert ((moved.low <= np.tanh(truth)) & (np.tanh(truth) <= moved.high)).mean() > 0.95


def test_where_all_spread_is_chance_every_gene_is_expected_at_the_mean() -> None:
    null = np.tanh(0.12 * np.random.default_rng(2).normal(size=(51, GENES)))
    found = expected_r(null[0] * 0.9, 89, chance_spread(null[1:]), 0.05)
    assert found.kept == 0
    assert np.ptp(found.r) < 1e-12


def test_a_gene_without_a_correlation_stays_without_one() -> None:
    found = expected_r(np.array([0.1, np.nan, 0.4, 0.2]), 30, None, 0.05)
    assert np.isnan(found.r[1])
    assert np.isfinite(found.r[[0, 2, 3]]).all()
