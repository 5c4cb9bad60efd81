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
        rung, splits: of the fitted rung.
        fitted: file of its matrices, or of its stack, and of what its head is fitted to where subtypes have a part.
        family: name of the targets.
        y: file of their values.
        settings: of permutations and draws.
        cache: where the result goes.
    """

    rung: Rung
    splits: str
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
    matrices = {name: matrix for name, matrix in (("h", fitted.h), ("m", fitted.m)) if matrix is not None}
    if fitted.subtypes:
        matrices["fitted_to"] = fitted.fitted_to(family)
    stack = fitted.stack.to_arrays() if fitted.stack else {}
    rung, y = folder / f"{uuid.uuid4().hex[:8]}.npz", folder / f"{family.name}.npy"
    np.savez(rung, **matrices, **stack)  # type: ignore[arg-type]  # takes them for its own options
    if not y.exists():
        np.save(y, family.y)
    return _Test(fitted.rung, fitted.splits, rung, family.name, y, settings, cache)


@faults_told()
def _measure(test: _Test, progress: Progress) -> None:
    y = np.load(test.y, allow_pickle=False)
    kept = read_arrays(test.fitted)
    h, m, given = kept.pop("h", None), kept.pop("m"), kept.pop("fitted_to", None)
    stack = Stack.from_arrays(kept) if kept else None
    fitted = FittedRung(test.rung, test.splits, h, m, stack, subtypes=given is not None)
    measure(fitted, Family(test.family, (), y, fitted_to=given), test.settings, test.cache, progress)
