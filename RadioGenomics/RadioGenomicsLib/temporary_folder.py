"""A private folder for temporary files, of which ``kill -9`` leaves nothing for longer than until the next start."""

from __future__ import annotations

import re
import tempfile
import uuid
from pathlib import Path

from RadioGenomicsLib.errors import OutputError
from RadioGenomicsLib.locked_folders import LockedFolder
from RadioGenomicsLib.locked_folders import remove_abandoned

_PREFIX = "RadioGenomics-"
_NAME = re.compile(rf"{_PREFIX}[0-9a-f]{{16}}")


def temporary_folder(place: Path | None = None) -> LockedFolder:
    """Make a folder of random name that only this user can read, and remove those that killed processes left there.

    Args:
        place: where it goes; the system's folder for temporary files if not given.

    Raises:
        OutputError: it cannot be made there.
    """
    place = place or Path(tempfile.gettempdir())
    try:
        remove_abandoned(place, _NAME)
        return LockedFolder(lambda: place / f"{_PREFIX}{uuid.uuid4().hex[:16]}", mode=0o700)
    except OSError as error:
        reason = f"temporary files cannot be written there ({error.strerror or error})"
        raise OutputError(place, reason, "Free space, or set another folder.") from error
