"""How many permutations are made where none were asked for."""

from __future__ import annotations

import math

DEFAULT_PERMUTATIONS = 999
# Patients x pairs x permutations done in about a minute on one processor core of a busy machine. A fixed number, and no
# clock, so that the same table gets the same test on any machine.
_WORK_OF_A_MINUTE = 2e12


def default_permutations(patients: int, features: int, genes: int) -> int:
    """Return ``DEFAULT_PERMUTATIONS`` where they cost about a minute at most, else 0: Bonferroni's correction."""
    work = float(patients) * features * genes * DEFAULT_PERMUTATIONS
    return DEFAULT_PERMUTATIONS if work <= _WORK_OF_A_MINUTE else 0


def fewest_permutations(alpha: float) -> int:
    """Return how many permutations the smallest p that they can give, 1 / (1 + B), needs to be at most alpha."""
    # 1 / 0.05 must not become 20.000000000000004.
    return max(1, math.ceil(1 / alpha - 1e-9) - 1)
