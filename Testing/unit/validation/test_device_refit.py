"""Refits scored by PyTorch, as on a graphics card."""

from __future__ import annotations

import numpy as np
import pytest

from RadioGenomicsTrainLib.validation import oof_null
from RadioGenomicsTrainLib.validation import within_strata as strata_module
from RadioGenomicsTrainLib.validation.device_refit import DeviceRefit
from RadioGenomicsTrainLib.validation.device_refit import refit_on
from RadioGenomicsTrainLib.validation.linear_refit import LinearRefit
from RadioGenomicsTrainLib.validation.oof_null import max_t
from RadioGenomicsTrainLib.validation.within_strata import within_strata

N, GENES = 40, 2500


@pytest.fixture
def cohort() -> tuple[np.ndarray, np.ndarray]:
    """Values, and the matrix of a head that predicts some of them."""
    rng = np.random.default_rng(0)
    x = rng.normal(size=(N, 5))
    y = rng.normal(size=(N, GENES))
    y[:, :200] += 2 * x @ rng.normal(size=(5, 200))
    return y, x @ x.T / N - np.diag((x**2).sum(axis=1)) / N


@pytest.fixture
def on_torch(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let PyTorch score the refits, on the processor, for there is no card in a test."""
    for module in (oof_null, strata_module):
        monkeypatch.setattr(module, "refit_on", lambda _device, *given, **more: DeviceRefit("cpu", *given, **more))


@pytest.mark.parametrize("bounds", [None, (0, 12, 30)])
@pytest.mark.parametrize("apart", [False, True])
def test_it_scores_as_the_processor_does(
    cohort: tuple[np.ndarray, np.ndarray], bounds: tuple[int, ...] | None, apart: bool
) -> None:
    y, h = cohort
    right = np.roll(y, 1, axis=0) if apart else None
    found = DeviceRefit("cpu", y, bounds, right)(h)
    for ours, theirs in zip(found, LinearRefit(y, bounds, right)(h), strict=True):
        assert ours.shape == theirs.shape
        np.testing.assert_allclose(ours, theirs, rtol=1e-4, atol=1e-4)


@pytest.mark.usefixtures("on_torch")
def test_a_test_of_all_genes_finds_the_same(
    cohort: tuple[np.ndarray, np.ndarray], monkeypatch: pytest.MonkeyPatch
) -> None:
    y, h = cohort
    strata = ["A"] * 20 + ["B"] * 20
    card, card_within = max_t(y, h, 99, device="cuda"), within_strata(y, h, strata, n_permutations=50, device="cuda")
    monkeypatch.undo()
    plain, plain_within = max_t(y, h, 99), within_strata(y, h, strata, n_permutations=50)
    np.testing.assert_allclose(card.r, plain.r, atol=1e-5)
    np.testing.assert_allclose(card.null_max, plain.null_max, atol=1e-5)
    np.testing.assert_allclose(card.p_adjusted, plain.p_adjusted, atol=0.011)
    assert (card.p_adjusted <= 0.05).sum() == (plain.p_adjusted <= 0.05).sum() > 50
    for label, one in card_within.items():
        np.testing.assert_allclose(one.max_t.r, plain_within[label].max_t.r, atol=1e-5)


def test_the_processor_goes_without_torch(cohort: tuple[np.ndarray, np.ndarray]) -> None:
    assert isinstance(refit_on("cpu", cohort[0]), LinearRefit)
