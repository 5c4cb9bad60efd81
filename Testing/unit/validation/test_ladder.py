"""Climbing the ladder."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from RadioGenomicsLib.errors import Canceled
from RadioGenomicsLib.errors import WorkError
from RadioGenomicsTrainLib.validation import measured_rung
from RadioGenomicsTrainLib.validation.cohort_data import Refits
from RadioGenomicsTrainLib.validation.cohort_data import StoredPrediction
from RadioGenomicsTrainLib.validation.correlation import pearson
from RadioGenomicsTrainLib.validation.ladder import Step
from RadioGenomicsTrainLib.validation.ladder import climb
from RadioGenomicsTrainLib.validation.oof_null import max_t
from RadioGenomicsTrainLib.validation.summary import permutation_p
from Testing.unit.validation.small_data import SETTINGS
from Testing.unit.validation.small_data import small_data


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(scope="module")
def ladder(cache: Path) -> dict[str, list[Step]]:
    data = small_data()
    return climb(data, data.blocks[0], SETTINGS, cache)


def step(steps: list[Step], kind: str, splits: str = "random") -> Step:
    return next(s for s in steps if (s.measured.fitted.rung.kind, s.measured.fitted.splits) == (kind, splits))


def test_the_rung_whose_features_genes_follow_predicts_them_and_the_others_do_not(ladder: dict) -> None:
    found, useless = step(ladder["genes"], "default").measured, step(ladder["genes"], "volume_location").measured
    assert found.summary.median_r > 0.5
    assert found.summary.max_t >= 6
    assert useless.summary.max_t == 0
    assert (found.p[:8] < 0.05).all()
    assert found.better[:8].all()


def test_every_family_has_every_rung_with_the_same_patients(ladder: dict) -> None:
    assert set(ladder) == {"genes", "hallmarks"}
    names = [[(s.measured.fitted.rung.kind, s.measured.fitted.splits) for s in steps] for steps in ladder.values()]
    assert names[0] == names[1]
    assert {s.measured.summary.n for steps in ladder.values() for s in steps} == {38}


def test_a_rung_is_compared_with_the_one_below_that_predicts_otherwise(ladder: dict) -> None:
    below = {s.measured.fitted.rung.kind: s.below for s in ladder["genes"] if s.measured.fitted.splits == "random"}
    assert below["training_mean"] == ""
    assert below["site"] == "training mean"
    assert below["default"] == below["radiomics"] == "volume and location"
    assert below["stack"] == "default + clinical"
    comparison = step(ladder["genes"], "default").comparison
    assert comparison.delta_median_r > 0.3
    assert comparison.p < 0.05
    assert step(ladder["genes"], "default", "site_disjoint").comparison is None


def test_permutations_are_those_of_the_joint_test(ladder: dict) -> None:
    measured = step(ladder["genes"], "default").measured
    again = max_t(measured.family.y, measured.fitted.h, SETTINGS.permutations, SETTINGS.seed)
    np.testing.assert_array_equal(measured.joint.p_adjusted, again.p_adjusted)
    np.testing.assert_array_equal(measured.joint.null_counts, again.null_counts)


def test_what_was_measured_is_not_measured_again(ladder: dict, cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_given: object, **_options: object) -> None:
        raise AssertionError("it was computed again")

    for name in ("max_t", "null_correlations", "refit_null"):
        monkeypatch.setattr(measured_rung, name, refuse)
    data = small_data()
    again = climb(data, data.blocks[0], SETTINGS, cache)
    first = step(ladder["genes"], "stack").measured
    np.testing.assert_array_equal(step(again["genes"], "stack").measured.joint.p_adjusted, first.joint.p_adjusted)
    with pytest.raises(WorkError, match="computed again"):
        climb(data, data.blocks[0], replace(SETTINGS, permutations=41), cache)


def test_stored_predictions_have_figures_but_no_null_and_no_gene_sets(cache: Path) -> None:
    data = small_data()
    y = data.blocks[0].families[0].y
    stored = StoredPrediction(y + 0.1, np.zeros(y.shape))
    ladder = climb(replace(data, stored={"log2": stored}), data.blocks[0], SETTINGS, cache)
    summary = step(ladder["genes"], "paper").measured.summary
    assert summary.median_r == pytest.approx(1)
    assert summary.max_t is None
    assert summary.oof_holm_sidak is None
    assert "paper" not in {s.measured.fitted.rung.kind for s in ladder["hallmarks"]}


@pytest.mark.parametrize(("count", "found"), [(18, None), (19, 1)])
def test_stored_predictions_are_held_against_stored_refits_where_these_suffice(
    cache: Path, count: int, found: int | None
) -> None:
    data, rng = small_data(), np.random.default_rng(0)
    y = data.blocks[0].families[0].y
    # One gene is predicted; what the refits predict is noise.
    predicted = rng.normal(size=y.shape)
    predicted[:, 2] = y[:, 2]
    orders = np.array([rng.permutation(len(y)) for _ in range(count)])
    stored = StoredPrediction(predicted, np.zeros(y.shape), Refits(orders, rng.normal(size=(count, *y.shape))))
    measured = step(
        climb(replace(data, stored={"log2": stored}), data.blocks[0], SETTINGS, cache)["genes"], "paper"
    ).measured
    assert measured.summary.max_t == found
    assert measured.joint.p[2] == pytest.approx(1 / (count + 1))
    by_hand = [pearson(y[order], one).max() for order, one in zip(orders, stored.refits.deviations, strict=True)]
    np.testing.assert_allclose(measured.joint.null_max, by_hand, rtol=1e-6)
    assert measured.summary.oof_holm_sidak is None


def test_canceling_stops_at_once_and_leaves_nothing_half_written(tmp_path: Path) -> None:
    def cancel(fraction: float, step: str) -> None:
        if "permutations" in step:
            raise Canceled(step)

    data = small_data()
    with pytest.raises(Canceled):
        climb(data, data.blocks[0], SETTINGS, tmp_path, cancel)
    assert not list(tmp_path.glob(".*"))


def test_a_permuted_figure_that_ties_with_the_observed_one_counts_against_it() -> None:
    null = np.array([0.1, 0.3, 0.2], dtype=np.float32)
    assert permutation_p(null, 0.3) == 2 / 4
    assert permutation_p(null, 0.31) == 1 / 4
