"""From a cohort on disk to the record of its validation, all in small."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from RadioGenomicsLib.errors import InputError
from RadioGenomicsTrainLib.cohort.manifest import Cohort
from RadioGenomicsTrainLib.cohort.manifest import load_cohort
from RadioGenomicsTrainLib.training import token_features
from RadioGenomicsTrainLib.training.build import BuildSettings
from RadioGenomicsTrainLib.training.cohort_validation import validate_cohort
from RadioGenomicsTrainLib.training.encoder import EncoderSettings
from RadioGenomicsTrainLib.training.encoder_folds import encoder_key
from RadioGenomicsTrainLib.training.gene_validation import HeadSettings
from RadioGenomicsTrainLib.training.prepared import PreparedPatient
from RadioGenomicsTrainLib.training.prepared_cohort import prepare_cohort
from RadioGenomicsTrainLib.validation import record
from RadioGenomicsTrainLib.validation.cohort_data import StoredPrediction
from RadioGenomicsTrainLib.validation.cohort_data import ValidationSettings
from RadioGenomicsTrainLib.validation.folds import patient_folds
from RadioGenomicsTrainLib.validation.stored_predictions import write_prediction
from Testing.unit.training.small_cohort import LOG2
from Testing.unit.training.small_cohort import NETWORK
from Testing.unit.training.small_cohort import PATIENTS
from Testing.unit.training.small_cohort import write_small_cohort

SETTINGS = BuildSettings(
    network=NETWORK, encoder=EncoderSettings(epochs=1), head=HeadSettings(folds=2, repeats=1, permutations=20), folds=2
)
EFFORT = ValidationSettings(
    folds=2, repeats=1, permutations=20, refit_permutations=10, null_draws=2000, comparison_draws=20
)


def ladder(folder: Path) -> list[dict[str, str]]:
    with open(folder / "ladder.csv", encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


@pytest.fixture(scope="module", autouse=True)
def _fast(quick_features: None) -> Iterator[None]:
    """A small power table beside the quick features."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(record, "_POWER_SIZES", ())
        patch.setattr(record, "_POWER_TESTS", ())
        yield


@pytest.fixture(scope="module")
def cohort(tmp_path_factory: pytest.TempPathFactory) -> Cohort:
    folder = tmp_path_factory.mktemp("data")
    return load_cohort(write_small_cohort(folder), folder)


