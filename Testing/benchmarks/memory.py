"""The most memory that a call takes on top of what the process holds before it."""

from __future__ import annotations

import ctypes
import gc
from collections.abc import Callable
from pathlib import Path


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
