"""Progress for the command line: a bar in a terminal, one line per step elsewhere."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec

from RadioGenomicsLib.progress import Progress


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


def _step_lines() -> Progress:
    last = ""

    def report(_fraction: float, step: str) -> None:
        nonlocal last
        if step != last:
            print(step, file=sys.stderr, flush=True)
            last = step

    return report
