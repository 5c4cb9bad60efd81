"""A folder that appears whole or not at all."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextlib import suppress
from pathlib import Path

from RadioGenomicsLib.errors import OutputError
from RadioGenomicsLib.whole_outputs import folder_aside
from RadioGenomicsLib.whole_outputs import remove_remains


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
        with folder_aside(folder) as aside:
            yield aside
            refuse_used_folder(folder)
            if folder.exists():
                folder.rmdir()
            aside.rename(folder)
    except OSError as error:
        raise _cannot_be_written(folder, error) from error


@contextmanager
def replaced_whole(folder: Path) -> Iterator[Path]:
    """Give a folder to write into, which takes the place of another one when the ``with`` block ends well.

    Args:
        folder: the wanted name; what is there is removed once the new folder is whole. A process that is killed
            between the two leaves none under this name, and the next call removes what is hidden.

    Raises:
        OutputError: the folder cannot be written.
    """
    folder = folder.resolve()
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        remove_remains(folder)
        with folder_aside(folder) as new, folder_aside(folder) as old:
            yield new
            if folder.exists():
                folder.rename(old / folder.name)
            try:
                new.rename(folder)
            except OSError:
                with suppress(OSError):
                    (old / folder.name).rename(folder)
                raise
    except OSError as error:
        raise _cannot_be_written(folder, error) from error


def _cannot_be_written(folder: Path, error: OSError) -> OutputError:
    reason = f"it cannot be written ({error.strerror or error})"
    return OutputError(folder, reason, "Free space on the disk, or choose another folder.")
