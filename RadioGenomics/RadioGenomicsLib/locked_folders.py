"""Folders of a living process: a file beside each stays locked as long as the process that made it lives.

The operating system gives a lock free when its process dies, however it dies. A folder whose lock nobody holds is
therefore one that a killed process left, and anybody may remove it.
"""

from __future__ import annotations

import re
import shutil
import sys
import weakref
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from filelock import FileLock


class LockedFolder:
    """A new folder, which is removed with this object or when the process ends in order.

    Args:
        new_path: gives a name that nothing has yet, another one at every call.
        mode: permissions of the folder.

    Attributes:
        path: of the folder.

    Raises:
        OSError: it cannot be made.
    """

    def __init__(self, new_path: Callable[[], Path], mode: int = 0o777) -> None:
        self.path, self._lock = _new_lock(new_path)
        try:
            self.path.mkdir(mode)
        except OSError:
            _drop(self._lock)
            raise
        self._end = weakref.finalize(self, _remove, self.path, self._lock)

    def remove(self) -> bool:
        """Remove the folder and its lock, and tell whether it is gone; where it is not, it stays locked."""
        return _remove(self.path, self._lock)


def remove_abandoned(place: Path, name: re.Pattern[str]) -> None:
    """Remove the folders that killed processes left in a place; nothing of a process that lives.

    Args:
        place: a folder.
        name: form of the names of the folders that may be removed.

    Raises:
        OSError: the place cannot be read.
    """
    from filelock import FileLock
    from filelock import Timeout

    for path in list(place.iterdir()):
        folder = path.with_suffix("")
        if path.suffix == ".lock" and name.fullmatch(folder.name):
            lock = FileLock(path, timeout=0)
            with suppress(Timeout, OSError):
                lock.acquire()
                _remove(folder, lock)
                lock.release()


def remove_of_dead_parent(folder: Path) -> None:
    """Remove a folder whose process is gone, while what it had started may still write there.

    Should this process be killed too meanwhile, :func:`remove_abandoned` finds what is left.
    """
    if _is_removed(folder):
        with suppress(OSError):
            _lock_of(folder).unlink()


def _new_lock(new_path: Callable[[], Path]) -> tuple[Path, FileLock]:
    from filelock import FileLock
    from filelock import Timeout

    while True:
        path = new_path()
        lock = FileLock(_lock_of(path), timeout=0)
        try:
            lock.acquire()
        except Timeout:
            continue
        # Another process may have taken the new lock file for one that a dead process left.
        if _lock_of(path).exists():
            return path, lock
        lock.release()


def _remove(folder: Path, lock: FileLock) -> bool:
    removed = _is_removed(folder)
    if removed:
        # Also where it is free already: filelock frees all locks at the end of Python, which may come first.
        _drop(lock)
    return removed


def _is_removed(folder: Path) -> bool:
    """Remove a folder, and tell whether nothing of it is left."""
    gone = folder.with_name(f"{folder.name}.gone")
    # Under another name first: what still writes there can then put no new file into it.
    with suppress(OSError):
        folder.rename(gone)
    for path in (gone, folder):
        shutil.rmtree(path, ignore_errors=True)
    return not gone.exists() and not folder.exists()


def _drop(lock: FileLock) -> None:
    """Give a lock free and remove its file: in this order on Windows, where an open file cannot be removed."""
    if sys.platform == "win32":
        lock.release()
    with suppress(OSError):
        Path(lock.lock_file).unlink()
    lock.release()


def _lock_of(folder: Path) -> Path:
    return folder.with_name(f"{folder.name}.lock")
