"""One piece of long work at a time: start it, follow it, cancel it, and take its answer in."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from typing import Protocol

from slicer.i18n import tr as _

from RadioGenomicsLib.errors import Canceled
from RadioGenomicsLib.errors import RadioGenomicsError
from RadioGenomicsLib.jobs.state import JobState

logger = logging.getLogger(__name__)


class Job(Protocol):
    """What is followed: :class:`RadioGenomicsLib.jobs.job.Job`, or a
    :class:`~RadioGenomicsLib.panel.background.BackgroundCall`.
    """

    log: str

    def poll(self) -> JobState: ...

    def cancel(self) -> None: ...

    def result(self) -> Any: ...


@dataclass(frozen=True)
class RunState:
    """What the view shows of the work.

    Attributes:
        running: whether it is under way.
        fraction: done, 0 to 1.
        step: what it is at, or how it ended.
        log: what it has written so far.
        canceling: whether it was asked to stop.
    """

    running: bool = False
    fraction: float = 0.0
    step: str = ""
    log: str = ""
    canceling: bool = False


class RunView(Protocol):
    """What the work needs of the view."""

    def showRun(self, state: RunState) -> None: ...

    def setPolling(self, polling: bool) -> None:
        """Call :meth:`Run.poll` every now and then, or no more."""

    def tellError(self, error: RadioGenomicsError) -> None: ...


class Run:
    """Follows one job.

    Args:
        view: shows it.
        changed: called when work begins and when it has ended.
    """

    def __init__(self, view: RunView, changed: Callable[[], None]) -> None:
        self._view = view
        self._changed = changed
        self._job: Job | None = None
        self._finish: Callable[[Any], str] = str
        self._beginning = self._canceling = False

    @property
    def busy(self) -> bool:
        """Whether work is under way."""
        return self._job is not None

    def start(self, begin: Callable[[], Job], finish: Callable[[Any], str]) -> None:
        """Begin a piece of work unless another is under way.

        Args:
            begin: starts it; an expected failure is told to the user.
            finish: takes its answer in and returns what to tell of it.
        """
        # While packages are installed, the window lives and the button can be pressed again.
        if self.busy or self._beginning:
            return
        self._beginning = True
        try:
            self._job = begin()
        except RadioGenomicsError as error:
            self._tell(error)
            return
        finally:
            self._beginning = False
        self._finish, self._canceling = finish, False
        self._view.showRun(RunState(running=True, step=_("Starting")))
        self._view.setPolling(True)
        self._changed()

    def poll(self) -> None:
        """Look how the work stands; when it has ended, take its answer in."""
        job = self._job
        if job is None:
            return
        state = job.poll()
        if state.status == "running":
            self._view.showRun(RunState(True, state.fraction, state.step, job.log, self._canceling))
            return
        self._end()
        error, text = None if state.status == "done" else state.error or Canceled(state.step), ""
        try:
            if error is None:
                text = self._finish(job.result())
        except RadioGenomicsError as failure:
            error = failure
        finally:
            # Before a window tells of it: the panel behind it must not offer to cancel what has ended.
            self._changed()
        if error is None:
            self._view.showRun(RunState(step=text, log=job.log))
        else:
            self._tell(error, job.log)

    def cancel(self) -> None:
        """Ask the work to stop; :meth:`poll` then finds it ended."""
        if self._job is not None:
            self._canceling = True
            self._job.cancel()
            self.poll()

    def drop(self) -> None:
        """Stop the work and forget it: what it was for has gone."""
        if self._job is not None:
            self._job.cancel()
            self._end()
            self._view.showRun(RunState(step=_("Canceled.")))

    def _end(self) -> None:
        self._job = None
        self._view.setPolling(False)

    def _tell(self, error: RadioGenomicsError, log: str = "") -> None:
        if isinstance(error, Canceled):
            self._view.showRun(RunState(step=_("Canceled. The scene is as it was."), log=log))
            return
        logger.info("%s", error)
        self._view.showRun(RunState(step=str(error), log=log))
        self._view.tellError(error)
