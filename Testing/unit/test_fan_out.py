"""One function over many items: in this process, in processes of our own, and on a real Dask cluster on loopback."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest

from RadioGenomicsLib import dask_cluster
from RadioGenomicsLib.errors import Canceled
from RadioGenomicsLib.errors import DependencyError
from RadioGenomicsLib.errors import InputError
from RadioGenomicsLib.errors import WorkError
from RadioGenomicsLib.fan_out import HERE
from RadioGenomicsLib.fan_out import Failed
from RadioGenomicsLib.fan_out import Workers
from RadioGenomicsLib.fan_out import fan_out
from RadioGenomicsLib.progress import Progress

ROOT = Path(__file__).resolve().parents[2]
TWO = Workers(jobs=2)


def square(number: int, progress: Progress) -> int:
    progress(0.5, "half way")
    if number == 3:
        raise InputError("scan 3", "it is damaged", "Get it again.")
    if number == 4:
        raise ZeroDivisionError("no such luck")
    return number * number


def threads(_item: int, _progress: Progress) -> tuple[int, str]:
    """Of ITK, and of what follows OpenMP's environment when it is imported, as PyTorch and NumPy do."""
    import SimpleITK as sitk

    return sitk.ProcessObject.GetGlobalDefaultNumberOfThreads(), os.environ["OMP_NUM_THREADS"]


def wait_long(folder: Path, progress: Progress) -> None:
    """Say that it runs, wait for a minute unless canceled, and clean up."""
    mark = folder / f"{os.getpid()}.running"
    mark.touch()
    try:
        for tenth in range(600):
            progress(tenth / 600, "waiting")
            time.sleep(0.1)
    finally:
        mark.unlink()


def die_once(folder: Path, _progress: Progress) -> int:
    """The first process to come here waits to be killed; the next one succeeds."""
    try:
        (folder / "victim").touch(exist_ok=False)
    except FileExistsError:
        return os.getpid()
    (folder / "pid.part").write_text(str(os.getpid()))
    (folder / "pid.part").rename(folder / "pid")
    time.sleep(60)
    raise AssertionError("nobody killed it")


def die_always(_item: int, _progress: Progress) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


class Told:
    """A progress that keeps what it is told, and can cancel."""

    def __init__(self) -> None:
        self.fractions: list[float] = []
        self.steps: list[str] = []
        self.cancel_when = lambda: False

    def __call__(self, fraction: float, step: str) -> None:
        self.fractions.append(fraction)
        self.steps.append(step)
        if self.cancel_when():
            raise Canceled("the test")


def children() -> set[int]:
    """Processes below this one, but for the one with which multiprocessing keeps its books."""
    return {
        process.pid
        for process in psutil.Process().children(recursive=True)
        if "resource_tracker" not in " ".join(process.cmdline())
    }


def in_session(leader: int) -> list[int]:
    """Processes of a session that still run."""
    running = []
    for process in psutil.process_iter(["status"]):
        with suppress(ProcessLookupError):
            if os.getsid(process.pid) == leader and process.info["status"] != psutil.STATUS_ZOMBIE:
                running.append(process.pid)
    return running


def wait_until(happens: Callable[[], object], seconds: float = 30.0) -> None:
    end = time.monotonic() + seconds
    while not happens():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.05)


@dataclass(frozen=True)
class Cluster:
    address: str
    scheduler: subprocess.Popen
    workers: list[subprocess.Popen]


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """A scheduler and two workers, as a user starts them; the tests that end some of them come last."""
    folder = tmp_path_factory.mktemp("cluster")
    file = folder / "scheduler.json"
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    # Killed workers leave their folders in the temporary one.
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), *sys.path]), "TMPDIR": str(folder)}
    dask = [sys.executable, "-m", "dask"]
    options = ["--scheduler-file", str(file), "--no-dashboard"]
    place = ["--host", "127.0.0.1"]
    processes = [
        subprocess.Popen([*dask, "scheduler", *place, "--port", "0", *options], cwd=folder, env=environment, **quiet)
    ]
    try:
        worker = [*dask, "worker", *place, "--nthreads", "1", "--no-nanny", *options]
        processes += [subprocess.Popen(worker, cwd=folder, env=environment, **quiet) for _ in range(2)]
        wait_until(file.exists)
        yield Cluster(json.loads(file.read_text())["address"], processes[0], processes[1:])
    finally:
        for process in processes:
            process.kill()
        for process in processes:
            process.wait()


def test_one_job_works_in_this_process_in_order() -> None:
    told = Told()
    found = list(fan_out(square, {"a": 1, "b": 2}, HERE, told))
    assert found == [("a", 1), ("b", 4)]
    assert told.steps == ["a: half way", "b: half way"]
    assert told.fractions == [0.25, 0.75]


@pytest.mark.parametrize("workers", [HERE, TWO])
def test_a_failed_item_is_a_value_and_stops_no_other(workers: Workers) -> None:
    before = children()
    found = dict(fan_out(square, {str(n): n for n in range(6)}, workers))
    assert {name: value for name, value in found.items() if isinstance(value, int)} == {"0": 0, "1": 1, "2": 4, "5": 25}
    assert isinstance(found["3"], Failed)
    assert type(found["3"].error) is InputError
    assert (found["3"].error.subject, found["3"].error.mend) == ("scan 3", "Get it again.")
    assert type(found["4"].error) is WorkError
    assert "ZeroDivisionError: no such luck" in str(found["4"].error)
    assert children() == before


