"""Processes that are started from inside Slicer."""

from __future__ import annotations

import multiprocessing
import shutil


def useRealPython() -> None:
    """Start new processes with Slicer's own Python, not with the launcher that ``sys.executable`` names there.

    Behind the launcher a new process never hears of its work (Slicer issue 7445). Outside Slicer nothing changes.
    """
    if python := shutil.which("python-real"):
        multiprocessing.set_executable(python)
