"""Numbers that stand for a missing value: -999 among volumes, 99 among ages."""

from __future__ import annotations

import numpy as np

_NEGATIVE = (-9.0, -99.0, -999.0, -9999.0, -99999.0, -999999.0)
_POSITIVE = (99.0, 999.0, 9999.0, 99999.0, 999999.0)
# Beyond any measurement: largest numbers of programming languages, and what stands in for them.
_HUGE = 1e30


def missing_codes(values: np.ndarray) -> dict[float, str]:
    """Return the codes for a missing value in a column, each with what gives it away.

    A number is a code only where the rest of the column shows that it is no measurement: a negative one where
    all others are 0 or more, or one that is farther from the others than these are from each other.

    Args:
        values: of a column; NaN is passed over.
    """
    known = values[np.isfinite(values)]
    usual = np.abs(known) < _HUGE
    found = {float(code): "no measurement is that large" for code in np.unique(known[~usual])}
    known = known[usual]
    candidates = [code for code in (*_NEGATIVE, *_POSITIVE) if (known == code).any()]
    others = known[~np.isin(known, candidates)]
    if not len(others):
        return found
    low, high = others.min(), others.max()
    for code in candidates:
        if code < 0 <= low:
            found[code] = "all other values are 0 or more"
        elif high > low and max(low - code, code - high) > high - low:
            found[code] = f"all other values are between {low:g} and {high:g}"
    return found
