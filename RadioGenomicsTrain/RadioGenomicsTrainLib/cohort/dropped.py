"""What was left out on the way to a cohort, each with its reason."""

from __future__ import annotations

import json
import logging
from collections.abc import Sequence
from dataclasses import asdict
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from RadioGenomicsLib.errors import OutputError
from RadioGenomicsLib.whole_outputs import file_written_whole

DROPPED = "dropped.json"
# How the reason of everything begins that the cohort file asks to leave out.
BY_COHORT_FILE = "the cohort file"
_MOST_NAMES = 40
# What a log line says of a kind; the other kinds are left out by the rules that every cohort has.
_TOLD = {
    "clinical": "clinical value is not used",
    "value": "feature value is not used",
    "feature": "feature is left out",
}

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Dropped:
    """One thing that was in the source and is not in the cohort, not in all of it, or not as it was written.

    Attributes:
        kind: "patient", "sample", "series", "channel", "feature", "value" (of a feature), "clinical" (value),
            "expression", "gene", or "reading": what was read other than as written.
        subject: its identifier in the source.
        reason: why, in one sentence.
    """

    kind: str
    subject: str
    reason: str


def joined(cohort: Sequence[Dropped], targets: Sequence[Dropped]) -> tuple[Dropped, ...]:
    """Join what a cohort lost and what its targets lost, table by table; genes are those of the targets."""
    return tuple(dict.fromkeys([*(one for one in cohort if one.kind != "gene"), *targets]))


def summed_up(dropped: Sequence[Dropped]) -> list[dict[str, Any]]:
    """Return one entry for each kind and reason: "kind", "reason", "count", and up to 40 "names"."""
    names: dict[tuple[str, str], list[str]] = {}
    for one in dropped:
        names.setdefault((one.kind, one.reason), []).append(one.subject)
    return [
        {"kind": kind, "reason": reason, "count": len(found), "names": found[:_MOST_NAMES]}
        for (kind, reason), found in sorted(names.items(), key=lambda group: (group[0][0], -len(group[1])))
    ]


def log_dropped(dropped: Sequence[Dropped]) -> None:
    """Log a line for each kind that no rule and no cohort file explains: how many, and the first with its reason."""
    for one in dropped:
        if one.kind == "reading":
            log.warning("%s: %s", one.subject, one.reason)
    for kind, what in _TOLD.items():
        found = [one for one in dropped if one.kind == kind and not one.reason.startswith(BY_COHORT_FILE)]
        if found:
            more = f", and {len(found) - 1} more" if len(found) > 1 else ""
            log.warning("a %s: %s (%s)%s", what, found[0].subject, found[0].reason, more)


def write_dropped(dropped: Sequence[Dropped], work: Path) -> None:
    """Write what was left out, each with its reason, to ``WORK/dropped.json``.

    Raises:
        OutputError: it cannot be written.
    """
    try:
        with file_written_whole(work / DROPPED) as aside:
            aside.write_text(json.dumps([asdict(one) for one in dropped], indent=2) + "\n", encoding="utf-8")
    except OSError as error:
        reason = f"it cannot be written ({error.strerror or error})"
        raise OutputError(work / DROPPED, reason, "Free space on the disk, or choose another folder.") from error
