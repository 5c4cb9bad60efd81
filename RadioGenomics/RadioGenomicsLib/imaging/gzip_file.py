"""Files that may be gzip: their first bytes, their length unzipped, and their checksum."""

from __future__ import annotations

import gzip
import logging
import os
import struct
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from RadioGenomicsLib.errors import InputError
from RadioGenomicsLib.imaging.image_size import AGAIN
from RadioGenomicsLib.imaging.image_size import MOST_BYTES

log = logging.getLogger(__name__)

# Enough for the header of any format.
_HEADER = 1 << 16
# No byte of a gzip file unzips to more: RFC 1951 codes at most 258 bytes by two bits.
_DENSEST = 1032


@dataclass(frozen=True)
class Content:
    """What a file holds, unzipped.

    Attributes:
        head: its first bytes.
        length: number of all its bytes.
        checksum: CRC-32 that the file itself states, with the length; None where both have been found right, or
            the file is not zipped.
    """

    head: bytes
    length: int
    checksum: int | None = None


def is_gzip(file: Path) -> bool:
    """Tell by its name whether a file is gzip; FreeSurfer calls a zipped MGH file .mgz."""
    return file.suffix.lower() in (".gz", ".mgz")


def glance(file: Path) -> Content:
    """Return what a file says of its content, and for a file that is not gzip what is so.

    Raises:
        InputError: it cannot be read, or is no gzip file though it is called one.
    """
    with _told(file), open(file, "rb") as stream:
        size = os.fstat(stream.fileno()).st_size
        if not is_gzip(file):
            return Content(stream.read(_HEADER), size)
        with gzip.open(stream) as unzipped:
            head = unzipped.read(_HEADER)
        stream.seek(max(size - 8, 0))
        end = stream.read(8)
    if len(end) < 8:
        return Content(head, len(head))
    checksum, length = struct.unpack("<2I", end)
    return Content(head, min(length, size * _DENSEST), checksum)


def unzipped(file: Path) -> Content:
    """Return what a file holds, all of it looked at.

    Raises:
        InputError: it cannot be read; or it is gzip and ends too early, has a wrong checksum, or unzips without end.
    """
    if not is_gzip(file):
        return glance(file)
    with _told(file), gzip.open(file) as stream:
        head = stream.read(_HEADER)
        length = len(head)
        while part := stream.read(1 << 20):
            length += len(part)
            if length > MOST_BYTES:
                raise InputError(file.name, f"it unzips to more than {MOST_BYTES >> 30} GB", "Do not use it.")
    return Content(head, length)


@contextmanager
def _told(file: Path) -> Iterator[None]:
    try:
        yield
    except (EOFError, OSError, zlib.error) as error:
        log.debug("%s could not be read: %s", file.name, error)
        raise InputError(file.name, "it is damaged or ends too early", AGAIN) from error
