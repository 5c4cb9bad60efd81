"""Hold many rungs against their nulls at once: what comes out lies in the cache, where the ladder finds it."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from RadioGenomicsLib.fan_out import HERE
from RadioGenomicsLib.fan_out import Failed
from RadioGenomicsLib.fan_out import Workers
from RadioGenomicsLib.fan_out import fan_out
from RadioGenomicsLib.progress import Progress
from RadioGenomicsLib.progress import silent
from RadioGenomicsLib.whole_outputs import scratch_folder
from RadioGenomicsTrainLib.validation.array_cache import read_arrays
from RadioGenomicsTrainLib.validation.chosen_ridge import ChosenRidge
from RadioGenomicsTrainLib.validation.cohort_data import Family
from RadioGenomicsTrainLib.validation.cohort_data import ValidationSettings
from RadioGenomicsTrainLib.validation.fitted_rungs import FittedRung
from RadioGenomicsTrainLib.validation.measured_rung import measure
from RadioGenomicsTrainLib.validation.measured_rung import place_of_test
from RadioGenomicsTrainLib.validation.rungs import Rung
from RadioGenomicsTrainLib.validation.stacking import Stack
from RadioGenomicsTrainLib.work_folder import faults_told


@dataclass(frozen=True)
class _Test:
    """A rung's way to a worker.

    Attributes:
        rung, splits, taught: of the fitted rung.
        fitted: file of its matrices, of its stack or its ridges, and of what patients without images teach it.
        family: name of the targets.
        y: file of their values.
        settings: of permutations and draws.
        cache: where the result goes.
    """

    rung: Rung
    splits: str
    taught: bool
    fitted: Path
    family: str
    y: Path
    settings: ValidationSettings
    cache: Path


def measure_all(
    rungs: Mapping[str, tuple[FittedRung, Family]],
    settings: ValidationSettings,
    cache: Path,
    workers: Workers = HERE,
    progress: Progress = silent,
) -> None:
    """Do for many rungs what takes long in :func:`.measured_rung.measure`; what is in the cache is not done again.

    Args:
        rungs: by name, each with its targets.
        settings: of permutations and draws.
        cache: folder of the results; a cluster's computers must share it.
        workers: who does it.
        progress: told now and then.

    Raises:
        RadioGenomicsError: a rung could not be measured.
    """
    cache = cache.absolute()
    places = {name: place_of_test(*pair, settings, cache) for name, pair in rungs.items()}
    # Rungs that predict the same have one place.
    first = {place: name for name, place in reversed(places.items()) if place is not None and not place.exists()}
    cache.mkdir(parents=True, exist_ok=True)
    with scratch_folder(cache) as folder:
        tests = {name: _stored(*rungs[name], settings, folder, cache) for name in rungs if name in first.values()}
        for _, outcome in fan_out(_measure, tests, workers, progress):
            if isinstance(outcome, Failed):
                raise outcome.error


def _stored(fitted: FittedRung, family: Family, settings: ValidationSettings, folder: Path, cache: Path) -> _Test:
    """Put a rung and its targets into files, which may be large."""
    parts: dict[str, Mapping[str, np.ndarray | None]] = {
        "matrices": {"h": fitted.h, "m": fitted.m},
        "taught": {"fitted_to": family.fitted_to, "programmes": family.programmes} if fitted.taught else {},
        "ridges": fitted.ridges.to_arrays() if fitted.ridges else {},
        "stack": fitted.stack.to_arrays() if fitted.stack else {},
    }
    arrays = {f"{part}.{name}": array for part, named in parts.items() for name, array in named.items()}
    rung, y = folder / f"{uuid.uuid4().hex[:8]}.npz", folder / f"{family.name}.npy"
    np.savez(rung, **{name: array for name, array in arrays.items() if array is not None})  # type: ignore[arg-type]
    if not y.exists():
        np.save(y, family.y)
    return _Test(fitted.rung, fitted.splits, fitted.taught, rung, family.name, y, settings, cache)


@faults_told()
def _measure(test: _Test, progress: Progress) -> None:
    y = np.load(test.y, allow_pickle=False)
    parts: dict[str, dict[str, np.ndarray]] = {"matrices": {}, "taught": {}, "ridges": {}, "stack": {}}
    for key, array in read_arrays(test.fitted).items():
        part, _, name = key.partition(".")
        parts[part][name] = array
    fitted = FittedRung(
        test.rung,
        test.splits,
        parts["matrices"].get("h"),
        parts["matrices"]["m"],
        stack=Stack.from_arrays(parts["stack"]) if parts["stack"] else None,
        ridges=ChosenRidge.from_arrays(parts["ridges"]) if parts["ridges"] else None,
        taught=test.taught,
    )
    measure(fitted, Family(test.family, (), y, **parts["taught"]), test.settings, test.cache, progress)