@pytest.fixture(scope="module")
def work(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("work")


@pytest.fixture(scope="module")
def gene_sets(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("sets") / "sets.gmt"
    # ERBB is an earlier symbol of EGFR.
    path.write_text("GROWTH\t\tERBB\tTP53\tPTEN\tATRX\tMKI67\nFEW\t\tSOX2\tVIM\n")
    return path


@pytest.fixture(scope="module")
def folder(cohort: Cohort, work: Path, gene_sets: Path) -> Path:
    return validate_cohort(cohort, SETTINGS, work, effort=EFFORT, gene_sets=gene_sets)


def test_every_expression_table_is_a_block_of_its_own(folder: Path) -> None:
    card = json.loads((folder / "record.json").read_text())
    assert [(b["id"], b["n"], b["genes"], b["patients_excluded"]) for b in card["blocks"]] == [
        ("log2_rsem", PATIENTS, len(LOG2), 0),
        ("z", PATIENTS - 1, 3, 1),
    ]


def test_genes_follow_the_tumor(folder: Path) -> None:
    rows = {(r["block"], r["kind"], r["splits"]): r for r in ladder(folder) if r["family"] == "genes"}
    assert float(rows["log2_rsem", "default", "random"]["median_r"]) > 0.3
    assert float(rows["log2_rsem", "default", "random"]["share_r2_above_0"]) > 0.5
    assert rows["log2_rsem", "default", "random"]["n"] == str(PATIENTS)
    assert ("z", "default", "site_disjoint") in rows
    assert rows["log2_rsem", "deep_features", "random"]["null"] == "exact"


def test_what_is_not_there_is_told_with_its_reason(folder: Path) -> None:
    card = json.loads((folder / "record.json").read_text())
    told = "\n".join(card["notes"])
    assert "Not run: frozen encoder. The encoders of the folds are not in the work folder" in told
    assert "Not run: clinical. The clinical tables: they tell neither age nor sex nor grade." in told
    assert "Not run: paper." in told
    assert not {"frozen_encoder", "clinical", "default_clinical", "paper"} & {row["kind"] for row in ladder(folder)}


def test_gene_sets_are_scored_in_the_symbols_in_use_now(folder: Path) -> None:
    with open(folder / "hallmarks_log2_rsem.csv", encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert [(row["gene_set"], row["members"]) for row in rows] == [("GROWTH", "5")]
    assert not (folder / "hallmarks_z.csv").exists()


def test_everything_left_out_is_in_the_flow(folder: Path) -> None:
    with open(folder / "flow.csv", encoding="utf-8", newline="") as stream:
        flow = {row["step"]: (row["kept"], row["dropped"]) for row in csv.DictReader(stream)}
    assert flow["images found"] == (str(PATIENTS), "0")
    assert flow["channels that hold an image"] == (str(3 * PATIENTS - 1), "1")
    assert flow["genes that vary and are expressed, log2 RSEM"] == (str(len(LOG2)), "1")
    assert flow["patients with z"] == (str(PATIENTS - 1), "1")
    with open(folder / "dropped.csv", encoding="utf-8", newline="") as stream:
        dropped = {(row["kind"], row["name"]) for row in csv.DictReader(stream)}
    assert {("gene", "GAPDH"), ("channel", "TCGA-BA-0003 T1c"), ("expression", "TCGA-BA-0009")} <= dropped


def test_encoders_and_stored_predictions_that_are_there_become_rungs(
    cohort: Cohort, work: Path, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def encode(patient: PreparedPatient, encoder: str, _reference: int) -> np.ndarray:
        slices, rows, columns = patient.tumor.shape
        cells = patient.channels[1].reshape(slices, rows // 16, 16, columns // 16, 16).astype(float)
        return cells.mean(axis=(2, 4))[:, None] * (1 + len(encoder))

    monkeypatch.setattr(token_features, "load_encoder", lambda path, _network: path.name)
    monkeypatch.setattr(token_features, "patient_tokens", encode)
    own = tmp_path / "work"
    own.mkdir()
    (own / "prepared").symlink_to(work / "prepared")
    prepared, _ = prepare_cohort(cohort, SETTINGS.preprocessing, own / "prepared")
    patients = list(prepared.values())
    (own / "encoders").mkdir()
    for test in patient_folds(PATIENTS, SETTINGS.folds, SETTINGS.seed):
        chosen = [patients[i] for i in np.setdiff1d(np.arange(PATIENTS), test)]
        (own / "encoders" / f"encoder-{encoder_key(chosen, NETWORK, SETTINGS.encoder)}.safetensors").touch()
    predicted = np.random.default_rng(0).normal(size=(PATIENTS, len(LOG2)))
    stored = StoredPrediction(predicted, 0 * predicted)
    write_prediction(own / "paper" / "predictions_log2_rsem.npz", list(prepared), LOG2, stored)
    rows = {(r["block"], r["kind"]): r for r in ladder(validate_cohort(cohort, SETTINGS, own, effort=EFFORT))}
    assert rows["log2_rsem", "frozen_encoder"]["null"] == "exact"
    assert rows["log2_rsem", "frozen_encoder"]["median_r"] != ""
    assert rows["log2_rsem", "paper"]["null"] == "none"
    assert rows["log2_rsem", "paper"]["compared_with"] == "frozen encoder"
    assert ("z", "paper") not in rows
    told = json.loads((own / "validation" / "record.json").read_text())["notes"]
    assert "The null of paper mode is from no refits, so it has none; 19 are the least that can reach p = 0.05." in told


def test_the_head_settings_of_the_bundle_decide_where_nothing_else_is_said(cohort: Cohort, work: Path) -> None:
    one = replace(SETTINGS, head=HeadSettings(folds=9, repeats=3, permutations=7))
    with pytest.raises(InputError, match="only 8 patients"):
        validate_cohort(replace(cohort, patients=cohort.patients[:8]), one, work)


def test_fewer_patients_than_folds_are_refused(cohort: Cohort, work: Path) -> None:
    with pytest.raises(InputError, match="only 1 patients"):
        validate_cohort(replace(cohort, patients=cohort.patients[:1]), SETTINGS, work, effort=EFFORT)
