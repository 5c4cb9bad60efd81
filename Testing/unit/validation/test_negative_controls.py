"""What must come out of data with nothing in it, and what the usual mistakes make of it.

More controls stand beside the modules they test: the exact null (test_oof_null), the site (test_site_leak), the
pooled mean (test_oof_matrix), refits (test_refit_null), subtypes (test_within_strata), comparisons (test_paired).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest

from RadioGenomicsTrainLib.validation.correlation import parametric_p
from RadioGenomicsTrainLib.validation.correlation import pearson
from RadioGenomicsTrainLib.validation.folds import repeated_folds
from RadioGenomicsTrainLib.validation.multiple_testing import adjust
from RadioGenomicsTrainLib.validation.multiple_testing import count_below
from RadioGenomicsTrainLib.validation.oof_matrix import kernel_ridge_weights
from RadioGenomicsTrainLib.validation.oof_matrix import oof_matrix
from RadioGenomicsTrainLib.validation.oof_matrix import oof_mean_matrix
from RadioGenomicsTrainLib.validation.oof_null import max_t
from RadioGenomicsTrainLib.validation.oof_null import null_correlations
from RadioGenomicsTrainLib.validation.oof_null import null_p
from RadioGenomicsTrainLib.validation.within_strata import POOLED
from RadioGenomicsTrainLib.validation.within_strata import within_strata

SEEDS = 200


def head(x: np.ndarray, seed: int = 0, groups: np.ndarray | None = None, ridge: float = 1.0) -> np.ndarray:
    return oof_matrix(len(x), repeated_folds(len(x), 5, 1, seed, groups), kernel_ridge_weights(x @ x.T, ridge))


def textbook_count(y: np.ndarray, predicted: np.ndarray, one_sided: bool = True) -> int:
    return count_below(adjust(parametric_p(pearson(y, predicted), len(y), one_sided)).holm_sidak)


@dataclass(frozen=True)
class NoiseRun:
    exact: bool
    max_t: bool
    count: int
    count_p: float


@pytest.fixture(scope="module")
def noise_runs() -> list[NoiseRun]:
    """Features and expression of pure noise: 200 studies of 40 patients, 100 genes in five programs."""
    runs = []
    for seed in range(SEEDS):
        rng = np.random.default_rng([1, seed])
        h = head(rng.normal(size=(40, 20)), seed)
        y = rng.normal(size=(40, 5)) @ rng.normal(size=(5, 100)) + 1.5 * rng.normal(size=(40, 100))
        joint = max_t(y, h, 79, seed)
        exact = (adjust(null_p(pearson(y, h @ y), null_correlations(h, 10_000, seed))).holm_sidak <= 0.05).any()
        count = textbook_count(y, h @ y)
        runs.append(NoiseRun(exact, (joint.p_adjusted <= 0.05).any(), count, joint.count_p(count)))
    return runs


def test_noise_features_are_believed_in_five_percent_of_studies_by_the_valid_tests(noise_runs: list[NoiseRun]) -> None:
    assert 0.02 <= np.mean([run.max_t for run in noise_runs]) <= 0.08
    assert 0.02 <= np.mean([run.exact for run in noise_runs]) <= 0.08


def test_noise_features_are_believed_far_too_often_by_the_textbook_test(noise_runs: list[NoiseRun]) -> None:
    assert np.mean([run.count > 0 for run in noise_runs]) > 0.2
    assert max(run.count for run in noise_runs) >= 5


def test_the_permutation_p_of_the_textbook_count_is_calibrated(noise_runs: list[NoiseRun]) -> None:
    p = np.array([run.count_p for run in noise_runs])
    assert np.mean(p <= 0.05) <= 0.08
    assert 0.03 <= np.mean(p <= 0.1) <= 0.14


def coupled(seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Return expression [80, 300] in 20 programs, four of them written in the image features, and H of those.

    A truth to recover: the programs explain 60 % of the variance; genes 0 to 59 belong to the four.
    """
    rng = np.random.default_rng(seed)
    programs = rng.normal(size=(80, 20))
    program_of = np.repeat(np.arange(20), 15)
    y = np.sqrt(0.6) * programs[:, program_of] + np.sqrt(0.4) * rng.normal(size=(80, 300))
    x = np.hstack([programs[:, :4] + 0.5 * rng.normal(size=(80, 4)), rng.normal(size=(80, 4))])
    return y, head(x, seed, ridge=0.3)


def test_coupled_programs_are_recovered_and_no_other() -> None:
    y, h = coupled()
    joint = max_t(y, h, 199)
    found = np.flatnonzero(joint.p_adjusted <= 0.05)
    assert np.sum(found < 60) >= 50
    assert np.sum(found >= 60) <= 1
    assert joint.count_p(textbook_count(y, h @ y)) == pytest.approx(1 / 200)


def test_shuffled_patients_lose_what_was_coupled() -> None:
    y, h = coupled()
    rng = np.random.default_rng(1)
    believed = [(max_t(y[rng.permutation(80)], h, 59, run).p_adjusted <= 0.05).any() for run in range(40)]
    assert np.mean(believed) <= 0.1
    assert abs(np.median(pearson(y[rng.permutation(80)], h @ y[rng.permutation(80)]))) < 0.1


def test_several_series_of_one_patient_must_not_be_taken_for_several_patients() -> None:
    rng = np.random.default_rng(2)
    patient = np.repeat(np.arange(50), 4)
    y = rng.normal(size=(50, 300))
    # Noise that tells the patients apart and nothing else, seen again in each of the four series.
    x = rng.normal(size=(50, 30))[patient] + 0.5 * rng.normal(size=(200, 30))
    split_by_series, split_by_patient = head(x), head(x, groups=patient)
    assert textbook_count(y[patient], split_by_series @ y[patient]) > 290
    assert textbook_count(y[patient], split_by_patient @ y[patient]) > 10
    averaged = head(x.reshape(50, 4, 30).mean(axis=1))
    assert count_below(max_t(y, averaged, 199).p_adjusted) == 0


def test_a_predictor_that_knows_only_the_cohort_finds_most_genes_in_pooled_cohorts_and_none_within() -> None:
    rng = np.random.default_rng(3)
    cohort = np.repeat(np.arange(4), 60)
    onehot = np.eye(4)[cohort]
    y = 0.5 * onehot @ rng.normal(size=(4, 300)) + rng.normal(size=(240, 300))
    h = head(onehot + 0.1 * rng.normal(size=onehot.shape))
    assert textbook_count(y, h @ y) > 150
    assert within_strata(y, h, cohort.astype(str), n_permutations=199)[POOLED].significant == 0


def test_the_leave_one_out_mean_is_significant_for_every_gene_if_tested_on_both_sides() -> None:
    y = np.random.default_rng(4).normal(size=(40, 200))
    mean = oof_mean_matrix(40, [[np.array([i]) for i in range(40)]])
    assert textbook_count(y, mean @ y, one_sided=False) == 200
    assert textbook_count(y, mean @ y) == 0
