"""Write aside, then rename: files and folders of which no half is ever seen under their own name."""

from __future__ import annotations

import re
import shutil
import sys
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from filelock import FileLock


@contextmanager
def file_written_whole(path: Path) -> Iterator[Path]:
    """Give a hidden place beside a file, which replaces the file when the ``with`` block ends well.

    Whatever else ends the block, what was written so far is removed. Every call has a place of its own, so that two
    processes may write one file at a time: the last to end wins, whole.

    Args:
        path: the wanted file, in a folder that exists. The hidden one has its ending, which some writers go by.

    Raises:
        OSError: the file cannot be put into its place.
    """
    aside = path.with_name(f".{path.stem}.{uuid.uuid4().hex[:8]}.part{path.suffix}")
    try:
        yield aside
        aside.replace(path)
    finally:
        with suppress(OSError):
            aside.unlink()


def remove_remains(folder: Path) -> None:
    """Remove what killed processes left beside a folder that they were writing; nothing of a process that lives."""
    form = re.compile(rf"(\.{{1,2}}{re.escape(folder.name)}(?:\.[0-9a-f]{{8}}\.part){{1,2}})\.lock")
    for lock in list(folder.parent.iterdir()):
        if found := form.fullmatch(lock.name):
            _remove_if_dead(folder.parent / found[1], lock)


@contextmanager
def folder_aside(folder: Path) -> Iterator[Path]:
    """Give a hidden folder beside another one; a file beside it stays locked as long as this process lives."""
    from filelock import FileLock
    from filelock import Timeout

    while True:
        aside = folder.parent / f".{folder.name}.{uuid.uuid4().hex[:8]}.part"
        lock = FileLock(_lock_of(aside), timeout=0)
        try:
            lock.acquire()
        except Timeout:
            continue
        # Another process may have taken the new lock file for one that a dead process left.
        if _lock_of(aside).exists():
            break
        lock.release()
    try:
        aside.mkdir()
        yield aside
    finally:
        shutil.rmtree(aside, ignore_errors=True)
        _drop(lock)


def _remove_if_dead(aside: Path, path: Path) -> None:
    from filelock import FileLock
    from filelock import Timeout

    lock = FileLock(path, timeout=0)
    # The operating system gives a lock free when its process dies, however it dies.
    with suppress(Timeout, OSError):
        lock.acquire()
        shutil.rmtree(aside, ignore_errors=True)
        _drop(lock)


def _drop(lock: FileLock) -> None:
    """Give a lock free and remove its file: in this order on Windows, where an open file cannot be removed."""
    if sys.platform == "win32":
        lock.release()
    with suppress(OSError):
        Path(lock.lock_file).unlink()
    lock.release()


def _lock_of(aside: Path) -> Path:
    return aside.with_name(f"{aside.name}.lock")
