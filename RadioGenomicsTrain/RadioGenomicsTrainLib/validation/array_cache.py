"""Keep arrays that took long on disk, found again by the content of all that made them."""

from __future__ import annotations

import hashlib
import json
import logging
import zipfile
import zlib
from collections.abc import Callable
from collections.abc import Mapping
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from RadioGenomicsLib.whole_outputs import file_written_whole

# Raised whenever what is kept is computed in another way, so that nothing stale is read.
_VERSION = 1
# What NumPy and zipfile say of an NPZ file that is damaged somewhere, as found by damaging one anywhere.
DAMAGED = (EOFError, MemoryError, ValueError, KeyError, TypeError, RuntimeError, zipfile.BadZipFile, zlib.error)
log = logging.getLogger(__name__)


def digest(parts: Sequence[Any]) -> str:
    """Return a name for arrays and plain JSON values: equal content, equal name."""
    whole = hashlib.sha256(str(_VERSION).encode())
    for part in parts:
        if isinstance(part, np.ndarray):
            array = np.ascontiguousarray(part)
            whole.update(f"{array.dtype}{array.shape}".encode())
            whole.update(array.tobytes())
        else:
            whole.update(json.dumps(part, sort_keys=True).encode())
    return whole.hexdigest()[:24]


def place_of(folder: Path, name: str, parts: Sequence[Any]) -> Path:
    """Return where :func:`cached` keeps what is made from the same parts."""
    return folder / f"{name}-{digest([name, *parts])}.npz"


def cached(
    folder: Path, name: str, parts: Sequence[Any], make: Callable[[], Mapping[str, np.ndarray]]
) -> dict[str, np.ndarray]:
    """Return what ``make`` gives, from disk if it was made before from the same parts.

    Args:
        folder: of the cache; made if it is not there.
        name: what is kept, for people who look into the folder.
        parts: arrays and plain JSON values that decide the result.
        make: computes it.
    """
    return kept(place_of(folder, name, parts), make)


def kept(path: Path, make: Callable[[], Mapping[str, np.ndarray]]) -> dict[str, np.ndarray]:
    """Return the arrays of a file, which ``make`` gives where there is none, or a damaged one."""
    found = find_arrays(path)
    if found is not None:
        return found
    path.parent.mkdir(parents=True, exist_ok=True)
    with file_written_whole(path) as aside:
        np.savez(aside, **make())  # type: ignore[arg-type]  # takes them for its own options
    return read_arrays(path)


def find_arrays(path: Path) -> dict[str, np.ndarray] | None:
    """Return the arrays of an NPZ file; None where there is none, or it is damaged, which its checksums tell."""
    try:
        return read_arrays(path)
    except FileNotFoundError:
        return None
    except (OSError, *DAMAGED):
        log.warning("%s is damaged, and is made anew", path)
        return None


def read_arrays(path: Path) -> dict[str, np.ndarray]:
    """Return the arrays of an NPZ file."""
    with np.load(path, allow_pickle=False) as arrays:
        return dict(arrays)
