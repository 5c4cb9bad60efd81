from __future__ import annotations

import pytest

from RadioGenomicsLib.errors import InputError
from RadioGenomicsLib.jobs.state import JobState


class View:
    def __init__(self) -> None:
        self.states, self.errors, self.polling = [], [], False

    def showRun(self, state) -> None:  # noqa: N802
        self.states.append(state)

    def setPolling(self, polling: bool) -> None:  # noqa: N802
        self.polling = polling

    def tellError(self, error) -> None:  # noqa: N802
        self.errors.append(str(error))


class Job:
    def __init__(self, *states: JobState, answer: object = "answer") -> None:
        self._states, self._answer, self.log, self.canceled = list(states), answer, "the log", False

    def poll(self) -> JobState:
        if self.canceled:
            return JobState("canceled")
        return self._states.pop(0) if len(self._states) > 1 else self._states[0]

    def cancel(self) -> None:
        self.canceled = True

    def result(self) -> object:
        if isinstance(self._answer, Exception):
            raise self._answer
        return self._answer


@pytest.fixture
def view() -> View:
    return View()


@pytest.fixture
def run(view: View):
    from RadioGenomicsLib.panel.run import Run

    return Run(view, lambda: None)


RUNNING, DONE = JobState("running", 0.4, "Encoding"), JobState("done", 1.0)


def test_steps_are_shown_until_the_answer_is_taken_in(run, view) -> None:
    taken = []
    run.start(lambda: Job(RUNNING, DONE), lambda answer: taken.append(answer) or "Done.")
    assert run.busy
    assert view.polling
    run.poll()
    assert (view.states[-1].fraction, view.states[-1].step, view.states[-1].log) == (0.4, "Encoding", "the log")
    run.poll()
    assert taken == ["answer"]
    assert not run.busy
    assert not view.polling
    assert view.states[-1].step == "Done."


def test_a_second_start_changes_nothing(run) -> None:
    run.start(lambda: Job(RUNNING), str)
    run.start(lambda: pytest.fail("it was started twice"), str)


def test_canceling_ends_it_without_an_error_window(run, view) -> None:
    run.start(lambda: Job(RUNNING), lambda _answer: pytest.fail("it was taken in"))
    run.cancel()
    assert not run.busy
    assert "Canceled" in view.states[-1].step
    assert view.errors == []


@pytest.mark.parametrize(
    "job",
    [
        Job(JobState("failed", error=InputError("scan", "it is empty", "Load it again."))),
        Job(DONE, answer=InputError("scan", "it is empty", "Load it again.")),
    ],
    ids=["while it worked", "when its answer was read"],
)
def test_a_failure_is_told_in_its_own_words(run, view, job) -> None:
    run.start(lambda: job, str)
    run.poll()
    assert view.errors == ["scan: it is empty. Load it again."]
    assert not run.busy


def test_the_panel_offers_no_cancel_behind_the_window_that_tells_of_a_failure() -> None:
    from RadioGenomicsLib.panel.run import Run

    told: list[object] = []

    class Telling(View):
        def tellError(self, error) -> None:  # noqa: N802
            told.append("window")

    run = Run(Telling(), lambda: told.append(run.busy))
    run.start(lambda: Job(JobState("failed", error=InputError("model.zip", "it is damaged", "Get it again."))), str)
    run.poll()
    assert told == [True, False, "window"]


def test_what_cannot_be_started_is_told_too(run, view) -> None:
    def begin():
        raise InputError("scan", "it is empty", "Load it again.")

    run.start(begin, str)
    assert len(view.errors) == 1
    assert not run.busy


def test_dropped_work_is_canceled_and_never_taken_in(run, view) -> None:
    job = Job(DONE)
    run.start(lambda: job, lambda _answer: pytest.fail("it was taken in"))
    run.drop()
    run.poll()
    assert job.canceled
    assert not view.polling


def test_a_second_press_while_it_begins_changes_nothing(run) -> None:
    begun = []

    def begin():
        begun.append(1)
        run.start(lambda: pytest.fail("it was started twice"), str)
        return Job(RUNNING)

    run.start(begin, str)
    assert begun == [1]
    assert run.busy
