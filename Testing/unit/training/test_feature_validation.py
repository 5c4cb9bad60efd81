"""Validation of cohorts of published features."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from RadioGenomicsLib.errors import InputError
from RadioGenomicsTrainLib.cohort.clinical import ClinicalTraits
from RadioGenomicsTrainLib.cohort.description import read_description
from RadioGenomicsTrainLib.cohort.expression import ExpressionMatrix
from RadioGenomicsTrainLib.cohort.feature_cohort import FeatureCohort
from RadioGenomicsTrainLib.cohort.feature_cohort import FeaturePatient
from RadioGenomicsTrainLib.cohort.feature_cohort import load_feature_cohort
from RadioGenomicsTrainLib.training.feature_validation import validate_feature_cohort
from RadioGenomicsTrainLib.training.gene_validation import HeadSettings

SETTINGS = HeadSettings(repeats=2, permutations=200)
N = 40


@pytest.fixture
def cohort(tmp_path: Path) -> FeatureCohort:
    """40 patients of two sites; genes 0-9 follow the first feature, 10-39 nothing, and gene 40 is constant."""
    rng = np.random.default_rng(0)
    features = rng.standard_normal((N, 5))
    expression = rng.standard_normal((N, 41))
    expression[:, :10] += 4 * features[:, :1]
    expression[:, 40] = 1.0
    features[::7, 1] = np.nan
    names = tuple(f"P{index}" for index in range(N))
    return FeatureCohort(
        description=read_description("tcga-gbm", tmp_path),
        patients=tuple(FeaturePatient(name, "AB"[i % 2], ClinicalTraits()) for i, name in enumerate(names)),
        names=("a", "b", "c", "d", "e"),
        features=features,
        all_expression=ExpressionMatrix(
            expression, names, tuple(f"G{i}" for i in range(41)), ("",) * 41, ("log2 TPM",) * 41
        ),
        dropped=(),
    )


def test_genes_that_follow_a_feature_are_found(cohort: FeatureCohort) -> None:
    found = validate_feature_cohort(cohort, SETTINGS)
    (block,) = found.blocks
    called = np.flatnonzero(block.validation.head.max_t.p_adjusted <= 0.05)
    assert set(range(10)) <= set(called)
    assert len(called) <= 11  # in one family of twenty one gene is called by chance
    assert (block.row.n, block.row.features, block.row.genes, block.row.max_t) == (N, 5, 40, len(called))
    assert block.row.share_above_03_p_within_sites < 0.05
    assert [one.subject for one in found.dropped] == ["G40"]


def test_shuffled_patients_without_sites_are_nothing_above_chance(cohort: FeatureCohort) -> None:
    nowhere = tuple(replace(patient, site="") for patient in cohort.patients)
    shuffled = replace(cohort, patients=nowhere, features=np.random.default_rng(1).permutation(cohort.features))
    (block,) = validate_feature_cohort(shuffled, SETTINGS).blocks
    assert block.row.verdict == "nothing above chance"
    assert block.row.share_above_03_p_within_sites is None


def test_genes_measured_in_other_patients_are_a_block_of_their_own(cohort: FeatureCohort) -> None:
    values = cohort.all_expression.values.copy()
    values[:15, 30:40] = np.nan
    found = validate_feature_cohort(
        replace(cohort, all_expression=replace(cohort.all_expression, values=values)), SETTINGS
    )
    assert [(block.row.n, block.row.genes) for block in found.blocks] == [(40, 30), (25, 10)]


def test_expression_that_does_not_vary_is_refused(cohort: FeatureCohort) -> None:
    with pytest.raises(InputError, match="no gene varies"):
        validate_feature_cohort(replace(cohort, all_expression=cohort.all_expression.for_genes([40])), SETTINGS)


def test_glioblastoma_radiomics_stay_within_chance(data_root: Path) -> None:
    settings = HeadSettings(repeats=3, permutations=300)
    (block,) = validate_feature_cohort(load_feature_cohort("tcga-gbm", data_root), settings).blocks
    assert (block.row.n, block.row.features, block.row.genes) == (52, 704, 840)
    assert block.row.median_r == pytest.approx(0.07, abs=0.03)
    assert block.row.share_above_03_p > 0.05
    assert block.row.max_t == 0
    assert block.row.parametric_holm_sidak <= 5
