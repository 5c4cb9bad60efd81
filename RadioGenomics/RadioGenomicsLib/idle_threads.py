"""Let threads that wait for work sleep: by default OpenMP's spin, and take the processor from everybody else.

What that is worth beside other busy processes is in ``Testing/benchmarks/results/prediction.md``.
"""

from __future__ import annotations

import os

SLEEPING = {"OMP_WAIT_POLICY": "passive"}


def let_idle_threads_sleep() -> None:
    """Set that for this process, unless its user has set it; OpenMP reads it once, when torch is first imported."""
    for name, value in SLEEPING.items():
        os.environ.setdefault(name, value)
