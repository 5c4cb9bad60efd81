"""What was left out on the way to a cohort, each with its reason."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Dropped:
    """One thing that was in the source and is not in the cohort, or not in all of it.

    Attributes:
        kind: "patient", "sample", "series", "channel", "feature", "value", "expression" or "gene".
        subject: its identifier in the source.
        reason: why, in one sentence.
    """

    kind: str
    subject: str
    reason: str
