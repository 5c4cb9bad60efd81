"""Processes that end together: a child with all that it started.

On Linux and macOS the child leads a process group of its own. Windows has no such thing for killing: there
``taskkill /T`` follows the parents' ids from a child that is still there.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from contextlib import suppress
from typing import Any


def options_for_a_tree() -> dict[str, Any]:
    """Return the options of ``subprocess.Popen`` that let :func:`end_tree` find all of the child's children."""
    if sys.platform == "win32":
        return {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP | subprocess.CREATE_NO_WINDOW}
    return {"start_new_session": True}


def end_tree(pid: int) -> None:
    """End a child that was started with :func:`options_for_a_tree`, and its children, at once; harmless afterwards."""
    if sys.platform == "win32":
        subprocess.run(["taskkill", "/F", "/T", "/PID", str(pid)], capture_output=True, check=False)
        return
    # macOS says PermissionError of a group of which only a zombie is left.
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, signal.SIGKILL)
