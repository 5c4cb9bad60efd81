"""What the machine lacks, told as a typed error: memory, graphics card, package, disk."""

from __future__ import annotations

import errno
import re
from collections.abc import Iterator
from contextlib import contextmanager

from RadioGenomicsLib.errors import DependencyError
from RadioGenomicsLib.errors import OutputError
from RadioGenomicsLib.errors import RadioGenomicsError

# Libraries have no type of their own for it everywhere; these are the words of PyTorch, ITK and CUDA.
_NO_MEMORY = re.compile(r"out of memory|not enough memory|can't allocate memory|failed to allocate memory", re.I)
_LOST_GPU = re.compile(r"\b(CUDA|cuDNN|HIP|MPS)( \w+)? error", re.I)


@contextmanager
def told_plainly() -> Iterator[None]:
    """Turn what the machine lacks into one plain error; any other exception goes on as it is.

    Raises:
        DependencyError: memory ran out, the GPU stopped, or a package is missing.
        OutputError: the disk is full.
    """
    try:
        yield
    except RadioGenomicsError:
        raise
    except (MemoryError, RuntimeError, OSError, ModuleNotFoundError) as error:
        told = _told(error)
        if told is None:
            raise
        raise told from error


def _told(error: Exception) -> RadioGenomicsError | None:
    if isinstance(error, ModuleNotFoundError):
        mend = "Open Slicer with its window, press Predict and agree to install; outside Slicer see the README."
        return DependencyError(error.name or "a Python package", "it is not installed", mend)
    if isinstance(error, MemoryError) or _NO_MEMORY.search(str(error)):
        mend = "Close other programs, choose the device cpu, or give scans with fewer voxels."
        return DependencyError("memory", "this computer has too little of it for the work", mend)
    if isinstance(error, RuntimeError) and _LOST_GPU.search(str(error)):
        mend = "Choose the device cpu, or restart the computer and try again."
        return DependencyError("the GPU", f"it stopped working ({str(error).splitlines()[0]})", mend)
    if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
        reason = f"there is no space left {'for' if error.filename else 'on'} it"
        return OutputError(error.filename or "the disk", reason, "Free space on the disk.")
    return None
