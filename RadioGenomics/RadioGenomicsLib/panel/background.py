"""Short work that only waits for disk or network, in a thread, with the face of a job.

No MRML and no Qt in the thread: both belong to the main thread.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from typing import Any

from slicer.i18n import tr as _

from RadioGenomicsLib.errors import Canceled
from RadioGenomicsLib.errors import RadioGenomicsError
from RadioGenomicsLib.errors import WorkError
from RadioGenomicsLib.jobs.state import JobState
from RadioGenomicsLib.progress import Progress

logger = logging.getLogger(__name__)


class BackgroundCall:
    """Runs a function in a thread of its own.

    Args:
        work: gets a progress callable, which raises ``Canceled`` once the call was canceled.
    """

    log = ""

    def __init__(self, work: Callable[[Progress], Any]) -> None:
        self._state = JobState("running")
        self._answer: Any = None
        self._canceled = threading.Event()
        threading.Thread(target=self._run, args=(work,), daemon=True, name="RadioGenomics").start()

    def poll(self) -> JobState:
        """Return how it stands."""
        return self._state

    def cancel(self) -> None:
        """Ask it to stop; it does so at its next step, and its answer no longer counts."""
        self._canceled.set()

    def result(self) -> Any:
        """Return the answer, once :meth:`poll` says "done"."""
        return self._answer

    def _run(self, work: Callable[[Progress], Any]) -> None:
        try:
            answer = work(self._progress)
            self._progress(1.0, "")
        except Canceled as error:
            self._state = JobState("canceled", error=error)
        except RadioGenomicsError as error:
            self._state = JobState("failed", error=error)
        except Exception as error:
            logger.exception("Background work failed unexpectedly")
            reason = _("it failed unexpectedly ({error})").format(error=repr(error))
            told = WorkError("RadioGenomics", reason, _("The Python console says more."))
            self._state = JobState("failed", error=told)
        else:
            self._answer = answer
            self._state = JobState("done", 1.0)

    def _progress(self, fraction: float, step: str) -> None:
        if self._canceled.is_set():
            raise Canceled(step or "the run")
        self._state = JobState("running", fraction, step)
