"""Files in a DICOM folder that are passed over, and how the user is told."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from pathlib import Path

DAMAGED = "damaged"
_ENDINGS = (".dcm", ".dicom", ".ima")
_MARK = slice(128, 132)


def why_left_out(file: Path) -> str:
    """Return why a file of which no image was read may be missed; empty for what never was an image.

    Hidden files are none, such as those that macOS writes beside each file, and DICOM has objects that are no images.
    """
    if file.name.startswith("."):
        return ""
    try:
        with open(file, "rb") as content:
            start = content.read(_MARK.stop)
    except OSError:
        return "not readable"
    ending = file.suffix.lower()
    if not start:
        return "empty" if ending in ("", *_ENDINGS) else ""
    return "not DICOM in spite of the ending" if ending in _ENDINGS and start[_MARK] != b"DICM" else ""


def notes_on(left_out: Iterable[Counter[str]]) -> tuple[str, ...]:
    """Return reasons and how many files they hold for, as notes of a volume."""
    total: Counter[str] = Counter()
    for reasons in left_out:
        total.update(reasons)
    return tuple(f"left out of its folder: {files(count)}, {reason}" for reason, count in sorted(total.items()))


def files(count: int) -> str:
    """Return a number of files in words."""
    return f"{count} files" if count > 1 else "1 file"
