"""What a child process does when its parent is gone: end, and leave nothing behind.

The parent holds the other end of stdin: the system closes it however the parent ends, ``kill -9`` included.
"""

from __future__ import annotations

import os
import threading
from pathlib import Path

from RadioGenomicsLib.jobs.process_tree import end_tree
from RadioGenomicsLib.locked_folders import remove_of_dead_parent

FOLDER_VARIABLE = "RADIOGENOMICS_JOB_FOLDER"
# The parent's first word. Where a launcher between the two keeps stdin to itself, it does not arrive, and the end of
# stdin means nothing.
HELLO = b"hello\n"


def end_with_parent() -> None:
    """Watch the parent, if this process was started as a job; returns at once."""
    folder = os.environ.get(FOLDER_VARIABLE)
    if folder:
        threading.Thread(target=_watch, args=(Path(folder),), daemon=True).start()


def _watch(folder: Path) -> None:
    if os.read(0, len(HELLO)) != HELLO:
        return
    while os.read(0, 1):
        pass
    _leave(folder)


def _leave(folder: Path) -> None:
    remove_of_dead_parent(folder)
    end_tree(os.getpid())
    os._exit(1)
