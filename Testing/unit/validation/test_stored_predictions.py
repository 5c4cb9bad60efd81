"""Predictions kept on disk."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from RadioGenomicsTrainLib.validation.stored_predictions import read_prediction
from RadioGenomicsTrainLib.validation.stored_predictions import write_prediction


def test_predictions_come_back_for_the_patients_and_genes_asked_for(tmp_path: Path) -> None:
    path = tmp_path / "paper" / "predictions_log2.npz"
    predicted = np.arange(6.0).reshape(3, 2)
    write_prediction(path, ["P1", "P2", "P3"], ["EGFR", "TP53"], predicted, -predicted)
    found = read_prediction(path, ["P3", "P1"], ["TP53"])
    np.testing.assert_array_equal(found.predicted, [[5], [1]])
    np.testing.assert_array_equal(found.mean, [[-5], [-1]])


def test_predictions_that_lack_a_patient_a_gene_or_a_value_are_not_taken(tmp_path: Path) -> None:
    path = tmp_path / "predictions.npz"
    write_prediction(path, ["P1", "P2"], ["EGFR", "TP53"], np.array([[1, np.nan], [1, 1]]), np.zeros((2, 2)))
    assert read_prediction(tmp_path / "none.npz", ["P1"], ["EGFR"]) is None
    assert read_prediction(path, ["P3"], ["EGFR"]) is None
    assert read_prediction(path, ["P1"], ["PTEN"]) is None
    assert read_prediction(path, ["P1"], ["TP53"]) is None
    assert read_prediction(path, ["P1", "P2"], ["EGFR"]) is not None
