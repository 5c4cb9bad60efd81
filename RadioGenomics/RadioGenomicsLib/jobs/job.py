"""A request at work in a child process."""

from __future__ import annotations

import logging
import time
from pathlib import Path
from typing import Self

from RadioGenomicsLib.errors import WorkError
from RadioGenomicsLib.jobs.child_process import ChildProcess
from RadioGenomicsLib.jobs.child_process import python_executable
from RadioGenomicsLib.jobs.state import JobState
from RadioGenomicsLib.pipeline.files import read_result
from RadioGenomicsLib.pipeline.files import write_request
from RadioGenomicsLib.pipeline.request import Request
from RadioGenomicsLib.pipeline.result import Region
from RadioGenomicsLib.pipeline.result import Result
from RadioGenomicsLib.progress import Progress
from RadioGenomicsLib.progress import silent
from RadioGenomicsLib.temporary_folder import temporary_folder

_LOOK_S = 0.05
_log = logging.getLogger(__name__)


class Job:
    """A running request; :meth:`start` makes one.

    Its files lie in a private folder of random name, which is gone after :meth:`result`, a failure, :meth:`cancel`,
    or when the job is dropped; its process ends with the one that started it. What is left where both are killed, the
    next job in that place removes.

    Example:
        >>> with Job.start(PredictionRequest({"FLAIR": flair})) as job:
        ...     result = job.wait(lambda fraction, step: print(step))
        >>> result.prediction.predicted_z
    """

    def __init__(self, process: ChildProcess, result_folder: Path) -> None:
        self._process = process
        self._folder = result_folder
        self._result: Result | Region | None = None

    @classmethod
    def start(
        cls, request: Request, folder: Path | None = None, *, worker: str = "RadioGenomicsLib.jobs.worker"
    ) -> Job:
        """Hand a request to a process of its own.

        Args:
            request: what to do.
            folder: where the job's own folder goes; the system's folder for temporary files if not given.
            worker: the module that the process runs.

        Raises:
            OutputError: the request cannot be written there.
            DependencyError: no process can be started.
        """
        own = temporary_folder(folder)
        try:
            write_request(request, own.path / "request")
            command = [python_executable(), "-m", worker, str(own.path / "request"), str(own.path / "result")]
            return cls(ChildProcess(command, own), own.path / "result")
        except BaseException:
            own.remove()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exception: object) -> None:
        # Whatever ended the wait, Ctrl+C included, ends the work.
        self.cancel()

    @property
    def log(self) -> str:
        """The last lines of the process's log."""
        return self._process.log

    def poll(self) -> JobState:
        """Return how it stands; returns at once, and never raises."""
        return self._process.poll()

    def wait(self, progress: Progress = silent) -> Result | Region:
        """Wait for the end and return what was found.

        Args:
            progress: told a fraction (0-1) and a step whenever they change; cancels by raising ``Canceled``.

        Raises:
            RadioGenomicsError: why the job failed, or what ``progress`` raised.
        """
        told = None
        while (state := self.poll()).status == "running":
            if state != told:
                progress(state.fraction, state.step)
                told = state
            time.sleep(_LOOK_S)
        self._tell_warnings(state)
        return self.result()

    def cancel(self) -> None:
        """End the process with all that it started and remove its files; after the end this changes nothing."""
        self._process.cancel()

    def result(self) -> Result | Region:
        """Return what was found; to be called once :meth:`poll` says "done".

        Raises:
            RadioGenomicsError: what :meth:`poll` said of a job that failed or was canceled.
            InputError: the files are damaged.
            BundleError: the model is not the one any more that the result was made with.
        """
        state = self.poll()
        if state.error is not None:
            raise state.error
        if self._result is None:
            try:
                self._result = read_result(self._folder)
            finally:
                self._process.forget()
        return self._result

    def _tell_warnings(self, state: JobState) -> None:
        """Log here what the process warned of; all that it wrote where it ended in a way that nobody foresaw."""
        everything = isinstance(state.error, WorkError)
        for line in self.log.splitlines():
            if everything or line.startswith(("WARNING: ", "ERROR: ")):
                _log.warning("%s", line.removeprefix("WARNING: "))
