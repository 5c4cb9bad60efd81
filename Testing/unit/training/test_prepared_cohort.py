"""The cache of prepared patients."""

from __future__ import annotations

from dataclasses import fields
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from RadioGenomicsLib.errors import Canceled
from RadioGenomicsLib.errors import DependencyError
from RadioGenomicsLib.fan_out import Workers
from RadioGenomicsLib.imaging.reading import read_volume
from RadioGenomicsLib.imaging.reading import write_volume
from RadioGenomicsLib.model.preprocessing import Preprocessing
from RadioGenomicsTrainLib.cohort.manifest import Cohort
from RadioGenomicsTrainLib.cohort.manifest import load_cohort
from RadioGenomicsTrainLib.training import prepared_cohort
from RadioGenomicsTrainLib.training.prepared_cohort import prepare_cohort
from Testing.contract._sources import ROOT
from Testing.contract._sources import loaded_with
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

    def prepare(task, progress):
        names.append(task.patient.id)
        return real(task, progress)

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


def test_a_file_that_was_cut_off_is_made_again(cohort: Cohort, cache: Path, made: list[str]) -> None:
    first, _ = prepare_cohort(cohort, SETTINGS, cache)
    path = next(cache.glob("TCGA-AA-0000-*.npz"))
    path.write_bytes(path.read_bytes()[:1000])
    again, _ = prepare_cohort(cohort, SETTINGS, cache)
    assert made == ["TCGA-AA-0000", "TCGA-BA-0001", "TCGA-AA-0000"]
    assert again["TCGA-AA-0000"].digest() == first["TCGA-AA-0000"].digest()


@pytest.mark.parametrize("what", ["code", "package", "brain extraction"])
def test_other_code_does_not_read_stale_arrays(
    cohort: Cohort, cache: Path, made: list[str], monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    prepare_cohort(cohort, SETTINGS, cache)
    prepared_cohort._code.cache_clear()
    if what == "code":
        monkeypatch.setattr(prepared_cohort, "PASSED_THROUGH", prepared_cohort.PASSED_THROUGH[1:])
    elif what == "package":
        monkeypatch.setattr(prepared_cohort, "_version", lambda name: f"{name} 99")
    else:
        monkeypatch.setattr(prepared_cohort, "available_methods", lambda: ["by hand"])
    prepare_cohort(cohort, SETTINGS, cache)
    prepared_cohort._code.cache_clear()
    assert len(made) == 4


def test_the_code_of_the_key_is_all_that_a_patient_passes_through() -> None:
    library = ROOT / "RadioGenomics" / "RadioGenomicsLib"
    starts = [Path(prepared_cohort.prepared_module.__file__), library / "imaging/mask_file.py"]
    reached = {path.relative_to(library).as_posix() for start in starts for path in loaded_with(start) - {starts[0]}}
    # How errors and progress are told, and how settings are written, changes no array.
    plain = {
        "errors.py",
        "progress.py",
        "model/json_block.py",
        "imaging/__init__.py",
        "imaging/brain_methods/__init__.py",
    }
    assert reached - plain == set(prepared_cohort.PASSED_THROUGH)


def test_what_concerns_all_patients_is_raised(cohort: Cohort, cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise DependencyError("brain extraction", "it is not installed", "Install it.")

    monkeypatch.setattr(prepared_cohort, "prepare_patient", fail)
    with pytest.raises(DependencyError):
        prepare_cohort(cohort, SETTINGS, cache)


def test_canceled_it_keeps_what_is_done(cohort: Cohort, cache: Path, made: list[str]) -> None:
    def cancel_after_one(_fraction: float, step: str) -> None:
        if step == "1 of 2 patients prepared":
            raise Canceled

    with pytest.raises(Canceled):
        prepare_cohort(cohort, SETTINGS, cache, cancel_after_one)
    prepare_cohort(cohort, SETTINGS, cache)
    assert made == ["TCGA-AA-0000", "TCGA-BA-0001"]


def test_processes_prepare_the_same_arrays_in_the_same_order(cohort: Cohort, cache: Path, tmp_path: Path) -> None:
    here, _ = prepare_cohort(cohort, SETTINGS, cache)
    told: list[float] = []
    there, _ = prepare_cohort(
        cohort, SETTINGS, tmp_path / "other", lambda fraction, _: told.append(fraction), Workers(jobs=2)
    )
    assert {name: one.digest() for name, one in there.items()} == {name: one.digest() for name, one in here.items()}
    assert list(there) == list(here)
    assert told == sorted(told)
    assert told[-1] == 1.0
    assert sorted(path.name for path in cache.iterdir()) == sorted(path.name for path in (tmp_path / "other").iterdir())
