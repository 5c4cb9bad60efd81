"""The card of a validation's record, ``record.json``, and what is said where it is of no whole record."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from RadioGenomicsLib.errors import InputError

SCHEMA = 1
_AGAIN = "radiogenomics-train validate"


def read_card(folder: Path) -> dict[str, Any]:
    """Read the card of a record.

    Raises:
        InputError: there is none, it is damaged, or of another schema.
    """
    try:
        card = json.loads((folder / "record.json").read_text(encoding="utf-8"))
    # A RecursionError is Python's word for JSON without end.
    except (OSError, ValueError, RecursionError) as error:
        raise not_whole(folder, str(error) or repr(error)) from error
    schema = card.get("schema") if isinstance(card, dict) else None
    if schema != SCHEMA:
        mend = f"Validate anew with this version: {_AGAIN}; or make the report with the version that validated."
        raise InputError(folder / "record.json", f"its schema is {schema}, not {SCHEMA}", mend)
    return card


def not_whole(folder: Path, why: str) -> InputError:
    """Return the error that says a folder holds no whole record, and why."""
    mend = f"Give the validation folder that `{_AGAIN}` wrote."
    return InputError(folder, f"this is no whole record of a validation ({why})", mend)
