"""Which voxels of a mask, a label map or a soft mask are inside."""

from __future__ import annotations

import re

import numpy as np

from RadioGenomicsLib.errors import InputError

# Of probabilities; the more probable of inside and outside.
_HALF = 0.5
# What rounding may add to 0 or 1.
_ROUNDING = 1e-3
# More values than parts that anybody outlines: a probability in whole numbers, or a scan.
_MOST_LABELS = 20
# As many as a message can hold.
_LISTED = 8


def inside_of(array: np.ndarray, subject: str, labels: str = "") -> tuple[np.ndarray, tuple[str, ...]]:
    """Return what is inside (bool), and notes of what was assumed.

    A mask has one value above zero, whatever it is. Of a label map the labels have to be picked. Fractions from 0 to 1
    are probabilities: what is above a half is inside. What is below zero or not finite is outside.

    Args:
        array: voxels of any number type.
        subject: what messages call the file.
        labels: picked ones, as "2" or "1+2+4"; empty for none.

    Raises:
        InputError: several labels and none picked, no such label, or values that are neither labels nor probabilities.
    """
    if array.dtype.kind == "f":
        array = np.where(np.isfinite(array), array, 0)
    if labels:
        return _picked(array, subject, labels), ()
    inside = array > 0
    if not inside.any() or (array[inside] == array.max()).all():
        return inside, ()
    found = np.unique(array[inside])
    if not (found == np.rint(found)).all():
        return _more_likely(array, subject)
    names = ", ".join(f"{value:g}" for value in found[:_LISTED]) + (", …" if len(found) > _LISTED else "")
    if len(found) > _MOST_LABELS:
        reason = f"it holds {len(found)} values ({names}), as a probability map or a scan does, not a mask"
        raise InputError(subject, reason, f"Save it as a mask of 0 and 1, or pick labels, as {subject}#{found[0]:g}.")
    mend = f"Pick one or several, as {subject}#{found[0]:g} or {subject}#{'+'.join(f'{v:g}' for v in found[:2])}."
    raise InputError(subject, f"it holds {len(found)} labels ({names})", mend)


def _picked(array: np.ndarray, subject: str, labels: str) -> np.ndarray:
    """Return the voxels that have one of the picked labels."""
    values = np.unique(array)
    wanted = [int(part) for part in labels.split("+")] if re.fullmatch(r"-?\d{1,9}(\+-?\d{1,9})*", labels) else []
    missing = [label for label in wanted if label not in values]
    if not wanted or missing or 0 in wanted:
        there = ", ".join(f"{value:g}" for value in values[values != 0][:_LISTED])
        reason = "0 is what is outside" if 0 in wanted else "there is no such label"
        raise InputError(f"{subject}#{labels[:20]}", reason, f"There are: {there or 'none'}.")
    return np.isin(array, wanted)


def _more_likely(array: np.ndarray, subject: str) -> tuple[np.ndarray, tuple[str, ...]]:
    """Return where a probability is above a half."""
    low, high = array.min(), array.max()
    if low < -_ROUNDING or high > 1 + _ROUNDING:
        reason = f"it holds fractions from {low:.3g} to {high:.3g}, which are neither labels nor probabilities"
        raise InputError(subject, reason, "Save it as a mask of 0 and 1.")
    inside = array > _HALF
    share = 100 * inside.sum() / (array > 0).sum()
    note = f"it holds fractions from 0 to 1: what is above {_HALF} counts as inside, {share:.0f} % of what is above 0"
    return inside, (note,)
