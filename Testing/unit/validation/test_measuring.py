"""Many rungs held against their nulls at once."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from RadioGenomicsLib.errors import WorkError
from RadioGenomicsLib.fan_out import HERE
from RadioGenomicsLib.fan_out import Workers
from RadioGenomicsTrainLib.validation import measured_rung
from RadioGenomicsTrainLib.validation import measuring
from RadioGenomicsTrainLib.validation.cohort_data import CohortData
from RadioGenomicsTrainLib.validation.cohort_data import Family
from RadioGenomicsTrainLib.validation.correlation import pearson
from RadioGenomicsTrainLib.validation.fitted_rungs import FittedRung
from RadioGenomicsTrainLib.validation.fitted_rungs import fit_rungs
from RadioGenomicsTrainLib.validation.measured_rung import place_of_test
from RadioGenomicsTrainLib.validation.measuring import measure_all
from Testing.unit.validation.small_data import SETTINGS
from Testing.unit.validation.small_data import small_data
from Testing.unit.validation.small_data import taught_data


@pytest.fixture(scope="module")
def rungs() -> dict[str, tuple[FittedRung, Family]]:
    return rungs_of(small_data())


def rungs_of(data: CohortData) -> dict[str, tuple[FittedRung, Family]]:
    fitted = fit_rungs(data, data.blocks[0], SETTINGS)
    return {f"{one.rung.kind}, {one.splits}": (one, data.blocks[0].families[0]) for one in fitted}


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_what_comes_out_does_not_depend_on_who_measures(rungs: dict, tmp_path: Path) -> None:
    for workers in (HERE, Workers(jobs=2)):
        measure_all(rungs, SETTINGS, tmp_path / str(workers.jobs), workers)
    alone, together = contents(tmp_path / "1"), contents(tmp_path / "2")
    assert alone == together
    # Radiomics and default are the same features here; the training mean has no null.
    assert set(alone) == {place.name for pair in rungs.values() if (place := place_of_test(*pair, SETTINGS, tmp_path))}
    assert len(alone) == len(rungs) - 2


def test_a_head_that_other_patients_taught_reaches_the_worker_whole(tmp_path: Path) -> None:
    rungs = rungs_of(taught_data())
    rung, family = rungs["default, random"]
    measure_all(rungs, SETTINGS, tmp_path)
    place = place_of_test(rung, family, SETTINGS, tmp_path)
    assert place is not None
    kept = dict(np.load(place))
    np.testing.assert_allclose(kept["r"], pearson(family.y, rung.predict(family)), atol=1e-5)
    assert {one.name for one in tmp_path.iterdir()} >= {place.name}


def test_what_was_measured_starts_no_process(rungs: dict, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    measure_all(rungs, SETTINGS, tmp_path)
    asked: list[int] = []
    monkeypatch.setattr(measuring, "fan_out", lambda _work, items, *_: asked.append(len(items)) or ())
    measure_all(rungs, SETTINGS, tmp_path, Workers(jobs=2))
    assert asked == [0]


def test_a_rung_that_fails_is_named_and_leaves_nothing(
    rungs: dict, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise ArithmeticError("no such luck")

    monkeypatch.setattr(measured_rung, "max_t", fail)
    with pytest.raises(WorkError, match=r"default, random.*no such luck"):
        measure_all({"default, random": rungs["default, random"]}, SETTINGS, tmp_path)
    assert not list(tmp_path.iterdir())
