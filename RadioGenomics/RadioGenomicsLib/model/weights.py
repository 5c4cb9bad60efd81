"""Tensors on disk as safetensors: no code, no pickle, whole or not at all."""

from __future__ import annotations

import logging
import os
import re
from collections.abc import Iterator
from collections.abc import Mapping
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from RadioGenomicsLib.errors import BundleError
from RadioGenomicsLib.whole_outputs import file_written_whole

log = logging.getLogger(__name__)


def save_tensors(tensors: Mapping[str, np.ndarray], path: Path) -> None:
    """Write named arrays; the file appears only when it is complete.

    Raises:
        OSError: it cannot be written.
    """
    from safetensors.numpy import save_file

    with file_written_whole(path) as aside, errors_of_the_system():
        save_file({name: np.ascontiguousarray(array) for name, array in tensors.items()}, aside)
        # safetensors lets only the owner read; a bundle is for whoever may read its folder.
        aside.chmod(0o644)


@contextmanager
def errors_of_the_system() -> Iterator[None]:
    """Turn what safetensors says of a file that it cannot write into what the system told it.

    Raises:
        OSError: with the system's number.
    """
    from safetensors import SafetensorError

    try:
        yield
    except SafetensorError as error:
        found = re.search(r"\(os error (\d+)\)", str(error))
        if found is None:
            raise
        raise OSError(int(found[1]), os.strerror(int(found[1]))) from error


def is_whole(path: Path) -> bool:
    """Tell whether there is a safetensors file of the length that its head states; says so of a damaged one."""
    from safetensors import SafetensorError
    from safetensors import safe_open

    try:
        with safe_open(path, framework="np"):
            return True
    except FileNotFoundError:
        return False
    except (SafetensorError, OSError):
        log.warning("%s is damaged, and is made anew", path)
        return False


def load_tensors(path: Path) -> dict[str, np.ndarray]:
    """Read named arrays.

    Raises:
        BundleError: the file is not a whole safetensors file, holds a kind of number that is not used here, or a
            weight is not a number.
    """
    from safetensors import SafetensorError
    from safetensors.numpy import load_file

    try:
        tensors = load_file(path)
    # A kind of number that numpy lacks is a KeyError, TypeError or AttributeError, by the version of safetensors.
    except (SafetensorError, OSError, LookupError, TypeError, AttributeError, ValueError) as error:
        mend = "Get the bundle again; only safetensors weights are read."
        raise BundleError(path, "the weights cannot be read", mend) from error
    odd = [name for name, array in tensors.items() if array.dtype.kind not in "fiu"]
    if odd:
        raise BundleError(path, f"{odd[0]} holds no numbers", "Get the bundle again.")
    broken = [n for n, a in tensors.items() if a.dtype.kind == "f" and not np.isfinite(a).all()]
    if broken:
        raise BundleError(path, f"the weights of {broken[0]} are not all numbers", "Get the bundle again.")
    return tensors
