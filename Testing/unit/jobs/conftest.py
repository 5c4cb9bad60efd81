from __future__ import annotations

import os
from collections.abc import Callable
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from RadioGenomicsLib.imaging.volume import Volume
from RadioGenomicsLib.jobs.job import Job
from RadioGenomicsLib.pipeline.request import BrainRequest

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture(autouse=True)
def paths(monkeypatch: pytest.MonkeyPatch) -> None:
    """The child finds the fake worker too."""
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")]))


@pytest.fixture
def scan() -> Volume:
    array = np.random.default_rng(1).normal(100, 10, (6, 8, 10)).astype(np.float32)
    return Volume(array, np.diag([-1.1, -1.2, 3.3, 1.0]), "T1")


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """Where jobs put their folders."""
    (tmp_path / "jobs").mkdir()
    return tmp_path / "jobs"


@pytest.fixture
def start(scan: Volume, place: Path) -> Iterator[Callable[[str], Job]]:
    """Start a job whose child behaves as asked; none outlives the test."""
    jobs: list[Job] = []

    def start(behavior: str) -> Job:
        jobs.append(Job.start(BrainRequest(scan, behavior), place, worker="Testing.unit.jobs.fake_worker"))
        return jobs[-1]

    yield start
    for job in jobs:
        job.cancel()
