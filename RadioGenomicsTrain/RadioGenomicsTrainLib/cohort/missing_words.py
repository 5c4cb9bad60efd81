"""The words that portals, registries and spreadsheets write where there is no value."""

from __future__ import annotations

# Compared without case, brackets, quotes and repeated blanks.
_WORDS = frozenset(
    {
        # Everywhere: R, pandas, SQL, spreadsheets
        "", "-", "--", "---", "–", "—", ".", "..", "?", "na", "n/a", "n.a.", "n.a", "nan", "nat", "none", "null", "nil",
        "missing", "no data", "no value", "not a number",
        # GDC and TCGA's own tables
        "unknown", "unk", "not reported", "not available", "not applicable", "not evaluated", "not allowed to collect",
        "not collected", "not recorded", "not provided", "not specified", "not stated", "not tested", "not performed",
        "not done", "not determined", "not known",
        "not assessed", "not examined", "not entered", "unavailable",
        "no information", "withheld", "undetermined", "unspecified", "nd", "n.d.",
        # cBioPortal
        "discrepancy", "completed", "pending", "indeterminate", "inconclusive",
    }
)  # fmt: skip
# A formula that failed: there could have been a value.
_FAILED = frozenset(
    {"#div/0!", "#value!", "#num!", "#ref!", "#n/a", "#n/a n/a", "#name?", "#null!", "#error!", "#spill!", "#calc!"}
)
_DRESS = "'\"[]<>() "


def is_missing(text: str) -> bool:
    """Tell whether a cell says that there is no value.

    Examples:
        >>> is_missing("'--"), is_missing("[Not Available]"), is_missing("#N/A"), is_missing("IDHwt")
        (True, True, True, False)
    """
    bare = " ".join(text.split()).casefold()
    return bare in _WORDS or bare in _FAILED or bare.strip(_DRESS) in _WORDS


def is_failed_formula(text: str) -> bool:
    """Tell whether a cell is a spreadsheet's error, such as ``#DIV/0!``."""
    return text.strip().casefold() in _FAILED
