"""The embedding of a training patient is that of a prediction, whoever outlined the tumor."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from RadioGenomicsLib.imaging.descriptors import TumorRegions
from RadioGenomicsLib.model.deep_features import shipped_network
from RadioGenomicsLib.model.preprocessing import Preprocessing
from RadioGenomicsLib.model.study import prepare
from RadioGenomicsLib.model.tumor_embedding import TumorEmbedding
from RadioGenomicsLib.model.tumor_embedding import TumorView
from RadioGenomicsTrainLib.training.prepared import PreparedPatient
from RadioGenomicsTrainLib.training.tumor_embedding import embed_cohort
from RadioGenomicsTrainLib.training.tumor_embedding import view_patient
from Testing.unit.training.small_cohort import small_study

SETTINGS = Preprocessing()

pytestmark = pytest.mark.usefixtures("quick_features")


@pytest.fixture(scope="module")
def view(patients: list[PreparedPatient], quick_features: None) -> TumorView:
    return view_patient(patients[0], SETTINGS, shipped_network())


def values(embedding: TumorEmbedding) -> np.ndarray:
    return embedding.vector(embedding.layout)


def test_the_embedding_of_training_is_that_of_a_prediction() -> None:
    small = small_study(1)
    study = prepare(small.channels, SETTINGS, small.brain)
    channels = study.stacked().astype(np.float16)
    tumor = channels[1] > 3
    patient = PreparedPatient(channels, np.ones(3, bool), study.brain.array > 0, tumor, study.grid.affine)
    network = shipped_network()
    expected = TumorView(study.channels, study.brain.array > 0, study.slice_per_pixel, network).embed(tumor)
    trained = view_patient(patient, SETTINGS, network).embed(tumor)
    assert trained.layout == expected.layout
    # Prepared patients are kept in half precision.
    np.testing.assert_allclose(values(trained), values(expected), atol=0.02)


def test_core_and_mirrored_place_have_the_features_of_their_own_voxels(
    patients: list[PreparedPatient], view: TumorView
) -> None:
    """A tumor of one half's block is mirrored in the other half; the core lies three pixels inside."""
    brain = patients[0].brain
    middle = brain.shape[2] // 2
    tumor = brain.copy()
    tumor[:, :, middle - 4 :] = False
    deep = view.embed(tumor).deep
    opposite = tumor[:, :, ::-1] & brain
    np.testing.assert_allclose(deep["mirrored place"], view.embed(opposite, tumor).deep["tumor"])
    core = TumorRegions.of(tumor, brain).core
    assert core.any()
    np.testing.assert_allclose(deep["core of the tumor"], view.embed(core, tumor).deep["tumor"])


def test_a_tumor_too_small_for_a_core_has_none(patients: list[PreparedPatient], view: TumorView) -> None:
    tumor = np.zeros_like(patients[0].tumor)
    middle = np.argwhere(patients[0].tumor)[0]
    tumor[middle[0], middle[1] : middle[1] + 6, middle[2] : middle[2] + 6] = True
    assert np.isnan(view.embed(tumor).deep["core of the tumor"]).all()


def test_an_absent_channel_is_unknown_not_zero(patients: list[PreparedPatient]) -> None:
    patient = patients[0]
    channels = patient.channels * np.array([1, 1, 0], np.float16)[:, None, None, None]
    without = replace(patient, channels=channels, present=np.array([True, True, False]))
    described = view_patient(without, SETTINGS, shipped_network()).embed(patient.tumor).descriptors["signal"]
    assert np.isnan(described["T1c_mean"])
    assert np.isnan(described["uptake_mean"])
    assert np.isfinite(described["FLAIR_mean"])


def test_the_networks_own_outline_is_described_inside_the_brain(
    patients: list[PreparedPatient], view: TumorView
) -> None:
    patient = patients[0]
    moved = np.roll(patient.tumor, 3, axis=1) & patient.brain
    probability = np.where(moved | ~patient.brain, np.float32(0.9), np.float32(0.01))
    proposed = embed_cohort([patient], SETTINGS, [probability]).proposed
    np.testing.assert_allclose(proposed[0], values(view.embed(moved)))


@pytest.mark.parametrize("probability", [0.0, 1.0], ids=["nothing", "the whole brain"])
def test_where_the_network_gives_no_usable_outline_the_experts_stands_in(
    patients: list[PreparedPatient], view: TumorView, probability: float
) -> None:
    patient = patients[0]
    proposed = embed_cohort([patient], SETTINGS, [np.full(patient.brain.shape, probability, np.float32)]).proposed
    np.testing.assert_array_equal(proposed[0], values(view.embed(patient.tumor)))


def test_a_cohort_has_one_row_per_patient_in_groups_of_columns(
    patients: list[PreparedPatient], view: TumorView
) -> None:
    experts = [patient.tumor.astype(np.float32) for patient in patients]
    cohort = embed_cohort(patients, SETTINGS, experts)
    np.testing.assert_array_equal(cohort.values[0], values(view.embed(patients[0].tumor)))
    assert cohort.values.shape == (len(patients), sum(cohort.groups))
    assert cohort.descriptors.shape[1] == len(cohort.descriptor_names) < sum(cohort.groups)
    assert len(cohort.group_names) == len(cohort.groups)
    np.testing.assert_allclose(cohort.proposed, cohort.values)
    np.testing.assert_array_equal(np.hstack([cohort.descriptors, cohort.deep]), cohort.values)
    assert cohort.deep_groups == cohort.groups[-4:]
    assert embed_cohort(patients[:1], SETTINGS).proposed is None
