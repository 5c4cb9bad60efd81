"""The cache of prepared patients."""

from __future__ import annotations

from dataclasses import fields
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from RadioGenomicsLib.imaging.reading import read_volume
from RadioGenomicsLib.imaging.reading import write_volume
from RadioGenomicsLib.model.preprocessing import Preprocessing
from RadioGenomicsTrainLib.cohort.manifest import Cohort
from RadioGenomicsTrainLib.cohort.manifest import load_cohort
from RadioGenomicsTrainLib.training import prepared_cohort
from RadioGenomicsTrainLib.training.prepared_cohort import prepare_cohort
from Testing.unit.training.small_cohort import write_small_cohort

SETTINGS = Preprocessing()


@pytest.fixture
def cohort(tmp_path: Path) -> Cohort:
    return load_cohort(write_small_cohort(tmp_path / "data", patients=2), tmp_path / "data")


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    return tmp_path / "cache"


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of what is prepared anew."""
    names: list[str] = []
    real = prepared_cohort._prepare

    def prepare(patient, settings, path):
        names.append(patient.id)
        return real(patient, settings, path)

    monkeypatch.setattr(prepared_cohort, "_prepare", prepare)
    return names


def test_what_is_read_again_equals_what_was_prepared(cohort: Cohort, cache: Path, made: list[str]) -> None:
    first, _ = prepare_cohort(cohort, SETTINGS, cache)
    again, _ = prepare_cohort(cohort, SETTINGS, cache)
    assert made == ["TCGA-AA-0000", "TCGA-BA-0001"]
    assert list(again) == list(first)
    for one, two in zip(first.values(), again.values(), strict=True):
        for field in fields(one):
            np.testing.assert_array_equal(getattr(one, field.name), getattr(two, field.name))
    assert [path.name for path in cache.iterdir() if path.name.startswith(".")] == []


def test_other_settings_do_not_read_stale_arrays(cohort: Cohort, cache: Path, made: list[str]) -> None:
    prepare_cohort(cohort, SETTINGS, cache)
    other, _ = prepare_cohort(cohort, replace(SETTINGS, margin=9), cache)
    assert len(made) == 4
    width = (
        next(iter(other.values())).brain.any(axis=(0, 1)).sum(),
        next(iter(other.values())).brain.any(axis=(0, 2)).sum(),
    )
    assert width[0] <= 96 - 18
    assert width[1] <= 112 - 18


def test_a_changed_scan_is_prepared_again_and_only_it(cohort: Cohort, cache: Path, made: list[str]) -> None:
    prepare_cohort(cohort, SETTINGS, cache)
    path = Path(cohort.patients[1].channels["FLAIR"])
    scan = read_volume(path)
    write_volume(scan.with_array(scan.array * np.where(scan.array > 130, 1.5, 1).astype(np.float32)), path)
    prepare_cohort(cohort, SETTINGS, cache)
    assert made == ["TCGA-AA-0000", "TCGA-BA-0001", "TCGA-BA-0001"]


def test_a_patient_who_cannot_be_used_is_listed_with_the_reason_and_stops_nobody(cohort: Cohort, cache: Path) -> None:
    first = cohort.patients[0]
    without = {role: path for role, path in first.channels.items() if role != "FLAIR"}
    cohort = replace(cohort, patients=(replace(first, channels=without), cohort.patients[1]))
    prepared, dropped = prepare_cohort(cohort, SETTINGS, cache)
    assert list(prepared) == ["TCGA-BA-0001"]
    assert [(one.kind, one.subject) for one in dropped] == [("patient", "TCGA-AA-0000")]
    assert "the model needs this channel" in dropped[0].reason
