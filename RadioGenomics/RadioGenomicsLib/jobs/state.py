"""Where a job stands."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from RadioGenomicsLib.errors import RadioGenomicsError

Status = Literal["running", "done", "failed", "canceled"]


@dataclass(frozen=True)
class JobState:
    """A look at a job.

    Attributes:
        status: "running" until it ends; then "done", "failed" or "canceled", for good.
        fraction: of the work done, 0 to 1.
        step: what it is at.
        error: why it failed or was canceled: subject, reason and mend; None otherwise.
    """

    status: Status
    fraction: float = 0.0
    step: str = ""
    error: RadioGenomicsError | None = None
