"""One function over many independent items: here one after another, or through Dask in many processes at once.

Dask does the scheduling: it hands an item to the next free process, and again to another one where a process dies.
"""

from __future__ import annotations

import logging
import queue
import sys
import time
import uuid
from collections.abc import Callable
from collections.abc import Iterator
from collections.abc import Mapping
from concurrent.futures import CancelledError
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING
from typing import Any
from typing import TypeVar

from RadioGenomicsLib.dask_cluster import open_client
from RadioGenomicsLib.errors import Canceled
from RadioGenomicsLib.errors import DependencyError
from RadioGenomicsLib.errors import RadioGenomicsError
from RadioGenomicsLib.errors import WorkError
from RadioGenomicsLib.progress import Progress
from RadioGenomicsLib.progress import silent
from RadioGenomicsLib.progress import within

if TYPE_CHECKING:
    from distributed import Future

Item = TypeVar("Item")
Result = TypeVar("Result")
Work = Callable[[Item, Progress], Result]

# How often the caller's progress is called while nothing ends: it is what cancels.
_LOOK_S = 0.3
# A worker tells its step at most this often, and as often asks whether to go on.
_TELL_S = 0.5
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Workers:
    """Who does the work. On computers of one kind, what comes out does not depend on it.

    Attributes:
        jobs: processes on this computer, each on one thread; with 1 the caller's own process does it.
        scheduler: address of a Dask cluster that is there already ("tcp://host:8786"), which does it instead. Its
            workers have this package in this version, and see the same files at the same paths.
    """

    jobs: int = 1
    scheduler: str | None = None


HERE = Workers()


@dataclass(frozen=True)
class Failed:
    """What stands in place of an item's result: why there is none."""

    error: RadioGenomicsError


def fan_out(
    work: Work[Item, Result],
    items: Mapping[str, Item],
    workers: Workers = HERE,
    progress: Progress = silent,
) -> Iterator[tuple[str, Result | Failed]]:
    """Apply a function to every item, and give each result as soon as it is there, in no certain order.

    An item that fails stops no other one. However the iteration ends, by itself, by ``progress`` canceling, or by
    Ctrl-C, what was started for it is stopped: the processes on this computer end, a cluster's go back to their other
    work at their next step.

    Args:
        work: takes an item and a progress; importable by its name, for it runs in other processes. Run twice on an
            item it must do no harm: Dask starts it anew where a process died. Large results go into files.
        items: by name; small, such as paths: each is sent to the process that works on it.
        workers: who does it.
        progress: told how much of all is done and the last step of any item; cancels by raising ``Canceled``.

    Yields:
        The item's name, with its result or a :class:`Failed`. What the work did not foresee, and a process that keeps
        dying, is a failure with a :class:`~RadioGenomicsLib.errors.WorkError`.

    Raises:
        DependencyError: Dask is not installed; or the cluster does not answer, has no workers, or has another version
            of this package.
        Canceled: from ``progress``.
    """
    if not items or (workers.scheduler is None and min(workers.jobs, len(items)) <= 1):
        return _one_after_another(work, items, progress)
    return _through_dask(work, items, workers, progress)


def _one_after_another(
    work: Work[Item, Result], items: Mapping[str, Item], progress: Progress
) -> Iterator[tuple[str, Result | Failed]]:
    for number, (name, item) in enumerate(items.items()):
        step = _named(within(progress, number / len(items), (number + 1) / len(items)), name)
        yield name, _done(work, name, item, step)


def _through_dask(
    work: Work[Item, Result], items: Mapping[str, Item], workers: Workers, progress: Progress
) -> Iterator[tuple[str, Result | Failed]]:
    run = f"radiogenomics-{uuid.uuid4().hex}"
    fractions = dict.fromkeys(items, 0.0)
    last_step = "starting the workers" if workers.scheduler is None else f"looking for {workers.scheduler}"

    def hear(event: tuple[float, tuple[str, float, str]]) -> None:
        nonlocal last_step
        name, fraction, step = event[1]
        fractions[name] = max(fractions[name], fraction)
        last_step = f"{name}: {step}"

    progress(0.0, last_step)
    with open_client(min(workers.jobs, len(items)), workers.scheduler) as client:
        ended: queue.SimpleQueue[Future[Any]] = queue.SimpleQueue()
        client.subscribe_topic(run, hear)
        waiting = {
            client.submit(_on_worker, work, name, item, run, key=f"{run}-{number}", pure=False): name
            for number, (name, item) in enumerate(items.items())
        }
        for future in waiting:
            future.add_done_callback(ended.put)
        try:
            while waiting:
                progress(sum(fractions.values()) / len(items), last_step)
                with suppress(queue.Empty):
                    future = ended.get(timeout=_LOOK_S)
                    name = waiting.pop(future)
                    fractions[name], last_step = 1.0, f"{name}: done"
                    yield name, _result(future, name, workers)
        finally:
            client.cancel(list(waiting))
    progress(1.0, last_step)


def _result(future: Future[Any], name: str, workers: Workers) -> Result | Failed:
    from distributed import KilledWorker

    try:
        return future.result()
    except KilledWorker:
        mend = "Use fewer jobs: it may need more memory."
        return Failed(WorkError(name, "every process that worked on it was killed", mend))
    except CancelledError as error:
        where = workers.scheduler or "the processes on this computer"
        raise DependencyError(where, "the connection was lost", "Start again: what is done stays done.") from error


def _on_worker(work: Work[Item, Result], name: str, item: Item, run: str) -> Result | Failed:
    """Work on one item in a worker's process, and tell the client about it."""
    from distributed import get_worker

    worker = get_worker()
    key = worker.get_current_task()
    told = 0.0

    def tell(fraction: float, step: str) -> None:
        nonlocal told
        if time.monotonic() - told < _TELL_S:
            return
        told = time.monotonic()
        # The scheduler takes a task back when its client cancels it, or is gone.
        task = worker.state.tasks.get(key)
        if task is None or task.state == "cancelled":
            raise Canceled(name)
        worker.log_event(run, (name, fraction, step))

    _one_thread()
    tell(0.0, "started")
    return _done(work, name, item, tell)


def _one_thread() -> None:
    """Leave the other processors to the other workers; Dask has set the environment of what is not loaded yet."""
    import SimpleITK as sitk

    sitk.ProcessObject.SetGlobalDefaultNumberOfThreads(1)
    if "torch" in sys.modules:
        sys.modules["torch"].set_num_threads(1)


def _done(work: Work[Item, Result], name: str, item: Item, progress: Progress) -> Result | Failed:
    try:
        return work(item, progress)
    except Canceled:
        raise
    except RadioGenomicsError as error:
        return Failed(error)
    except Exception as error:
        _log.exception("%s failed unexpectedly", name)
        return Failed(WorkError(name, f"unexpected {type(error).__name__}: {error}", "The log says where."))


def _named(progress: Progress, name: str) -> Progress:
    def report(fraction: float, step: str) -> None:
        progress(fraction, f"{name}: {step}")

    return report
