"""The Dask cluster that work goes to: one that is there already, or processes of our own on this computer."""

from __future__ import annotations

import logging
import signal
from collections.abc import Iterator
from contextlib import ExitStack
from contextlib import contextmanager
from typing import TYPE_CHECKING

from RadioGenomicsLib import __version__
from RadioGenomicsLib.errors import DependencyError
from RadioGenomicsLib.errors import WorkError
from RadioGenomicsLib.temporary_folder import temporary_folder

if TYPE_CHECKING:
    from distributed import Client

# A cluster that is there answers at once; its first worker may still be starting.
_CONNECT_S, _FIRST_WORKER_S = 15, 60


@contextmanager
def open_client(jobs: int, scheduler: str | None = None) -> Iterator[Client]:
    """Connect to the cluster that is there, or start one on this computer that ends with the block.

    Args:
        jobs: processes on this computer, each on one thread.
        scheduler: address of the cluster that takes their place.

    Raises:
        DependencyError: Dask is not installed; or the cluster does not answer, has no workers, or has another version
            of this package.
        WorkError: the processes could not be started.
        OutputError: no temporary files can be written.
    """
    try:
        import dask
        import distributed
    except ImportError as error:
        mend = "Install it: pip install distributed; or use one job."
        raise DependencyError("Dask", "it is not installed", mend) from error
    # It tells of every step of its own; what fails is told here.
    logging.getLogger("distributed").setLevel(logging.ERROR)
    if scheduler is not None:
        with _cluster_client(scheduler) as client:
            yield client
        return
    # No web pages, only loopback. No limit of memory: a share for each would stop what fits, since peaks are short.
    settings: dict[str, object] = {"distributed.scheduler.http.routes": [], "distributed.worker.http.routes": []}
    with ExitStack() as stack:
        temporary = temporary_folder()
        stack.callback(temporary.remove)
        stack.enter_context(dask.config.set({**settings, "temporary-directory": str(temporary.path)}))
        try:
            with _interrupts_held_back():
                cluster = distributed.LocalCluster(
                    n_workers=jobs,
                    threads_per_worker=1,
                    processes=True,
                    host="127.0.0.1",
                    scheduler_kwargs={"dashboard": False, "dashboard_address": "127.0.0.1:0"},
                    memory_limit=None,
                    silence_logs=logging.ERROR,
                )
        except (RuntimeError, OSError) as error:
            mend = "Start again, with fewer jobs or with one."
            raise WorkError("the processes on this computer", f"they could not be started ({error})", mend) from error
        client = stack.enter_context(distributed.Client(stack.enter_context(cluster)))
        client.register_plugin(_deaf_to_interrupts())
        yield client


@contextmanager
def _interrupts_held_back() -> Iterator[None]:
    """Keep Ctrl-C from processes that are started meanwhile, for good, and from this one until they run."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _deaf_to_interrupts() -> object:
    """Let Ctrl-C reach the caller alone, which then ends its workers in order; Windows knows no other way."""
    from distributed import WorkerPlugin

    class DeafToInterrupts(WorkerPlugin):
        name = "deaf-to-interrupts"

        def setup(self, worker: object) -> None:
            signal.signal(signal.SIGINT, signal.SIG_IGN)

    return DeafToInterrupts()


@contextmanager
def _cluster_client(address: str) -> Iterator[Client]:
    import distributed

    try:
        client = distributed.Client(address, timeout=_CONNECT_S)
    except (OSError, ValueError) as error:  # TimeoutError is an OSError
        mend = "Start it with `dask scheduler` and `dask worker ADDRESS`, and give its address, as tcp://host:8786."
        raise DependencyError(address, "no Dask scheduler answers there", mend) from error
    with client:
        try:
            client.wait_for_workers(1, timeout=_FIRST_WORKER_S)
        except TimeoutError as error:
            raise DependencyError(address, "the Dask cluster has no workers", f"Run: dask worker {address}") from error
        _refuse_other_versions(client)
        yield client


def _refuse_other_versions(client: Client) -> None:
    versions = client.run(_version, on_error="return")
    for worker, version in versions.items():
        if version != __version__:
            has = f"RadioGenomics {version}" if isinstance(version, str) else "no RadioGenomics"
            mend = "Install the same version in the environment that `dask worker` runs in."
            raise DependencyError(f"Dask worker {worker}", f"it has {has}, not {__version__}", mend)


def _version() -> str:
    return __version__
