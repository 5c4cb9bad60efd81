from __future__ import annotations

import threading
import time

from RadioGenomicsLib.errors import InputError


def wait(call) -> object:
    end = time.monotonic() + 5
    while call.poll().status == "running" and time.monotonic() < end:
        time.sleep(0.005)
    return call.poll()


def background(work):
    from RadioGenomicsLib.panel.background import BackgroundCall

    return BackgroundCall(work)


def test_the_answer_comes_back() -> None:
    call = background(lambda progress: progress(0.5, "half") or 42)
    assert wait(call).status == "done"
    assert call.result() == 42


def test_it_stops_at_the_step_after_it_was_canceled() -> None:
    go = threading.Event()
    reached = []

    def work(progress) -> None:
        go.wait(5)
        progress(0.5, "half")
        reached.append(True)

    call = background(work)
    call.cancel()
    go.set()
    assert wait(call).status == "canceled"
    assert reached == []


def test_expected_and_unexpected_failures_end_it_with_a_message() -> None:
    def expected(_progress) -> None:
        raise InputError("scan", "it is empty", "Load it again.")

    assert "Load it again." in str(wait(background(expected)).error)
    state = wait(background(lambda _progress: 1 / 0))
    assert state.status == "failed"
    assert "ZeroDivisionError" in str(state.error)
