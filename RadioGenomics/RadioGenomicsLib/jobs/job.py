"""A request at work in a child process."""

from __future__ import annotations

from pathlib import Path

from RadioGenomicsLib.jobs.child_process import ChildProcess
from RadioGenomicsLib.jobs.child_process import python_executable
from RadioGenomicsLib.jobs.state import JobState
from RadioGenomicsLib.pipeline.files import read_result
from RadioGenomicsLib.pipeline.files import write_request
from RadioGenomicsLib.pipeline.request import Request
from RadioGenomicsLib.pipeline.result import Region
from RadioGenomicsLib.pipeline.result import Result
from RadioGenomicsLib.temporary_folder import temporary_folder


class Job:
    """A running request; :meth:`start` makes one.

    Its files lie in a private folder of random name, which is gone after :meth:`result`, a failure, :meth:`cancel`,
    or when the job is dropped; its process ends with the one that started it. What is left where both are killed, the
    next job in that place removes.

    Example:
        >>> job = Job.start(PredictionRequest({"FLAIR": flair}))
        >>> while job.poll().status == "running":
        ...     time.sleep(0.2)
        >>> job.result().prediction.predicted_z
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

    @property
    def log(self) -> str:
        """The last lines of the process's log."""
        return self._process.log

    def poll(self) -> JobState:
        """Return how it stands; returns at once, and never raises."""
        return self._process.poll()

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
