"""What was left out on the way to a cohort, each with its reason."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from dataclasses import dataclass
from pathlib import Path

from RadioGenomicsLib.errors import OutputError
from RadioGenomicsLib.whole_outputs import file_written_whole

DROPPED = "dropped.json"


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
