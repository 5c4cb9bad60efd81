"""Numbers as text for people: a true minus sign, and a dash for what is not known."""

from __future__ import annotations

import math

UNKNOWN = "–"


def signed(value: float, digits: int = 2) -> str:
    """Return ``+0.42``, ``−0.42``, or ``0.00`` without a sign."""
    text = plain(value, digits)
    return text if text[0] in f"−{UNKNOWN}" or not text.strip("0.") else f"+{text}"


def plain(value: float, digits: int = 2) -> str:
    """Return a number with a true minus sign; what rounds to zero has none."""
    return UNKNOWN if math.isnan(value) else f"{round(value, digits) + 0.0:.{digits}f}".replace("-", "−")


def p_value(value: float) -> str:
    """Return a p-value; very small ones as a bound."""
    if math.isnan(value):
        return UNKNOWN
    return "< 0.001" if value < 0.001 else f"{value:.3f}"


def ordinal(value: float) -> str:
    """Return a percentile as ``63rd``."""
    if math.isnan(value):
        return UNKNOWN
    whole = round(value)
    suffix = "th" if whole % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(whole % 10, "th")
    return f"{whole}{suffix}"
