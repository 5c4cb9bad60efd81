"""Progress on the command line."""

from __future__ import annotations

import os
import signal
import sys
import time
import warnings
from pathlib import Path

import pytest

from RadioGenomicsLib.console import console_progress
from RadioGenomicsLib.console import ends_in_order
from RadioGenomicsLib.console import python_warnings_logged
from RadioGenomicsLib.pipeline.folders import written_whole


def test_outside_a_terminal_each_step_is_one_line_on_stderr(capsys: pytest.CaptureFixture[str]) -> None:
    with console_progress() as progress:
        progress(0.1, "Reading")
        progress(0.2, "Reading")
        progress(0.3, "Predicting")
    captured = capsys.readouterr()
    assert captured.err.splitlines() == ["Reading", "Predicting"]
    assert captured.out == ""


def test_in_a_terminal_there_is_a_bar(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    with console_progress() as progress:
        progress(0.5, "Predicting")
        assert "Predicting" in capsys.readouterr().err


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGTERM to send")
def test_told_to_end_it_removes_what_is_half_written(tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt), ends_in_order(), written_whole(tmp_path / "out") as aside:
        (aside / "half").touch()
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(5)
    assert not list(tmp_path.iterdir())
    assert signal.getsignal(signal.SIGTERM) == signal.SIG_DFL


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGTERM to send")
def test_another_way_to_end_is_left_as_it_is() -> None:
    told = []
    before = signal.signal(signal.SIGTERM, lambda *_: told.append("theirs"))
    try:
        with ends_in_order():
            os.kill(os.getpid(), signal.SIGTERM)
    finally:
        signal.signal(signal.SIGTERM, before)
    assert told == ["theirs"]


def test_warnings_of_python_are_in_the_log_and_not_on_the_terminal(
    capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG", logger="RadioGenomicsLib")
    with python_warnings_logged():
        warnings.warn("overflow encountered in cast", RuntimeWarning, stacklevel=1)
    assert "RuntimeWarning: overflow encountered in cast" in caplog.text
    captured = capsys.readouterr()
    assert captured.out + captured.err == ""
