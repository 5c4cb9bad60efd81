"""A command in a process of its own, which tells its progress on stdout, and ends with whoever started it."""

from __future__ import annotations

import os
import queue
import shutil
import signal
import subprocess
import sys
import threading
import time
import weakref
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import IO

from RadioGenomicsLib.errors import Canceled
from RadioGenomicsLib.errors import DependencyError
from RadioGenomicsLib.errors import RadioGenomicsError
from RadioGenomicsLib.errors import WorkError
from RadioGenomicsLib.idle_threads import SLEEPING
from RadioGenomicsLib.jobs.messages import error_of
from RadioGenomicsLib.jobs.messages import parse
from RadioGenomicsLib.jobs.parent import FOLDER_VARIABLE
from RadioGenomicsLib.jobs.parent import HELLO
from RadioGenomicsLib.jobs.process_tree import end_tree
from RadioGenomicsLib.jobs.process_tree import options_for_a_tree
from RadioGenomicsLib.jobs.state import JobState
from RadioGenomicsLib.locked_folders import LockedFolder

# 256 kB of log are kept: a library in a loop must not fill the memory.
_LOG_LINES, _LINE_BYTES = 256, 1024
_MESSAGE_BYTES = 65536
# What the system takes to end a killed process, with room.
_END_S = 5.0
_PACKAGE_ROOT = Path(__file__).resolve().parents[2]


class ChildProcess:
    """A command at work.

    Its temporary files go into ``folder``, which is removed when it fails, is canceled, is forgotten or dropped; so
    are the process and all that it started.

    Args:
        command: program and arguments; no name of a patient in them, since every user of a computer can read them.
        folder: a private folder, not used by anything else.

    Raises:
        DependencyError: the program cannot be started.
    """

    def __init__(self, command: list[str], folder: LockedFolder) -> None:
        (folder.path / "tmp").mkdir()
        try:
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                env=_environment(folder.path),
                **options_for_a_tree(),
            )
        except OSError as error:
            reason = f"it cannot be started ({error.strerror or error})"
            raise DependencyError(command[0], reason, "Install Slicer or Python anew.") from error
        self._state = JobState("running", step="Starting")
        self._error: RadioGenomicsError | None = None
        self._told: queue.SimpleQueue[str] = queue.SimpleQueue()
        self._log: deque[str] = deque(maxlen=_LOG_LINES)
        # None of them may hold this object: it could never be dropped.
        self._end = weakref.finalize(self, _end_all, self._process, folder)
        assert self._process.stdin  # these three are the pipes asked for above
        assert self._process.stdout
        assert self._process.stderr
        self._readers = [
            _reader(self._process.stdout, self._told.put, _MESSAGE_BYTES),
            _reader(self._process.stderr, self._log.append, _LINE_BYTES),
        ]
        # It may have ended already; poll() finds that out.
        with suppress(OSError):
            self._process.stdin.write(HELLO)
            self._process.stdin.flush()

    @property
    def log(self) -> str:
        """The last lines that the process wrote to stderr."""
        return "".join(list(self._log))

    def poll(self) -> JobState:
        """Return how it stands; returns at once."""
        if self._state.status != "running":
            return self._state
        code = self._process.poll()
        if code is not None:
            # What it started may still be there, and hold the pipes open.
            end_tree(self._process.pid)
            for reader in self._readers:
                reader.join(_END_S)
        self._hear()
        if code == 0:
            self._state = replace(self._state, status="done", fraction=1.0)
        elif code is not None:
            self._state = replace(self._state, status="failed", error=self._error or _died(code))
            self.forget()
        return self._state

    def cancel(self) -> None:
        """End it with all that it started; after its end this changes nothing."""
        if self._state.status == "running":
            self._hear()
            self._state = replace(self._state, status="canceled", error=Canceled(self._state.step))
            self.forget()

    def forget(self) -> None:
        """End what still runs and remove the folder."""
        self._end()

    def _hear(self) -> None:
        while not self._told.empty():
            line = self._told.get()
            told = parse(line)
            if told is None:
                self._log.append(line)
            elif "error" in told:
                self._error = error_of(told["error"])
            else:
                self._state = replace(self._state, fraction=told["fraction"], step=told["step"])


def python_executable() -> str:
    """Return the Python to start: PythonSlicer inside Slicer, else the one that runs this."""
    home = os.environ.get("SLICER_HOME")
    return (home and shutil.which("PythonSlicer", path=str(Path(home, "bin")))) or sys.executable


def _environment(folder: Path) -> dict[str, str]:
    temporary = str(folder / "tmp")
    # An empty entry would be the current folder.
    paths = [str(_PACKAGE_ROOT), *filter(None, os.environ.get("PYTHONPATH", "").split(os.pathsep))]
    return {
        **SLEEPING,
        **os.environ,
        "PYTHONPATH": os.pathsep.join(paths),
        # What lies in the current folder must not stand in for a package.
        "PYTHONSAFEPATH": "1",
        "PYTHONIOENCODING": "utf-8",
        "TMPDIR": temporary,
        "TEMP": temporary,
        "TMP": temporary,
        FOLDER_VARIABLE: str(folder),
    }


def _reader(stream: IO[bytes], put: Callable[[str], None], longest: int) -> threading.Thread:
    def read() -> None:
        with suppress(OSError, ValueError):
            while line := stream.readline(longest):
                put(line.decode("utf-8", errors="replace"))

    thread = threading.Thread(target=read, daemon=True)
    thread.start()
    return thread


def _end_all(process: subprocess.Popen[bytes], folder: LockedFolder) -> None:
    if process.poll() is None:
        end_tree(process.pid)
        with suppress(subprocess.TimeoutExpired):
            process.wait(_END_S)
    assert process.stdin
    with suppress(OSError):
        process.stdin.close()
    # Windows gives up the files of a process some time after its end.
    deadline = time.monotonic() + _END_S
    while not folder.remove() and time.monotonic() < deadline:
        time.sleep(0.1)


def _died(code: int) -> WorkError:
    reason = f"its process ended with code {code} and no word"
    if sys.platform != "win32" and code == -signal.SIGKILL:
        reason = "its process was killed from outside, as the system does when memory runs out"
    return WorkError("the work", reason, "Close other programs, and try again; see the log.")
