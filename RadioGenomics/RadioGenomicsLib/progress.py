"""One form of progress for every door: a callable that takes a fraction and a step name.

To cancel, the callable raises :class:`~RadioGenomicsLib.errors.Canceled`.
"""

from __future__ import annotations

from collections.abc import Callable

Progress = Callable[[float, str], None]


def silent(_fraction: float, _step: str) -> None:
    """Report nothing."""


def within(progress: Progress, start: float, stop: float) -> Progress:
    """Return a progress callable whose 0-1 fills ``start``-``stop`` of another one."""

    def scaled(fraction: float, step: str) -> None:
        progress(start + (stop - start) * fraction, step)

    return scaled
