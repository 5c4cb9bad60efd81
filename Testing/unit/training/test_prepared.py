"""A patient on the network's grid, made by the steps of a prediction."""

from __future__ import annotations

from dataclasses import fields
from dataclasses import replace

import numpy as np
import pytest

from RadioGenomicsLib.errors import ChannelError
from RadioGenomicsLib.errors import RegionError
from RadioGenomicsLib.imaging.volume import Volume
from RadioGenomicsLib.model.preprocessing import Preprocessing
from RadioGenomicsLib.model.study import mask_on_grid
from RadioGenomicsLib.model.study import prepare
from RadioGenomicsTrainLib.training.prepared import PreparedPatient
from RadioGenomicsTrainLib.training.prepared import prepare_patient
from Testing.unit.training.small_cohort import SmallStudy
from Testing.unit.training.small_cohort import small_study

SETTINGS = Preprocessing()


@pytest.fixture(scope="module")
def study() -> SmallStudy:
    return small_study(0)


def test_training_sees_what_a_prediction_sees(study: SmallStudy) -> None:
    prepared = prepare_patient(study.channels, study.tumor, SETTINGS)
    predicted = prepare(study.channels, SETTINGS, study.brain)
    np.testing.assert_array_equal(prepared.channels, predicted.stacked().astype(np.float16))
    np.testing.assert_array_equal(prepared.brain, predicted.brain.array > 0)
    np.testing.assert_array_equal(prepared.tumor, mask_on_grid(study.tumor, predicted))
    np.testing.assert_array_equal(prepared.affine, predicted.grid.affine)


def test_an_experts_mask_follows_the_channel_that_it_was_drawn_on(study: SmallStudy) -> None:
    away = np.eye(4)
    away[2, 3] = 22.0
    t1c, tumor = (Volume(one.array, away @ one.affine) for one in (study.channels["T1c"], study.tumor))
    channels = {"FLAIR": study.channels["FLAIR"], "T1c": t1c}
    plain = prepare_patient(channels, study.tumor, SETTINGS).tumor
    by_grid = prepare_patient(channels, tumor, SETTINGS).tumor
    coarse = Volume(tumor.array[:, ::2, ::2], tumor.affine @ np.diag([2.0, 2.0, 1.0, 1.0]))
    by_name = prepare_patient(channels, coarse, SETTINGS, "T1c").tumor
    for found in (by_grid, by_name):
        assert 2 * (found & plain).sum() / (found.sum() + plain.sum()) > 0.7


def test_an_absent_channel_is_known_to_be_absent(study: SmallStudy) -> None:
    given = {"FLAIR": study.channels["FLAIR"], "T1": study.channels["T1"]}
    prepared = prepare_patient(given, study.tumor, SETTINGS)
    assert prepared.present.tolist() == [True, True, False]
    assert not prepared.channels[2].any()


def test_a_patient_without_the_reference_channel_or_a_tumor_is_refused(study: SmallStudy) -> None:
    with pytest.raises(ChannelError, match="FLAIR"):
        prepare_patient({"T1": study.channels["T1"]}, study.tumor, SETTINGS)
    nothing = study.tumor.with_array(np.zeros_like(study.tumor.array))
    with pytest.raises(RegionError, match="tumor"):
        prepare_patient(study.channels, nothing, SETTINGS)


def test_the_digest_changes_with_any_array(patients: list[PreparedPatient]) -> None:
    patient = patients[0]
    assert replace(patient, tumor=patient.tumor.copy()).digest() == patient.digest()
    digests = {patient.digest()}
    for field in fields(patient):
        array = getattr(patient, field.name).copy()
        array.flat[7 % array.size] = (
            1 - array.flat[7 % array.size] if array.dtype != bool else ~array.flat[7 % array.size]
        )
        digests.add(replace(patient, **{field.name: array}).digest())
    assert len(digests) == 6
