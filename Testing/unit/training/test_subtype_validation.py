"""Subtypes from the embedding."""

from __future__ import annotations

import numpy as np
import pytest

from RadioGenomicsTrainLib.cohort.clinical import ClinicalTraits
from RadioGenomicsTrainLib.training.gene_validation import HeadSettings
from RadioGenomicsTrainLib.training.subtype_validation import outcomes_of
from RadioGenomicsTrainLib.training.subtype_validation import subtype_areas

SETTINGS = HeadSettings(folds=4, repeats=2)


def traits(*subtypes: str | None) -> list[ClinicalTraits]:
    return [ClinicalTraits(subtype=subtype) for subtype in subtypes]


def test_a_subtype_that_the_embedding_shows_has_a_large_area_and_one_that_it_does_not_has_about_a_half() -> None:
    known = traits(*["IDHwt", "IDHmut-codel", "IDHmut-non-codel", "IDHmut-non-codel"] * 20)
    random = np.random.default_rng(0)
    embedding = random.normal(size=(80, 3))
    embedding[:, 0] += 6 * np.array([trait.subtype == "IDHwt" for trait in known])
    areas = subtype_areas(known, embedding, SETTINGS)
    assert areas["IDH wild type"]["auc"] > 0.95
    assert (areas["IDH wild type"]["patients"], areas["IDH wild type"]["cases"]) == (80, 20)
    assert areas["IDH wild type"]["auc_low"] <= areas["IDH wild type"]["auc"] <= areas["IDH wild type"]["auc_high"]
    assert 0.25 < areas["1p/19q codeletion"]["auc"] < 0.8


def test_patients_without_a_known_subtype_are_left_out() -> None:
    known = traits(*["IDHwt", "IDHmut-codel"] * 8, *[None] * 5)
    embedding = np.random.default_rng(0).normal(size=(21, 3))
    embedding[16:] = np.nan
    areas = subtype_areas(known, embedding, SETTINGS)
    assert {area["patients"] for area in areas.values()} == {16}
    other = embedding.copy()
    other[16:] = 1e9
    assert subtype_areas(known, other, SETTINGS) == areas


@pytest.mark.parametrize("cases", [0, 1, 19, 20])
def test_too_few_cases_or_controls_give_no_area(cases: int) -> None:
    known = traits(*["IDHwt"] * cases, *["IDHmut-non-codel"] * (20 - cases))
    embedding = np.random.default_rng(0).normal(size=(20, 3))
    assert subtype_areas(known, embedding, SETTINGS) == {}


def test_outcomes_are_idh_and_codeletion_in_glioma_and_each_subtype_elsewhere() -> None:
    assert outcomes_of(["IDHwt", "", "IDHmut-non-codel"]) == {"idh_wildtype": "IDHwt", "codeletion": "IDHmut-codel"}
    assert outcomes_of(["LumA", "Basal", "LumA", ""]) == {"Basal": "Basal", "LumA": "LumA"}
    assert outcomes_of(["", ""]) == {}
