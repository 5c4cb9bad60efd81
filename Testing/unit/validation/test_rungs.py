"""What rungs take of patients."""

from __future__ import annotations

import numpy as np
import pytest

from RadioGenomicsLib.errors import InputError
from RadioGenomicsTrainLib.cohort.clinical import ClinicalTraits
from RadioGenomicsTrainLib.validation.rungs import CANDIDATES
from RadioGenomicsTrainLib.validation.rungs import RUNGS
from RadioGenomicsTrainLib.validation.rungs import chosen_features
from RadioGenomicsTrainLib.validation.rungs import clinical_features
from RadioGenomicsTrainLib.validation.rungs import site_features


def test_the_ladder_goes_from_the_mean_to_the_stack_and_names_each_rung_once() -> None:
    kinds = [rung.kind for rung in RUNGS]
    assert kinds[0] == "training_mean"
    assert kinds[-1] == "stack"
    assert len(set(kinds)) == len(kinds) == len({rung.name for rung in RUNGS})
    assert [kind for kind in kinds if kind in CANDIDATES] == list(CANDIDATES)


def test_every_rung_takes_features_or_predictions_that_are_stored() -> None:
    assert [rung.kind for rung in RUNGS if not rung.needs and not rung.stored] == ["training_mean"]
    assert all(len(rung.needs) > 1 for rung in RUNGS if rung.stacked)


def test_a_site_is_one_column() -> None:
    np.testing.assert_array_equal(site_features(["HT", "DU", "HT"]), [[0, 1], [1, 0], [0, 1]])


def test_clinical_traits_become_numbers_and_unknown_ones_stay_unknown() -> None:
    traits = [ClinicalTraits(age=40.0, sex="female", grade="G2"), ClinicalTraits(sex="male", grade="G3")]
    np.testing.assert_array_equal(clinical_features(traits), [[40, 0, 2], [np.nan, 1, 3]])


def test_a_trait_that_nobody_has_is_no_column() -> None:
    assert clinical_features([ClinicalTraits(age=40.0), ClinicalTraits(age=50.0)]).tolist() == [[40], [50]]


def test_tables_without_any_trait_are_refused() -> None:
    with pytest.raises(InputError, match="neither age nor sex nor grade"):
        clinical_features([ClinicalTraits(), ClinicalTraits(histology="astrocytoma")])


def test_features_are_chosen_by_name() -> None:
    values = np.arange(6.0).reshape(2, 3)
    np.testing.assert_array_equal(chosen_features(["a", "b", "c"], values, ["c", "a"]), [[2, 0], [5, 3]])
