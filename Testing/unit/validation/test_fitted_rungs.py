"""Fitting the rungs of a cohort."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from RadioGenomicsTrainLib.validation.cohort_data import CohortData
from RadioGenomicsTrainLib.validation.cohort_data import StoredPrediction
from RadioGenomicsTrainLib.validation.fitted_rungs import FittedRung
from RadioGenomicsTrainLib.validation.fitted_rungs import fit_rungs
from RadioGenomicsTrainLib.validation.fitted_rungs import fit_site_disjoint
from RadioGenomicsTrainLib.validation.folds import patient_folds
from RadioGenomicsTrainLib.validation.folds import repeated_folds
from RadioGenomicsTrainLib.validation.rungs import RUNGS
from Testing.unit.validation.small_data import SETTINGS
from Testing.unit.validation.small_data import N
from Testing.unit.validation.small_data import head
from Testing.unit.validation.small_data import small_data


def by_kind(data: CohortData) -> dict[tuple[str, str], FittedRung]:
    return {(one.rung.kind, one.splits): one for one in fit_rungs(data, data.blocks[0], SETTINGS)}


@pytest.fixture(scope="module")
def data() -> CohortData:
    return small_data()


@pytest.fixture(scope="module")
def fitted(data: CohortData) -> dict[tuple[str, str], FittedRung]:
    return by_kind(data)


def test_rungs_that_the_cohort_has_nothing_for_are_left_out(fitted: dict) -> None:
    kinds = [kind for kind, splits in fitted if splits == "random"]
    nothing_for = ("deep_features", "frozen_encoder", "paper", "no_subtypes")
    assert kinds == [rung.kind for rung in RUNGS if rung.kind not in nothing_for]
    assert [kind for kind, splits in fitted if splits == "site_disjoint"] == ["site", "default"]


def test_the_training_mean_deviates_from_itself_by_nothing_and_has_no_null(fitted: dict, data: CohortData) -> None:
    y = data.blocks[0].families[0].y
    mean = fitted["training_mean", "random"]
    assert not mean.predict(y).any()
    assert mean.null == "none"
    np.testing.assert_allclose(mean.mean(y), fitted["default", "random"].mean(y))


def test_linear_rungs_have_an_exact_null_and_the_stack_is_refitted(fitted: dict) -> None:
    nulls = {kind: one.null for (kind, _), one in fitted.items()}
    assert nulls.pop("training_mean") == "none"
    assert nulls.pop("stack") == "refit"
    assert set(nulls.values()) == {"exact"}


def test_a_head_that_is_told_subtypes_is_fitted_to_other_values_and_held_against_joint_permutations(
    data: CohortData,
) -> None:
    block = data.blocks[0]
    told = replace(block, families=tuple(replace(one, fitted_to=2 * one.y) for one in block.families))
    rungs = by_kind(replace(data, blocks=(told,)))
    family = told.families[0]
    assert rungs["default", "random"].null == rungs["default", "site_disjoint"].null == "joint"
    assert rungs["no_subtypes", "random"].null == rungs["radiomics", "random"].null == "exact"
    assert rungs["default", "random"].fitted_to(family) is family.fitted_to
    assert rungs["no_subtypes", "random"].fitted_to(family) is family.y
    np.testing.assert_array_equal(rungs["default", "random"].h, rungs["no_subtypes", "random"].h)


def test_site_disjoint_folds_score_the_whole_prediction(fitted: dict, data: CohortData) -> None:
    y = data.blocks[0].families[0].y
    apart, usual = fitted["default", "site_disjoint"], fitted["default", "random"]
    np.testing.assert_allclose(apart.scored(y), apart.predict(y) + apart.mean(y))
    np.testing.assert_allclose(usual.scored(y), usual.predict(y))
    sites = data.sites[data.blocks[0].rows]
    assert not apart.h[sites[:, None] == sites].any()


def test_fewer_sites_than_folds_give_no_site_disjoint_rung(data: CohortData) -> None:
    few = replace(data, sites=np.where(data.sites == "DU", "HT", data.sites))
    assert fit_site_disjoint(few, few.blocks[0], RUNGS[1], SETTINGS) is None


def test_a_patient_is_predicted_in_the_space_of_the_encoder_that_held_them_out(data: CohortData) -> None:
    folds = patient_folds(N, 3, 1)
    tokens = np.random.default_rng(2).normal(size=(3, N, 5))
    own = replace(data, features={**data.features, "frozen_encoder": tokens}, encoder_folds=folds)
    h = by_kind(own)["frozen_encoder", "random"].h
    rows = data.blocks[0].rows
    place = {patient: row for row, patient in enumerate(rows)}
    own_folds = [np.array([place[i] for i in test if i in place]) for test in folds]
    for number, test in enumerate(own_folds):
        np.testing.assert_allclose(h[test], head(tokens[number][rows], [own_folds])[test])


def test_stored_predictions_are_taken_as_they_are(data: CohortData) -> None:
    y = data.blocks[0].families[0].y
    stored = StoredPrediction(np.full(y.shape, 3.0), np.full(y.shape, 1.0))
    paper = by_kind(replace(data, stored={"log2": stored}))["paper", "random"]
    assert (paper.predict(y) == 2).all()
    assert (paper.mean(y) == 1).all()
    assert paper.null == "none"


def test_the_stack_takes_what_there_is(data: CohortData) -> None:
    without = {kind: values for kind, values in data.features.items() if kind != "volume_location"}
    assert ("stack", "random") in by_kind(replace(data, features=without))
    alone = {"default": data.features["default"]}
    assert ("stack", "random") not in by_kind(replace(data, features=alone))


def test_features_side_by_side_keep_their_groups(data: CohortData) -> None:
    grouped = replace(data, groups={"default": (1, 3)})
    rows = data.blocks[0].rows
    splits = repeated_folds(len(rows), SETTINGS.folds, SETTINGS.repeats, SETTINGS.seed)
    both = np.hstack([data.features["default"], data.features["clinical"]])[rows]
    np.testing.assert_allclose(by_kind(grouped)["default_clinical", "random"].h, head(both, splits, (1, 3, 2)))
    np.testing.assert_allclose(by_kind(data)["default_clinical", "random"].h, head(both, splits, (4, 2)))
