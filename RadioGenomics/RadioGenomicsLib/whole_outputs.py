"""Write aside, then rename: files and folders of which no half is ever seen under their own name."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from RadioGenomicsLib.locked_folders import LockedFolder
from RadioGenomicsLib.locked_folders import remove_abandoned


@contextmanager
def file_written_whole(path: Path) -> Iterator[Path]:
    """Give a hidden place beside a file, which replaces the file when the ``with`` block ends well.

    Whatever else ends the block, what was written so far is removed; what a killed process left there, before the
    next writing of the file. Every call has a place of its own, so that two processes may write one file at a time:
    the last to end wins, whole.

    Args:
        path: the wanted file, in a folder that exists. The hidden one has its name, in a hidden folder.

    Raises:
        OSError: the file cannot be written or put into its place; it names the wanted file.
    """
    try:
        remove_remains(path)
        with folder_aside(path) as aside:
            yield aside / path.name
            (aside / path.name).replace(path)
    except OSError as error:
        # Of most libraries' errors nobody can tell what file was written.
        if error.errno is not None and (error.filename is None or f".{path.name}." in str(error.filename)):
            raise OSError(error.errno, error.strerror, str(path)) from error
        raise


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


@contextmanager
def scratch_folder(folder: Path) -> Iterator[Path]:
    """Give a hidden folder inside another one, for what is needed for a while; those of killed processes go first.

    Raises:
        OSError: it cannot be written; where nothing else is named, it names the other folder.
    """
    try:
        remove_remains(folder / "scratch")
        with folder_aside(folder / "scratch") as aside:
            yield aside
    except OSError as error:
        if error.errno is not None and error.filename is None:
            raise OSError(error.errno, error.strerror, str(folder)) from error
        raise
