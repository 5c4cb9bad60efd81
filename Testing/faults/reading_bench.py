"""What every door that reads must do with every case: the right thing, or one typed error that says all."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from RadioGenomicsLib.errors import RadioGenomicsError


def told(read: Callable[[], object], error: type[RadioGenomicsError], reason: str) -> RadioGenomicsError:
    """Call a door and return the error that it must raise: of this type, with a subject, this reason and a mend.

    An exception that is none of ours, which would be a traceback to the user, fails the test.
    """
    with pytest.raises(error) as caught:
        read()
    found = caught.value
    assert re.search(reason, found.reason, re.DOTALL), f"{found.reason!r} does not say {reason!r}"
    assert found.subject.strip()
    assert found.mend.strip()
    assert len(str(found)) < 2000
    return found


def files_in(folder: Path) -> dict[str, bytes]:
    """Return all files below a folder with their content: what must be the same before and after."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
