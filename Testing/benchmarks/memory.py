"""The most memory that a call takes on top of what the process holds before it, or that a child process takes."""

from __future__ import annotations

import ctypes
import gc
import os
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class InChild:
    """Result of a call that did its work in a child process.

    Attributes:
        result: what the call found.
        megabytes: the most memory that the child held.
    """

    result: Any
    megabytes: float


def run_child(command: list[str]) -> float:
    """Run a command to its end and return the most memory that it held, in megabytes (not on Windows).

    Raises:
        SystemExit: it failed; its last words are given.
    """
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True) as child:
        assert child.stderr
        told = child.stderr.read()
        _, status, usage = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        raise SystemExit(f"{command[:3]} failed: {told[-500:]}")
    return usage.ru_maxrss / 1024


def resident_peak_megabytes() -> float:
    """Return the most that this process has held since :func:`peak_megabytes` was last called (Linux only)."""
    return _status("VmHWM")


def peak_megabytes(call: Callable[[], object]) -> float:
    """Return the rise of the resident set while ``call`` runs, of all native code, too (Linux only; NaN elsewhere)."""
    gc.collect()
    try:
        # Give back what freed arrays still hold, and let the high-water mark start anew.
        ctypes.CDLL(None).malloc_trim(0)
        Path("/proc/self/clear_refs").write_text("5", encoding="ascii")
        before = _status("VmRSS")
    except (OSError, AttributeError):
        call()
        return float("nan")
    call()
    return max(0.0, _status("VmHWM") - before)


def _status(name: str) -> float:
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return next(float(line.split()[1]) for line in lines if line.startswith(f"{name}:")) / 1024
