"""The door of the association, on a small cohort of images and on a table of features."""

from __future__ import annotations

import csv
import json
from dataclasses import replace

import numpy as np
import pytest

from RadioGenomicsLib.errors import InputError
from RadioGenomicsTrainLib.association.covariates import covariate_values
from RadioGenomicsTrainLib.association.files import NORMAL_SCORES
from RadioGenomicsTrainLib.association.files import NamedAssociations
from RadioGenomicsTrainLib.association.files import write_associations
from RadioGenomicsTrainLib.association.left_out import reasons_left_out
from RadioGenomicsTrainLib.association.pairs import associate
from RadioGenomicsTrainLib.cohort.clinical import ClinicalTraits
from RadioGenomicsTrainLib.cohort.dropped import Dropped
from RadioGenomicsTrainLib.doors.associate import associate_cohort
from RadioGenomicsTrainLib.doors.request import CohortRequest
from Testing.unit.training.small_cohort import PATIENTS


def test_a_cohort_of_images_is_tested_by_its_descriptors(request_of: CohortRequest) -> None:
    told: list[float] = []
    asked = replace(request_of, permutations=None)
    table, results = associate_cohort(asked, alpha=1.0, progress=lambda fraction, _: told.append(fraction))
    assert told == sorted(told)
    assert told[-1] == 1.0
    assert results[0].patients == PATIENTS
    lines = table.read_text().splitlines()
    assert lines[0].startswith("# Research use only.")
    rows = list(csv.DictReader(lines[1:]))
    assert len(rows) == sum(len(one.found.r) for one in results) > 0
    card = json.loads((table.parent / "summary.json").read_text())["tables"][0]
    assert card["pairs_tested"] == results[0].found.pairs
    assert card["degrees_of_freedom"] == PATIENTS - 2
    assert [path.name for path in table.parent.iterdir() if path.name.startswith(".")] == []


def test_an_unknown_covariate_is_refused(request_of: CohortRequest) -> None:
    with pytest.raises(InputError, match="there is no 'height'"):
        associate_cohort(request_of, ["height"])


def test_traits_become_numbers_and_what_is_unknown_a_gap() -> None:
    traits = [ClinicalTraits(50.0, "male", "G3"), ClinicalTraits(None, "female", "?")]
    expected = [[50.0, 1.0, 3.0], [np.nan, 0.0, np.nan]]
    np.testing.assert_array_equal(covariate_values(traits, ["age", "sex", "grade"]), expected)
    with pytest.raises(InputError, match="the age of no patient is known"):
        covariate_values([ClinicalTraits()], ["age"])


def test_the_table_names_pair_and_unit_and_the_summary_what_was_left_out(tmp_path) -> None:
    rng = np.random.default_rng(0)
    x = rng.normal(size=(30, 3))
    y = x[:, [1, 0]] + 0.1 * rng.normal(size=(30, 2))
    x[0, 2] = np.nan
    found = associate(x, y)
    gap = reasons_left_out(x, found.usable_features, ("volume", "depth", "gap"))
    one = NamedAssociations(
        found,
        ("volume", "depth", "gap"),
        ("EGFR", "IDH1"),
        "z",
        30,
        2,
        {"age": 2},
        NORMAL_SCORES,
        "Bonferroni, as asked",
        gap,
        {},
    )
    lost = [Dropped("clinical", "P1 age", "999 stands for a missing value")]
    table = write_associations([one], tmp_path / "new", ["age"], 0.05, lost)
    rows = list(csv.DictReader(table.read_text().splitlines()[1:]))
    assert {(row["feature"], row["gene"]) for row in rows} == {("volume", "IDH1"), ("depth", "EGFR")}
    assert {(row["unit"], row["values"], row["n"]) for row in rows} == {("z", "normal scores", "30")}
    assert all(float(row["r_low_95"]) < float(row["r"]) < float(row["r_high_95"]) for row in rows)
    summary = json.loads((table.parent / "summary.json").read_text())
    assert [(entry["kind"], entry["count"], entry["names"]) for entry in summary["left_out"]] == [
        ("clinical", 1, ["P1 age"])
    ]
    card = summary["tables"][0]
    assert (card["patients_without_a_covariate"], card["covariates_unknown"]) == (2, {"age": 2})
    assert card["features_left_out"] == {"gap": "is missing in 1 of 30 patients"}
    assert card["expected_by_chance"] == pytest.approx(0.05 * 4)
    assert (card["family_wise_p"], card["permutations"]) == ("Bonferroni, as asked", 0)
    assert (card["features_tested"], card["genes_tested"]) == (2, 2)
