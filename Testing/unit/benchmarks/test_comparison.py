"""The harness times only what agrees, and says honestly how much longer a peer takes."""

from __future__ import annotations

import csv

import numpy as np
import pytest

from Testing.benchmarks.contenders import OURS
from Testing.benchmarks.contenders import Contender
from Testing.benchmarks.contenders import Timing
from Testing.benchmarks.contenders import compare
from Testing.benchmarks.memory import peak_megabytes
from Testing.benchmarks.summary import summary
from Testing.benchmarks.tables import Comparison


def _difference(result: np.ndarray, reference: np.ndarray) -> float:
    return float(np.abs(result - reference).max())


def test_a_contender_that_is_off_ends_the_measurement() -> None:
    right = Contender("peer", lambda: np.zeros(3), tolerance=0.0)
    wrong = Contender(OURS, lambda: np.full(3, 0.2), tolerance=0.1)
    with pytest.raises(SystemExit, match=r"differs by 0\.2, allowed 0\.1"):
        compare([right, wrong], _difference)


def test_a_result_that_is_not_a_number_counts_as_off() -> None:
    contenders = [Contender("peer", lambda: np.zeros(3)), Contender(OURS, lambda: np.full(3, np.nan), tolerance=1.0)]
    with pytest.raises(SystemExit):
        compare(contenders, _difference)


def test_each_contender_is_checked_once_and_then_called_twice_in_every_turn() -> None:
    calls: list[str] = []
    contenders = [Contender("peer", lambda: calls.append("a"), 2), Contender(OURS, lambda: calls.append("b"), 3)]
    timings = compare(contenders, lambda _result, _reference: 0.0)
    assert calls == ["a", "a", "b", *"aabb", *"aabb", *"bb"]
    assert [len(timing.seconds) for timing in timings] == [2, 3]


@pytest.mark.parametrize(("difference", "line"), [(0.0, "fast | 30 ms | 3.0"), (None, "slow | 500 ms | 50.0")])
def test_the_summary_names_the_fastest_peer_of_equal_results_and_its_ratio(tmp_path, difference, line) -> None:
    def took(name: str, *seconds: float, difference: float | None = 0.0) -> Timing:
        return Timing(Contender(name, lambda: None), list(seconds), megabytes=10.0, difference=difference)

    fast = took("fast", 0.02, 0.03, 0.04, difference=difference)
    timings = [took("slow", 0.4, 0.5, 0.6), fast, took(OURS, 0.01, 0.01, 0.02)]
    rows = Comparison("work", "2 x", timings).rows("path")
    with (tmp_path / "path.csv").open("w", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    assert summary(tmp_path).splitlines()[-1] == f"| path | work | 10 ms | {line} | 10 / 10 |"


def test_peak_memory_counts_what_was_freed_again() -> None:
    peak = peak_megabytes(lambda: np.ones(5_000_000).sum())
    if np.isnan(peak):
        pytest.skip("the resident set's high-water mark can be reset on Linux only")
    assert 35.0 < peak < 80.0
