"""The published head, cross-validated."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from RadioGenomicsLib.model.network import TransUNet
from RadioGenomicsTrainLib.cohort.expression import ExpressionMatrix
from RadioGenomicsTrainLib.training import paper_bundle
from RadioGenomicsTrainLib.training.gene_targets import gene_blocks
from RadioGenomicsTrainLib.training.paper_bundle import fit_paper_head
from RadioGenomicsTrainLib.training.paper_training import PaperSettings
from RadioGenomicsTrainLib.training.prepared import PreparedPatient
from Testing.unit.training.small_cohort import NETWORK

FOLDS = [np.array([0, 1]), np.array([2, 3])]


@pytest.fixture
def expression(patients: list[PreparedPatient]) -> ExpressionMatrix:
    values = np.random.default_rng(0).normal(8, 1, (len(patients), 3))
    values[3, 2] = np.nan
    return ExpressionMatrix(values, ("A", "B", "C", "D"), ("X", "Y", "W"), ("",) * 3, ("log2 RSEM",) * 2 + ("z",))


@pytest.mark.usefixtures("one_thread")
def test_every_patient_is_predicted_by_a_model_that_has_not_seen_them(
    patients: list[PreparedPatient], expression: ExpressionMatrix, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen, asked, predicted = [], [], []
    real_train, real_predict = paper_bundle.train_paper_model, paper_bundle.predict_from_tokens
    number_of = {id(patient): number for number, patient in enumerate(patients)}
    number_of_tumor = {id(patient.tumor): number for number, patient in enumerate(patients)}

    def train(chosen, z, encoder, settings, **options):
        seen.append([number_of[id(patient)] for patient in chosen])
        assert len(z) == len(chosen)
        return real_train(chosen, z, encoder, settings, **options)

    def predict(head, tokens, tumor):
        predicted.append((number_of_tumor[id(tumor)], tuple(seen[-1])))
        return real_predict(head, tokens, tumor)

    def start() -> TransUNet:
        asked.append(len(seen))
        torch.manual_seed(0)
        return TransUNet(NETWORK)

    monkeypatch.setattr(paper_bundle, "train_paper_model", train)
    monkeypatch.setattr(paper_bundle, "predict_from_tokens", predict)
    blocks, _ = gene_blocks(expression)
    _, fitted, outlined = fit_paper_head(patients, blocks, FOLDS, start, PaperSettings(epochs=1, slices=2), 1)
    assert asked == [0, 1, 2]
    assert [probability.shape for probability in outlined] == [patient.tumor.shape for patient in patients]
    assert predicted == [(0, (2, 3)), (1, (2, 3)), (2, (0, 1)), (3, (0, 1))]
    assert seen[-1] == [0, 1, 2, 3]
    assert fitted.space.points.shape == (4, NETWORK.embedding)
    assert fitted.genes.symbol.tolist() == ["X", "Y", "W"]


@pytest.mark.usefixtures("one_thread")
def test_without_a_null_no_gene_is_called_reliable(
    patients: list[PreparedPatient], expression: ExpressionMatrix
) -> None:
    blocks, _ = gene_blocks(expression)
    _, fitted, _ = fit_paper_head(
        patients, blocks, FOLDS, lambda: TransUNet(NETWORK), PaperSettings(epochs=1, slices=2), 1
    )
    assert not fitted.genes.reliable.any()
    assert np.isnan(fitted.genes.cv_p_adjusted).all()
    assert [row["unit"] for row in fitted.validation["genes"]] == ["log2 RSEM", "z"]
    assert "not computed" in fitted.scheme
    assert "seed" not in fitted.card


@pytest.mark.usefixtures("one_thread")
def test_a_run_keeps_its_course_but_no_checkpoints(
    patients: list[PreparedPatient], expression: ExpressionMatrix, tmp_path: Path
) -> None:
    blocks, _ = gene_blocks(expression)
    settings = PaperSettings(epochs=1, slices=2)
    fit_paper_head(patients, blocks, FOLDS, lambda: TransUNet(NETWORK), settings, 1, folder=tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["paper-everybody", "paper-fold-1", "paper-fold-2"]
    assert (tmp_path / "paper-fold-1" / "scalars.csv").exists()
