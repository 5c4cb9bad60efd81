"""Predictions kept on disk."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from RadioGenomicsLib.errors import InputError
from RadioGenomicsTrainLib.validation.cohort_data import Refits
from RadioGenomicsTrainLib.validation.cohort_data import StoredPrediction
from RadioGenomicsTrainLib.validation.stored_predictions import read_prediction
from RadioGenomicsTrainLib.validation.stored_predictions import write_prediction


def test_predictions_come_back_for_the_patients_and_genes_asked_for(tmp_path: Path) -> None:
    path = tmp_path / "paper" / "predictions_log2.npz"
    predicted = np.arange(6.0).reshape(3, 2)
    write_prediction(path, ["P1", "P2", "P3"], ["EGFR", "TP53"], StoredPrediction(predicted, -predicted))
    found = read_prediction(path, ["P3", "P1"], ["TP53"])
    np.testing.assert_array_equal(found.predicted, [[5], [1]])
    np.testing.assert_array_equal(found.mean, [[-5], [-1]])


def test_predictions_that_lack_a_patient_a_gene_or_a_value_are_not_taken(tmp_path: Path) -> None:
    path = tmp_path / "predictions.npz"
    stored = StoredPrediction(np.array([[1, np.nan], [1, 1]]), np.zeros((2, 2)))
    write_prediction(path, ["P1", "P2"], ["EGFR", "TP53"], stored)
    assert read_prediction(tmp_path / "none.npz", ["P1"], ["EGFR"]) is None
    assert read_prediction(path, ["P3"], ["EGFR"]) is None
    assert read_prediction(path, ["P1"], ["PTEN"]) is None
    assert read_prediction(path, ["P1"], ["TP53"]) is None
    assert read_prediction(path, ["P1", "P2"], ["EGFR"]) is not None


def test_refits_come_back_for_the_patients_asked_for_if_they_exchanged_among_themselves(tmp_path: Path) -> None:
    path = tmp_path / "predictions.npz"
    deviations = np.arange(6.0).reshape(1, 3, 2)
    refits = Refits(np.array([[2, 1, 0]]), deviations)
    write_prediction(
        path, ["P1", "P2", "P3"], ["EGFR", "TP53"], StoredPrediction(np.ones((3, 2)), np.ones((3, 2)), refits)
    )
    found = read_prediction(path, ["P3", "P1"], ["TP53"]).refits
    assert found.orders.tolist() == [[1, 0]]
    assert found.deviations.tolist() == [[[5], [1]]]
    assert read_prediction(path, ["P1", "P2"], ["TP53"]).refits is None


def test_refits_without_their_orders_are_damage(tmp_path: Path) -> None:
    path = tmp_path / "predictions.npz"
    stored = StoredPrediction(np.ones((2, 1)), np.ones((2, 1)), Refits(np.array([[1, 0]]), np.zeros((2, 2, 1))))
    write_prediction(path, ["P1", "P2"], ["EGFR"], stored)
    with pytest.raises(InputError, match="damaged"):
        read_prediction(path, ["P1", "P2"], ["EGFR"])
