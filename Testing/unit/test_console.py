"""Progress on the command line."""

from __future__ import annotations

import pytest

from RadioGenomicsLib.console import console_progress


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
