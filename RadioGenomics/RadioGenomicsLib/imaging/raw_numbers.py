"""Read numbers that lie plain in a file straight into the array that is to hold them."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np

# Reading and converting let other threads run; beyond two, memory is what is waited for.
_THREADS = 2
# A piece stays in the processor's cache between being read and being converted.
_PIECE = 1 << 20


def read_numbers(file: Path, offset: int, dtype: str, result: np.ndarray) -> None:
    """Fill an array ``[k, j, i]`` with the numbers that lie in a file from a byte offset on.

    Args:
        file: holds them in the order of the indices, i fastest.
        offset: in bytes.
        dtype: of numpy, in the file.
        result: of any number type and in any order in memory.

    Raises:
        OSError: the file cannot be read, or ends too early.
    """
    plane = result[0].size
    planes = max(1, _PIECE // plane)

    def read(start: int) -> None:
        piece = result[start : start + planes]
        numbers = numbers_in(file, offset + start * plane * np.dtype(dtype).itemsize, dtype, piece.size)
        piece[...] = numbers.reshape(piece.shape)

    with ThreadPoolExecutor(_THREADS) as pool:
        for _ in pool.map(read, range(0, len(result), planes)):
            pass  # else an error would not be raised


def numbers_in(file: Path, offset: int, dtype: str, count: int) -> np.ndarray:
    """Return numbers of a file as they are.

    Raises:
        OSError: the file cannot be read, or ends too early.
    """
    numbers = np.empty(count, dtype)
    with open(file, "rb", buffering=0) as stream:
        stream.seek(offset)
        if stream.readinto(numbers.view(np.uint8).data) != numbers.nbytes:
            raise OSError("the file ends too early")
    return numbers
