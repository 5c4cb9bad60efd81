"""Threads that wait for work leave the processor to others."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from RadioGenomicsLib import cli
from RadioGenomicsLib.jobs.child_process import _environment
from RadioGenomicsTrainLib import cli as train_cli

VARIABLE = "OMP_WAIT_POLICY"


@pytest.mark.parametrize("main", [cli.main, train_cli.main])
@pytest.mark.parametrize(("given", "expected"), [(None, "passive"), ("active", "active")])
def test_a_command_line_lets_them_sleep_unless_its_user_says_otherwise(
    monkeypatch: pytest.MonkeyPatch, main: object, given: str | None, expected: str
) -> None:
    # Set first in any case, so that the test's end takes it away again.
    monkeypatch.setenv(VARIABLE, given or "")
    if given is None:
        monkeypatch.delenv(VARIABLE)
    command = ["models"] if main is cli.main else ["report", "--work", "nowhere"]
    main(command)
    assert os.environ[VARIABLE] == expected


@pytest.mark.parametrize(("given", "expected"), [(None, "passive"), ("active", "active")])
def test_so_does_the_process_that_the_panel_starts_but_not_slicer_itself(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, given: str | None, expected: str
) -> None:
    monkeypatch.setenv(VARIABLE, given or "")
    if given is None:
        monkeypatch.delenv(VARIABLE)
    assert _environment(tmp_path)[VARIABLE] == expected
    assert os.environ.get(VARIABLE) == given
