"""Outlines against the expert's."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from RadioGenomicsLib.imaging.reading import write_volume
from RadioGenomicsTrainLib.training.prepared import PreparedPatient
from RadioGenomicsTrainLib.training.tumor_overlap import dice
from RadioGenomicsTrainLib.training.tumor_overlap import proposal_dice
from Testing.unit.training.small_cohort import small_study


def test_dice_of_known_overlaps() -> None:
    first, second = np.zeros(10, bool), np.zeros(10, bool)
    assert dice(first, second) == 1
    first[:4] = True
    assert dice(first, second) == 0
    second[2:4] = True
    assert dice(first, second) == pytest.approx(2 / 3)
    assert dice(first, first) == 1


@pytest.fixture
def expert(tmp_path: Path) -> str:
    write_volume(small_study(0).tumor, tmp_path / "mask.nii.gz")
    return str(tmp_path / "mask.nii.gz")


def test_the_experts_own_outline_through_the_grid_and_back_is_nearly_perfect(
    patients: list[PreparedPatient], expert: str
) -> None:
    assert proposal_dice(patients[0].tumor.astype(np.float32), patients[0], expert) > 0.9


def test_what_lies_outside_the_brain_and_specks_are_not_held_against_it(
    patients: list[PreparedPatient], expert: str
) -> None:
    patient = patients[0]
    clean = patient.tumor.astype(np.float32)
    noisy = np.where(patient.brain, clean, np.float32(1))
    speck = np.argwhere(patient.brain & ~patient.tumor)[0]
    noisy[tuple(speck)] = 1
    assert proposal_dice(noisy, patient, expert) == pytest.approx(proposal_dice(clean, patient, expert), abs=1e-3)


def test_an_empty_proposal_scores_zero(patients: list[PreparedPatient], expert: str) -> None:
    assert proposal_dice(np.zeros(patients[0].tumor.shape, np.float32), patients[0], expert) == 0
