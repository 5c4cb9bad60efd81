"""What a command line needs of the console: progress, and an end in order when it is told to end."""

from __future__ import annotations

import logging
import signal
import sys
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from types import FrameType
from typing import NoReturn

from RadioGenomicsLib.progress import Progress

log = logging.getLogger(__name__)


@contextmanager
def console_progress() -> Iterator[Progress]:
    """Give a progress callable that writes to stderr, so that stdout holds only results."""
    # Without tqdm the packages that a prediction needs are missing too, which is told where they are needed.
    if not sys.stderr.isatty() or find_spec("tqdm") is None:
        yield _step_lines()
        return
    from tqdm import tqdm

    with tqdm(total=100, bar_format="{desc} |{bar}| {percentage:3.0f}% [{elapsed}]", leave=False) as bar:

        def report(fraction: float, step: str) -> None:
            bar.set_description_str(step, refresh=False)
            bar.n = round(100 * fraction)
            bar.refresh()

        yield report


@contextmanager
def ends_in_order() -> Iterator[None]:
    """Let SIGTERM, which schedulers and shutdowns send, end the work like Ctrl+C: what is half written is removed."""

    def end(_signal: int, _frame: FrameType | None) -> NoReturn:
        raise KeyboardInterrupt

    # Only the main thread may ask, and Slicer or a launcher may have its own way.
    if threading.current_thread() is not threading.main_thread() or signal.getsignal(signal.SIGTERM) != signal.SIG_DFL:
        yield
        return
    signal.signal(signal.SIGTERM, end)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)


@contextmanager
def python_warnings_logged() -> Iterator[None]:
    """Keep warnings of Python libraries off the terminal, where they show lines of code; the log has them."""

    def to_log(message: Warning | str, category: type[Warning], *_: object, **__: object) -> None:
        log.debug("%s: %s", category.__name__, message)

    with warnings.catch_warnings():
        warnings.showwarning = to_log
        yield


def _step_lines() -> Progress:
    last = ""

    def report(_fraction: float, step: str) -> None:
        nonlocal last
        if step != last:
            print(step, file=sys.stderr, flush=True)
            last = step

    return report
