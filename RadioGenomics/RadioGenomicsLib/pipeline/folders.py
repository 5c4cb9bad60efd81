"""A folder that appears whole or not at all."""

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

from RadioGenomicsLib.errors import OutputError

if TYPE_CHECKING:
    from filelock import FileLock


def refuse_used_folder(folder: Path) -> None:
    """Refuse a place that results cannot go to.

    Raises:
        OutputError: it is a file, or a folder with something in it.
    """
    if folder.is_dir() and any(folder.iterdir()):
        raise OutputError(folder, "the folder is not empty", "Choose a new folder; results never overwrite.")
    if folder.exists() and not folder.is_dir():
        raise OutputError(folder, "it is a file", "Choose a new folder.")


@contextmanager
def written_whole(folder: Path) -> Iterator[Path]:
    """Give a folder to write into, which takes the wanted name when the ``with`` block ends well.

    What a killed process left beside the wanted name is removed first.

    Args:
        folder: the wanted name: new or empty. What is written goes into a hidden folder beside it first.

    Raises:
        OutputError: the folder is in use, also by a run that ended sooner, or cannot be written.
    """
    refuse_used_folder(folder)
    folder = folder.resolve()
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        remove_remains(folder)
        with _folder_aside(folder) as aside:
            yield aside
            refuse_used_folder(folder)
            if folder.exists():
                folder.rmdir()
            aside.rename(folder)
    except OSError as error:
        reason = f"it cannot be written ({error.strerror or error})"
        raise OutputError(folder, reason, "Free space on the disk, or choose another folder.") from error


def remove_remains(folder: Path) -> None:
    """Remove what killed processes left beside a folder that they were writing; nothing of a process that lives."""
    form = re.compile(rf"(\.{{1,2}}{re.escape(folder.name)}(?:\.[0-9a-f]{{8}}\.part){{1,2}})\.lock")
    for lock in list(folder.parent.iterdir()):
        if found := form.fullmatch(lock.name):
            _remove_if_dead(folder.parent / found[1], lock)


@contextmanager
def _folder_aside(folder: Path) -> Iterator[Path]:
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
