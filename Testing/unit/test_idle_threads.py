"""Threads that wait for work leave the processor to others."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from RadioGenomicsLib import cli
from RadioGenomicsLib.jobs.child_process import _environment
from RadioGenomicsTrainLib import cli as train_cli

VARIABLE = "OMP_WAIT_POLICY"


@pytest.fixture(params=[(None, "passive"), ("active", "active")])
def expected(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """What is due, where the user has set nothing or something else."""
    given, due = request.param
    # Set first in any case, so that the test's end takes it away again.
    monkeypatch.setenv(VARIABLE, given or "")
    if given is None:
        monkeypatch.delenv(VARIABLE)
    return due


@pytest.mark.parametrize(
    ("main", "command"), [(cli.main, ["models"]), (train_cli.main, ["report", "--work", "nowhere"])]
)
def test_a_command_line_lets_them_sleep_unless_its_user_says_otherwise(
    main: Callable[[list[str]], int], command: list[str], expected: str
) -> None:
    main(command)
    assert os.environ[VARIABLE] == expected


def test_so_does_the_process_that_the_panel_starts_but_not_slicer_itself(expected: str, tmp_path: Path) -> None:
    before = os.environ.get(VARIABLE)
    assert _environment(tmp_path)[VARIABLE] == expected
    assert os.environ.get(VARIABLE) == before
