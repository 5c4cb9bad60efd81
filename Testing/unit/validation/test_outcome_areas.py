"""Areas under the ROC curve of outcomes."""

from __future__ import annotations

import numpy as np
import pytest

from RadioGenomicsTrainLib.validation.folds import repeated_folds
from RadioGenomicsTrainLib.validation.outcome_areas import outcome_areas
from Testing.unit.validation.small_data import head

LABELS = ["A", "B", "B", ""] * 15


@pytest.fixture(scope="module")
def embedding() -> np.ndarray:
    embedding = np.random.default_rng(0).normal(size=(60, 3))
    embedding[:, 0] += 1.5 * (np.array(LABELS) == "A")
    return embedding


def test_the_area_is_the_share_of_pairs_in_order(embedding: np.ndarray) -> None:
    (area,) = outcome_areas(LABELS, {"is A": "A"}, embedding, (3,), head, folds=5, seed=3)
    known = np.array(LABELS) != ""
    case = np.array(LABELS)[known] == "A"
    score = head(embedding[known], repeated_folds(45, 5, 50, 3)) @ case.astype(float)
    by_hand = np.mean([one > other for one in score[case] for other in score[~case]])
    assert (area.outcome, area.patients, area.cases) == ("is A", 45, 15)
    assert area.auc == pytest.approx(by_hand)
    assert area.low < area.auc < area.high
    assert area.low > 0.5


def test_an_outcome_that_the_embedding_does_not_show_has_one_half_inside_its_interval() -> None:
    noise = np.random.default_rng(1).normal(size=(60, 3))
    (area,) = outcome_areas(LABELS, {"is A": "A"}, noise, (3,), head)
    assert area.low < 0.5 < area.high


def test_the_same_seed_gives_the_same_interval(embedding: np.ndarray) -> None:
    first, again = (outcome_areas(LABELS, {"is A": "A"}, embedding, (3,), head) for _ in range(2))
    assert first == again


def test_outcomes_of_nobody_are_left_out(embedding: np.ndarray) -> None:
    assert outcome_areas(LABELS, {"is C": "C"}, embedding, (3,), head) == []
    assert outcome_areas([""] * 60, {"is A": "A"}, embedding, (3,), head) == []
