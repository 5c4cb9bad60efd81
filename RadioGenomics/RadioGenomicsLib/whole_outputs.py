"""Write aside, then rename: files and folders of which no half is ever seen under their own name."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from contextlib import suppress
from pathlib import Path

from RadioGenomicsLib.locked_folders import LockedFolder
from RadioGenomicsLib.locked_folders import remove_abandoned


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
    name = re.compile(rf"\.{{1,2}}{re.escape(folder.name)}(?:\.[0-9a-f]{{8}}\.part){{1,2}}")
    remove_abandoned(folder.parent, name)


@contextmanager
def folder_aside(folder: Path) -> Iterator[Path]:
    """Give a hidden folder beside another one; a file beside it stays locked as long as this process lives."""
    aside = LockedFolder(lambda: folder.parent / f".{folder.name}.{uuid.uuid4().hex[:8]}.part")
    try:
        yield aside.path
    finally:
        aside.remove()
