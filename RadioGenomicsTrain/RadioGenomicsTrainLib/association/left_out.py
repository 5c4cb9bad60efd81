"""Why a column was not tested."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np


def reasons_left_out(values: np.ndarray, usable: np.ndarray, names: Sequence[str]) -> dict[str, str]:
    """Return the reason of every column that was left out, by its name.

    Args:
        values: [n, c] of the patients that were tested, as they were before any transformation.
        usable: which columns were tested [c].
        names: of the columns.
    """
    return {names[column]: _reason(values[:, column]) for column in np.flatnonzero(~usable).tolist()}


def _reason(column: np.ndarray) -> str:
    missing = int((~np.isfinite(column)).sum())
    if missing:
        return f"is missing in {missing} of {len(column)} patients"
    return "does not vary" if (column == column[0]).all() else "does not vary beyond the covariates"