def test_every_process_works_on_one_thread() -> None:
    assert dict(fan_out(threads, {"a": 1, "b": 2}, TWO)) == {"a": (1, "1"), "b": (1, "1")}


def test_canceling_stops_what_runs_lets_it_clean_up_and_leaves_no_process(tmp_path: Path) -> None:
    before, told = children(), Told()
    told.cancel_when = lambda: len(list(tmp_path.iterdir())) == 2
    with pytest.raises(Canceled):
        list(fan_out(wait_long, {"a": tmp_path, "b": tmp_path, "c": tmp_path}, TWO, told))
    assert list(tmp_path.iterdir()) == []
    assert children() == before


def test_ctrl_c_leaves_no_process(tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text(
        "from pathlib import Path\n"
        "from RadioGenomicsLib.fan_out import Workers, fan_out\n"
        "from Testing.unit.test_fan_out import wait_long\n"
        "import signal\n"
        "if __name__ == '__main__':\n"
        # What a shell starts in the background is deaf to it.
        "    signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        f"    folder = Path({str(tmp_path / 'marks')!r})\n"
        "    folder.mkdir()\n"
        "    list(fan_out(wait_long, {'a': folder, 'b': folder}, Workers(jobs=2)))\n"
    )
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), *sys.path])}
    # A session of its own, to which the signal goes as a terminal sends it: to every process.
    process = subprocess.Popen(
        [sys.executable, script], env=environment, start_new_session=True, stderr=subprocess.PIPE, text=True
    )
    wait_until(lambda: len(list(tmp_path.glob("marks/*.running"))) == 2)
    os.killpg(process.pid, signal.SIGINT)
    _, said = process.communicate(timeout=30)
    assert process.returncode == -signal.SIGINT
    assert said.count("Traceback") == 1, said
    assert list(tmp_path.glob("marks/*")) == []
    wait_until(lambda: not in_session(process.pid), 10)


def test_an_item_whose_process_is_always_killed_fails_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    import dask
    import distributed  # noqa: F401 (its defaults come first)

    with dask.config.set({"distributed.scheduler.allowed-failures": 0}):
        found = dict(fan_out(die_always, {"a": 1, "b": 2}, TWO))
    assert [type(value.error) for value in found.values()] == [WorkError, WorkError]
    assert "fewer jobs" in str(found["a"].error)


def test_canceling_frees_the_workers_of_a_cluster(cluster: Cluster, tmp_path: Path) -> None:
    folder, told = tmp_path / "marks", Told()
    folder.mkdir()
    told.cancel_when = lambda: len(list(folder.iterdir())) == 2
    workers = Workers(scheduler=cluster.address)
    with pytest.raises(Canceled):
        list(fan_out(wait_long, {"a": folder, "b": folder, "c": folder}, workers, told))
    wait_until(lambda: not list(folder.iterdir()))
    assert dict(fan_out(square, {"a": 5}, workers)) == {"a": 25}


def test_a_cluster_that_is_not_there_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dask_cluster, "_CONNECT_S", 0.5)
    for address in ("tcp://127.0.0.1:1", "nonsense://x"):
        with pytest.raises(DependencyError, match=r"no Dask scheduler answers.*dask scheduler"):
            list(fan_out(square, {"a": 1}, Workers(scheduler=address)))


def test_a_cluster_with_another_version_is_refused(cluster: Cluster, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dask_cluster, "__version__", "999.0")
    with pytest.raises(DependencyError, match=r"not 999\.0"):
        list(fan_out(square, {"a": 1}, Workers(scheduler=cluster.address)))


def test_a_killed_workers_item_is_done_by_the_other_one(cluster: Cluster, tmp_path: Path) -> None:
    items = {name: tmp_path / name for name in "abcd"}
    for folder in items.values():
        folder.mkdir()
    for name in "bcd":
        (items[name] / "victim").touch()
    found = {}
    killed = None
    for name, value in fan_out(die_once, items, Workers(scheduler=cluster.address)):
        found[name] = value
        if killed is None:
            wait_until((items["a"] / "pid").exists)
            killed = int((items["a"] / "pid").read_text())
            os.kill(killed, signal.SIGKILL)
    ours = {worker.pid for worker in cluster.workers}
    assert killed in ours
    assert set(found) == set(items)
    assert found["a"] in ours - {killed}


def test_a_scheduler_that_dies_is_named(cluster: Cluster, tmp_path: Path) -> None:
    told = Told()
    folder = tmp_path / "marks"
    folder.mkdir()
    told.cancel_when = lambda: list(folder.iterdir()) and cluster.scheduler.kill()
    with pytest.raises(DependencyError, match=r"connection was lost.*stays done"):
        list(fan_out(wait_long, {"a": folder, "b": folder}, Workers(scheduler=cluster.address), told))
