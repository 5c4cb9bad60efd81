"""A cohort in numbers, small enough to climb the ladder on in a test: features that genes follow, and others."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from RadioGenomicsLib.model.kernel_head import head_weights
from RadioGenomicsTrainLib.cohort.dropped import Dropped
from RadioGenomicsTrainLib.training.programme_head import chosen_ridge
from RadioGenomicsTrainLib.training.set_kernels import set_kernels
from RadioGenomicsTrainLib.validation.cohort_data import Block
from RadioGenomicsTrainLib.validation.cohort_data import CohortData
from RadioGenomicsTrainLib.validation.cohort_data import Family
from RadioGenomicsTrainLib.validation.cohort_data import FlowStep
from RadioGenomicsTrainLib.validation.cohort_data import ValidationSettings
from RadioGenomicsTrainLib.validation.oof_matrix import oof_matrix
from RadioGenomicsTrainLib.validation.rungs import site_features

N = 40
SETTINGS = ValidationSettings(
    folds=4,
    repeats=2,
    permutations=40,
    refit_permutations=20,
    null_draws=4000,
    comparison_draws=50,
    nested_permutations=20,
)


def head(embedding: np.ndarray, splits: list, groups: tuple[int, ...] | None = None) -> np.ndarray:
    """Fit the kernel head."""

    def weights(train: np.ndarray, test: np.ndarray) -> np.ndarray:
        return head_weights(embedding[train], embedding[test], 1.0, groups)

    return oof_matrix(len(embedding), splits, weights)


def small_data(seed: int = 0, signal: str = "default") -> CohortData:
    """Make a cohort whose genes follow one kind of features; patients 0 and 1 were not measured.

    Args:
        seed: of everything.
        signal: the kind that genes follow.
    """
    random = np.random.default_rng(seed)
    features = {
        "clinical": random.normal(size=(N, 2)),
        "volume_location": random.normal(size=(N, 3)),
        "default": random.normal(size=(N, 4)),
    }
    sites = np.array(["DU", "HT", "CS", "FG"])[np.arange(N) % 4]
    rows = np.arange(2, N)
    y = random.normal(size=(N, 12))
    y[:, :8] += 2 * features[signal][:, :1] + features[signal][:, 1:2]
    y = ((y - y[rows].mean(axis=0)) / y[rows].std(axis=0))[rows]
    genes = Family("genes", tuple(f"G{i}" for i in range(11)) + ("EGFR",), y)
    sets = Family("hallmarks", ("A", "B"), y[:, [0, 9]] / 10 + 0.5, np.array([5, 6]))
    return CohortData(
        cohort={"id": "small", "title": "Made up", "licence": "CC0", "citation": [], "limitations": []},
        patients=tuple(f"P{i}" for i in range(N)),
        sites=sites,
        strata=np.where(features[signal][:, 0] > 0, "case", "other"),
        outcomes={"case": "case"},
        features={**features, "site": site_features(sites), "radiomics": features["default"]},
        absent=dict.fromkeys(("deep_features", "frozen_encoder", "paper"), "There is none."),
        blocks=(Block("log2", "log2", rows, (genes, sets)),),
        head=head,
        ridges=lambda embedding, splits, groups: chosen_ridge(embedding, embedding, splits, groups),
        sets=set_kernels,
        choose_from={"place and shape": 2, "signal": 2},
        flow=(FlowStep("made", "patient", N, 1),),
        dropped=(Dropped("patient", "P99", "made up"),),
    )


def taught_data(seed: int = 0) -> CohortData:
    """Make the same cohort with what patients without images teach: levels to fit to, and programmes to predict."""
    data, random = small_data(seed), np.random.default_rng(seed + 1)

    def taught(family: Family) -> Family:
        targets = family.y.shape[1]
        axes = np.linalg.qr(random.normal(size=(targets, min(3, targets))))[0].T
        return replace(family, fitted_to=family.y + 0.1 * random.normal(size=family.y.shape), programmes=axes)

    block = data.blocks[0]
    return replace(data, blocks=(replace(block, families=tuple(map(taught, block.families))),))
