"""Read numbers that lie plain in a file straight into float32."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np

# Reading and converting let other threads run; beyond two, memory is what is waited for.
_THREADS = 2
# A piece stays in the processor's cache between being read and being converted.
_PIECE = 1 << 20


def read_numbers(file: Path, offset: int, dtype: str, count: int) -> np.ndarray:
    """Return ``count`` numbers (float32) that lie in a file from a byte offset on.

    Raises:
        OSError: the file cannot be read, or ends too early.
    """
    result = np.empty(count, np.float32)

    def read(start: int) -> None:
        piece = result[start : start + _PIECE]
        piece[...] = numbers_in(file, offset + start * np.dtype(dtype).itemsize, dtype, piece.size)

    with ThreadPoolExecutor(_THREADS) as pool:
        for _ in pool.map(read, range(0, count, _PIECE)):
            pass  # else an error would not be raised
    return result


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
