"""Fitting the rungs of a cohort."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from RadioGenomicsTrainLib.validation.cohort_data import CohortData
from RadioGenomicsTrainLib.validation.cohort_data import Refits
from RadioGenomicsTrainLib.validation.cohort_data import StoredPrediction
from RadioGenomicsTrainLib.validation.fitted_rungs import FittedRung
from RadioGenomicsTrainLib.validation.fitted_rungs import fit_rungs
from RadioGenomicsTrainLib.validation.fitted_rungs import fit_site_disjoint
from RadioGenomicsTrainLib.validation.folds import patient_folds
from RadioGenomicsTrainLib.validation.folds import repeated_folds
from RadioGenomicsTrainLib.validation.heads import LinearHead
from RadioGenomicsTrainLib.validation.heads import ProgrammeHead
from RadioGenomicsTrainLib.validation.rungs import RUNGS
from Testing.unit.validation.small_data import SETTINGS
from Testing.unit.validation.small_data import N
from Testing.unit.validation.small_data import head
from Testing.unit.validation.small_data import small_data
from Testing.unit.validation.small_data import taught_data


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
    nothing_for = ("deep_features", "frozen_encoder", "paper", "levels_alone")
    assert kinds == [rung.kind for rung in RUNGS if rung.kind not in nothing_for]
    assert [kind for kind, splits in fitted if splits == "site_disjoint"] == ["site", "default"]


def test_the_training_mean_deviates_from_itself_by_nothing_and_has_no_null(fitted: dict, data: CohortData) -> None:
    family = data.blocks[0].families[0]
    mean, y = fitted["training_mean", "random"], family.y
    assert not mean.predict(family).any()
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
    assert rungs["levels_alone", "random"].null == rungs["radiomics", "random"].null == "exact"
    assert rungs["default", "random"].fitted_to(family) is family.fitted_to
    assert rungs["levels_alone", "random"].fitted_to(family) is family.y
    np.testing.assert_array_equal(rungs["default", "random"].h, rungs["levels_alone", "random"].h)


def test_the_default_predicts_programmes_where_other_patients_teach_them() -> None:
    data = taught_data()
    rungs, block = by_kind(data), data.blocks[0]
    for family in block.families:
        for splits in ("random", "site_disjoint"):
            rung = rungs["default", splits]
            assert rung.null == "joint"
            head = rung.head(family)
            assert isinstance(head, ProgrammeHead)
            predicted = rung.predict(family)
            np.testing.assert_allclose(predicted, head.predict(family.fitted_to))
            # Nothing is predicted off the axes.
            np.testing.assert_allclose(predicted @ family.programmes.T @ family.programmes, predicted, atol=1e-5)
    apart, family = rungs["default", "site_disjoint"], block.families[0]
    whole = apart.predict(family) + apart.mean(family.fitted_to)
    np.testing.assert_allclose(apart.scored(family), whole, atol=1e-5)
    assert isinstance(rungs["levels_alone", "random"].head(family), LinearHead)


def test_site_disjoint_folds_score_the_whole_prediction(fitted: dict, data: CohortData) -> None:
    family = data.blocks[0].families[0]
    apart, usual = fitted["default", "site_disjoint"], fitted["default", "random"]
    np.testing.assert_allclose(apart.scored(family), apart.predict(family) + apart.mean(family.y))
    np.testing.assert_allclose(usual.scored(family), usual.predict(family))
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
    family = data.blocks[0].families[0]
    y = family.y
    stored = StoredPrediction(np.full(y.shape, 3.0), np.full(y.shape, 1.0))
    paper = by_kind(replace(data, stored={"log2": stored}))["paper", "random"]
    assert (paper.predict(family) == 2).all()
    assert (paper.mean(y) == 1).all()
    assert paper.null == "none"
    refitted = replace(stored, refits=Refits(np.arange(len(y))[None], np.zeros((1, *y.shape))))
    assert by_kind(replace(data, stored={"log2": refitted}))["paper", "random"].null == "refit"


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
