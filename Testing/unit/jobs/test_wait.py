"""Waiting for a job: progress, warnings and failures arrive, and whatever ends the wait ends the work."""

from __future__ import annotations

import logging
import signal
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from RadioGenomicsLib.errors import Canceled
from RadioGenomicsLib.errors import RegionError
from RadioGenomicsLib.errors import WorkError
from RadioGenomicsLib.imaging.volume import Volume
from RadioGenomicsLib.jobs.job import Job

if sys.platform == "win32":
    pytest.skip("the fake worker's faults are POSIX ones", allow_module_level=True)

Start = Callable[[str], Job]


def test_the_result_comes_with_every_step_told_once(start: Start, scan: Volume, place: Path) -> None:
    told: list[tuple[float, str]] = []
    with start("dawdle") as job:
        region = job.wait(lambda fraction, step: told.append((fraction, step)))
    np.testing.assert_array_equal(region.mask.array, scan.array > 100)
    assert any(step == "Doing dawdle" for _, step in told)
    assert len(told) == len(set(told))
    assert not list(place.iterdir())


def test_what_the_child_warned_of_is_in_this_log(start: Start, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING), start("warn") as job:
        job.wait()
    assert caplog.messages == ["the scan is odd"]


@pytest.mark.parametrize(("behavior", "kind"), [("fail as expected", RegionError), ("abort", WorkError)])
def test_a_failure_is_raised_as_its_own_kind(start: Start, place: Path, behavior: str, kind: type[Exception]) -> None:
    with start(behavior) as job, pytest.raises(kind):
        job.wait()
    assert not list(place.iterdir())


def test_an_end_that_nobody_foresaw_leaves_its_last_words_in_the_log(
    start: Start, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING), start("abort") as job, pytest.raises(WorkError):
        job.wait()
    assert "free(): invalid pointer" in caplog.text


def test_progress_cancels(start: Start, place: Path) -> None:
    def cancel(_fraction: float, step: str) -> None:
        if step.startswith("Doing"):
            raise Canceled(step)

    with pytest.raises(Canceled), start("wait") as job:
        job.wait(cancel)
    assert job.poll().status == "canceled"
    assert not list(place.iterdir())


def test_an_interrupt_ends_the_work(start: Start, place: Path) -> None:
    interrupt = threading.Timer(0.3, signal.raise_signal, [signal.SIGINT])
    with pytest.raises(KeyboardInterrupt), start("wait") as job:
        interrupt.start()
        job.wait()
    assert job.poll().status == "canceled"
    assert not list(place.iterdir())
