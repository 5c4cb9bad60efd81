"""A profile tells of the work, not of waiting for the threads that do it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from Testing.benchmarks.run import _profile


def work_of_a_thread() -> int:
    """Take long enough to be seen."""
    return sum(range(100_000))


def test_what_a_pool_does_is_seen() -> None:
    def call() -> None:
        with ThreadPoolExecutor(2) as pool:
            assert [future.result() for future in (pool.submit(work_of_a_thread), pool.submit(work_of_a_thread))]

    lines = _profile(call).splitlines()
    assert any(line.split()[0] == "2" and line.endswith("(work_of_a_thread)") for line in lines)


def test_a_fault_in_a_pool_ends_the_profile() -> None:
    def call() -> None:
        with ThreadPoolExecutor(1) as pool:
            pool.submit(int, "no number")

    with pytest.raises(ValueError, match="no number"):
        _profile(call)
