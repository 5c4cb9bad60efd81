"""What a child process tells its parent: one JSON object a line on stdout."""

from __future__ import annotations

import inspect
import json
from typing import Any
from typing import TextIO

from RadioGenomicsLib import errors
from RadioGenomicsLib.errors import RadioGenomicsError
from RadioGenomicsLib.progress import Progress


def progress_to(lines: TextIO) -> Progress:
    """Return a progress callable that writes ``{"fraction": 0.5, "step": "…"}``."""

    def report(fraction: float, step: str) -> None:
        _write(lines, {"fraction": round(fraction, 4), "step": step})

    return report


def write_error(lines: TextIO, error: RadioGenomicsError) -> None:
    """Write ``{"error": {"kind": …, "subject": …, "reason": …, "mend": …}}``."""
    told = {"kind": type(error).__name__, "subject": error.subject, "reason": error.reason, "mend": error.mend}
    _write(lines, {"error": told})


def parse(line: str) -> dict[str, Any] | None:
    """Return what a line tells, or None where it is not one of ours."""
    try:
        told = json.loads(line)
    # A RecursionError is Python's word for JSON without end.
    except (ValueError, RecursionError):
        return None
    return told if _is_progress(told) or _is_error(told) else None


def _is_progress(told: object) -> bool:
    """Tell whether it is of the first form of ``Resources/Schemas/progress.schema.json``."""
    if not isinstance(told, dict) or told.keys() != {"fraction", "step"}:
        return False
    fraction = told["fraction"]
    return type(fraction) in (int, float) and 0 <= fraction <= 1 and isinstance(told["step"], str)


def _is_error(told: object) -> bool:
    """Tell whether it is of the second form of ``Resources/Schemas/progress.schema.json``."""
    error = told.get("error") if isinstance(told, dict) else None
    return (
        isinstance(error, dict)
        and error.keys() == {"kind", "subject", "reason", "mend"}
        and all(isinstance(text, str) for text in error.values())
    )


def error_of(told: dict[str, str]) -> RadioGenomicsError:
    """Return the error that a child process told of, of its own kind where this software knows it."""
    kinds = dict(inspect.getmembers(errors, inspect.isclass))
    kind: type[Any] = kinds.get(told["kind"], RadioGenomicsError)
    error: RadioGenomicsError = RadioGenomicsError.__new__(kind)
    # Not by the kind's own constructor: Canceled takes other arguments.
    RadioGenomicsError.__init__(error, told["subject"], told["reason"], told["mend"])
    return error


def _write(lines: TextIO, told: dict[str, Any]) -> None:
    # ASCII only: no console's encoding can spoil it.
    lines.write(json.dumps(told) + "\n")
    lines.flush()
