"""A view that remembers, and a job that works in this process."""

from __future__ import annotations

import numpy as np

from RadioGenomicsLib.imaging.volume import Volume
from RadioGenomicsLib.jobs.state import JobState
from RadioGenomicsLib.pipeline.result import Region
from RadioGenomicsLib.pipeline.run import run as run_pipeline


class View:
    """Remembers the last of everything it was told."""

    def __init__(self) -> None:
        self.sections, self.folded, self.errors, self.statuses, self.edited = {}, {}, [], [], []
        self.answer = True

    def __getattr__(self, name: str):
        if not name.startswith(("show", "set")):
            raise AttributeError(name)
        return lambda *told: setattr(self, f"told_{name}", told)

    def showSection(self, section) -> None:
        self.sections[section.key] = section

    def fold(self, key: str, folded: bool) -> None:
        self.folded[key] = folded

    def tellStatus(self, text: str) -> None:
        self.statuses.append(text)

    def tellError(self, error) -> None:
        self.errors.append(str(error))

    def openSegmentEditor(self, segment, scan) -> None:
        self.edited.append((segment, scan))

    def offerRestart(self, reason: str) -> None:
        self.restart = reason

    def confirm(self, question: str) -> bool:
        return self.answer

    def openFolder(self, folder) -> None:
        self.opened = folder

    def theme(self) -> str:
        return "dark"

    def chartWidth(self) -> float:
        return 400.0

    def centerThreeDView(self) -> None:
        self.centered = getattr(self, "centered", 0) + 1


class Job:
    """Works when it is asked for the second time, in this process."""

    log = "what it wrote"

    def __init__(self, request, steps) -> None:
        self.request, self._steps, self.canceled, self._asked = request, steps, False, 0

    def poll(self) -> JobState:
        self._asked += 1
        if self.canceled:
            return JobState("canceled")
        return JobState("running", 0.5, "Encoding") if self._asked == 1 else JobState("done", 1.0)

    def cancel(self) -> None:
        self.canceled = True

    def result(self):
        if hasattr(self.request, "scan"):
            return Region("brain", _ones(self.request.scan), "", "stand-in")
        return run_pipeline(self.request, self._steps, lambda _fraction, _step: None)


def _ones(volume: Volume) -> Volume:
    return volume.with_array(np.ones(volume.array.shape, np.uint8))


def predict(presenter) -> None:
    presenter.predict()
    while presenter.run.busy:
        presenter.run.poll()
