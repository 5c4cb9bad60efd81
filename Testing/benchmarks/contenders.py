"""Ways to do one piece of work, checked against each other and timed side by side in one process."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable
from collections.abc import Sequence
from dataclasses import dataclass
from dataclasses import field
from typing import Any

import numpy as np

from Testing.benchmarks.memory import InChild
from Testing.benchmarks.memory import peak_megabytes

# The product's own rows carry this name, whatever stands in brackets behind it.
OURS = "RadioGenomics"


@dataclass(frozen=True)
class Contender:
    """One way to do the work.

    Attributes:
        name: as the table shows it; the product's own start with ``OURS``.
        call: does the work once and returns its result, as an ``InChild`` where a child process did it.
        repeats: how often it is timed, each time after an untimed call.
        tolerance: largest difference from the first contender's result that is allowed; None where the results are
            not comparable, for the reason that ``note`` gives.
        note: what a reader of the table has to know.
        units: pieces of work in one call (patients, permutations), where the table shows a rate or part of the work
            is timed and the rest extrapolated.
    """

    name: str
    call: Callable[[], Any]
    repeats: int = 7
    tolerance: float | None = None
    note: str = ""
    units: float = 1.0


@dataclass(frozen=True)
class Timing:
    """What one contender took: seconds for one unit in every repeat, megabytes on top of the inputs, difference."""

    contender: Contender
    seconds: list[float] = field(default_factory=list)
    megabytes: float = 0.0
    difference: float | None = None

    @property
    def median(self) -> float:
        """Seconds of one unit."""
        return float(np.median(self.seconds))


def compare(contenders: Sequence[Contender], difference: Callable[[Any, Any], float]) -> list[Timing]:
    """Check every contender against the first, then time all of them in turns.

    Taking turns spreads what else the machine does over all of them. In every turn a contender is called twice and
    timed once: the first call takes the memory that others have given back, for which a virtual machine may have to
    ask its host again.

    Args:
        contenders: the first one's result is the reference.
        difference: of a result from the reference.

    Raises:
        SystemExit: a result differs by more than its tolerance; nothing is timed then.
    """
    reference = _result(contenders[0].call())
    timings = []
    for contender in contenders:
        results: list[Any] = []
        megabytes = peak_megabytes(lambda contender=contender, results=results: results.append(contender.call()))
        if isinstance(results[0], InChild):
            megabytes = results[0].megabytes
        off = None
        if contender.tolerance is not None:
            off = float(difference(_result(results[0]), reference))
            if not off <= contender.tolerance:
                raise SystemExit(f"{contender.name} differs by {off:.3g}, allowed {contender.tolerance:.3g}")
        timings.append(Timing(contender, [], megabytes, off))
    for turn in range(max(contender.repeats for contender in contenders)):
        for timing in timings:
            if turn < timing.contender.repeats:
                timing.contender.call()
                gc.collect()
                start = time.perf_counter()
                timing.contender.call()
                timing.seconds.append((time.perf_counter() - start) / timing.contender.units)
    return timings


def _result(given: Any) -> Any:
    return given.result if isinstance(given, InChild) else given
