"""From a cohort on disk to a bundle that predicts, all in small."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from RadioGenomicsLib.errors import InputError
from RadioGenomicsLib.errors import OutputError
from RadioGenomicsLib.model.bundle import Bundle
from RadioGenomicsLib.model.bundle import load_bundle
from RadioGenomicsLib.model.predictor import Predictor
from RadioGenomicsLib.model.study import prepare
from RadioGenomicsTrainLib.cohort.manifest import Cohort
from RadioGenomicsTrainLib.cohort.manifest import load_cohort
from RadioGenomicsTrainLib.training import build
from RadioGenomicsTrainLib.training.build import BuildSettings
from RadioGenomicsTrainLib.training.build import build_bundle
from RadioGenomicsTrainLib.training.encoder import EncoderSettings
from RadioGenomicsTrainLib.training.gene_validation import HeadSettings
from RadioGenomicsTrainLib.training.paper_training import PaperSettings
from Testing.unit.training.small_cohort import LOG2
from Testing.unit.training.small_cohort import NETWORK
from Testing.unit.training.small_cohort import PATIENTS
from Testing.unit.training.small_cohort import Z
from Testing.unit.training.small_cohort import small_study
from Testing.unit.training.small_cohort import write_small_cohort

SETTINGS = BuildSettings(
    network=NETWORK,
    encoder=EncoderSettings(epochs=1, tumor_slices=2, other_slices=1),
    head=HeadSettings(folds=2, repeats=1, permutations=20),
    folds=2,
)


@dataclass(frozen=True)
class Built:
    """What one run left."""

    cohort: Cohort
    work: Path
    bundle: Bundle
    told: list[float]


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory, quick_features: None) -> Built:
    folder = tmp_path_factory.mktemp("build")
    cohort = load_cohort(write_small_cohort(folder / "data"), folder / "data")
    told: list[float] = []
    bundle = build_bundle(
        cohort, SETTINGS, folder / "work", folder / "small", progress=lambda fraction, _: told.append(fraction)
    )
    return Built(cohort, folder / "work", bundle, told)


def test_the_bundle_loads_and_holds_every_gene_that_varies(built: Built) -> None:
    bundle = load_bundle(built.bundle.path)
    assert tuple(bundle.genes.symbol) == (*LOG2, *Z)
    assert bundle.genes.unit.tolist() == ["log2 RSEM"] * len(LOG2) + ["z"] * len(Z)
    assert bundle.genes.ensembl_id[0] == "ENSG00000146648"
    assert bundle.card["patients"] == PATIENTS
    assert [(m["patients"], m["genes"]) for m in bundle.card["matrices"]] == [(10, len(LOG2)), (9, len(Z))]


def test_a_gene_is_called_reliable_by_its_adjusted_p_alone(built: Built) -> None:
    genes = built.bundle.genes
    np.testing.assert_array_equal(genes.reliable, genes.cv_p_adjusted <= 0.05)
    assert (genes.cv_p_adjusted >= 1 / 21 - 1e-5).all()
    assert (np.abs(genes.cv_r) <= 1).all()
    assert (genes.interval_half_width[: len(LOG2)] > 0).all()


def test_the_card_holds_the_validation_and_no_patient(built: Built) -> None:
    card = built.bundle.card
    validation = card["validation"]
    assert validation["segmentation"].keys() == {"mean_dice", "median_dice", "patients", "folds"}
    assert "1 x 2-fold by patient" in validation["scheme"]
    assert [row["unit"] for row in validation["genes"]] == ["log2 RSEM", "z"]
    assert set(validation["subtypes"]) == {"IDH wild type", "1p/19q codeletion"}
    assert "TCGA-" not in json.dumps(card)


def test_the_work_folder_names_what_was_left_out_and_scores_every_patient(built: Built) -> None:
    left_out = {(one["kind"], one["subject"]) for one in json.loads((built.work / "dropped.json").read_text())}
    assert {("gene", "GAPDH"), ("channel", "TCGA-BA-0003 T1c"), ("expression", "TCGA-BA-0009")} <= left_out
    overlap = json.loads((built.work / "dice_by_patient.json").read_text())
    assert set(overlap) == {patient.id for patient in built.cohort.patients}


def test_the_bundle_predicts_a_new_patient(built: Built) -> None:
    bundle = load_bundle(built.bundle.path)
    new = small_study(50)
    study = prepare(new.channels, bundle.preprocessing, new.brain)
    prediction = Predictor(bundle, "cpu").predict(study, new.tumor, panel_genes=["EGFR"])
    assert np.isfinite(prediction.predicted_z).all()
    assert np.isfinite(prediction.predicted_log2[: len(LOG2)]).all()
    assert np.isnan(prediction.predicted_log2[len(LOG2) :]).all()


def test_a_training_patients_prediction_comes_from_the_training_embedding(built: Built) -> None:
    bundle = load_bundle(built.bundle.path)
    own = small_study(0)
    study = prepare(own.channels, bundle.preprocessing, own.brain)
    embedding = Predictor(bundle, "cpu").predict(study, own.tumor, panel_genes=[]).embedding
    space = bundle.space
    nearest = np.linalg.norm(space.place(embedding[None]) - space.points, axis=1)
    assert nearest.argmin() == 0
    assert nearest[0] < 0.1 * np.sort(nearest)[1]


def test_progress_rises_and_stays_within_one(built: Built) -> None:
    assert built.told == sorted(built.told)
    assert 0.9 < built.told[-1] <= 1


@pytest.mark.parametrize("moment", [None, 0, 4e9], ids=["as it was", "1970", "2096"])
def test_started_again_it_trains_nothing_anew_and_makes_the_same_bundle(
    built: Built, tmp_path: Path, moment: float | None
) -> None:
    # The clock does not matter: a cache is known by what is in it.
    for path in built.work.rglob("*") if moment is not None else ():
        os.utime(path, (moment, moment))
    before = {path.name: path.stat().st_mtime_ns for path in sorted((built.work / "encoders").iterdir())}
    again = build_bundle(built.cohort, SETTINGS, built.work, tmp_path / "small")
    assert {path.name: path.stat().st_mtime_ns for path in sorted((built.work / "encoders").iterdir())} == before
    assert len([name for name in before if name.endswith(".safetensors")]) == 3
    assert again.sha256 == built.bundle.sha256


def test_the_published_head_makes_a_bundle_of_its_own_kind_and_of_no_other_encoders(
    built: Built, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Its outlines are those of the encoders that were trained for genes.
    monkeypatch.delattr(build, "outline_held_out")
    before = sorted((built.work / "encoders").iterdir())
    settings = replace(SETTINGS, head=PaperSettings(epochs=1, slices=2))
    bundle = build_bundle(built.cohort, settings, built.work, tmp_path / "paper")
    assert sorted((built.work / "encoders").iterdir()) == before
    assert bundle.card["head"]["kind"] == "paper"
    assert bundle.card["validation"]["segmentation"]["patients"] == PATIENTS
    assert not bundle.genes.reliable.any()
    new = small_study(50)
    study = prepare(new.channels, bundle.preprocessing, new.brain)
    assert np.isfinite(Predictor(bundle, "cpu").predict(study, new.tumor, panel_genes=["EGFR"]).predicted_z).all()


def test_an_existing_output_is_refused_before_anything_is_done(built: Built, tmp_path: Path) -> None:
    (tmp_path / "there").mkdir()
    with pytest.raises(OutputError, match="there"):
        build_bundle(built.cohort, SETTINGS, tmp_path / "work", tmp_path / "there")
    assert not (tmp_path / "work").exists()


def test_fewer_patients_than_folds_are_refused(built: Built, tmp_path: Path) -> None:
    one = replace(built.cohort, patients=built.cohort.patients[:1])
    with pytest.raises(InputError, match="only 1 patients"):
        build_bundle(one, SETTINGS, tmp_path / "work", tmp_path / "out")
