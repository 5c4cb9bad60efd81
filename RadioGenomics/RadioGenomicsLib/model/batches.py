"""Run a network over batches, several at a time on the CPU, each of them on one thread."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from RadioGenomicsLib.progress import Progress
from RadioGenomicsLib.progress import silent

_Batch = TypeVar("_Batch")
_Answer = TypeVar("_Answer")


def run_batches(
    run: Callable[[_Batch], _Answer], batches: Sequence[_Batch], device: str, progress: Progress = silent
) -> list[_Answer]:
    """Return the answer to every batch, in order.

    PyTorch's libraries part a sum among their threads, and the last bits of a convolution depend on how many there are.
    So on the CPU a batch has one thread, and as many batches run at a time as PyTorch would take threads: the answers
    are the same on any number of them. Nor do threads wait for each other after every layer, which costs most where
    other processes take the processors in turn.

    Args:
        run: called with a batch; its own business is ``torch.inference_mode``, which holds for one thread.
        batches: in the order of the answers.
        device: "cpu", or one that takes batches one by one.
        progress: told after every batch, in the caller's thread.

    Raises:
        Exception: whatever ``run`` or ``progress`` raises; batches that wait are not begun then.
    """
    import torch

    answers: list[_Answer] = []
    threads = torch.get_num_threads()
    pool = ThreadPoolExecutor(threads, initializer=torch.set_num_threads, initargs=(1,)) if device == "cpu" else None
    try:
        for answer in map(run, batches) if pool is None else pool.map(run, batches):
            answers.append(answer)
            progress(len(answers) / len(batches), "Encoding")
    finally:
        if pool is not None:
            pool.shutdown(cancel_futures=True)
            torch.set_num_threads(threads)
    return answers
