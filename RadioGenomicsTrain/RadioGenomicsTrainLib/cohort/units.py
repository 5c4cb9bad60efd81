"""Tell logarithms, raw levels and z-scores apart, and refuse values that are not in the unit promised."""

from __future__ import annotations

import re

import numpy as np

from RadioGenomicsLib.errors import InputError

# 2^64 reads of one gene are more than any sequencer makes.
_LARGEST_LOG2 = 64.0
# Raw levels of a thousand values or more always hold some above this; their logarithms do not reach it.
_LEAST_RAW_MAXIMUM = 25.0
_ENOUGH = 1000
# Logarithms of levels are rarely below 0 (imputed or very low genes); z-scores are so in half of the cells.
_MANY_NEGATIVE = 0.25
# What is added before a logarithm is taken, so that 0 has one: 0.001 by UCSC Xena's TOIL tables, whose least value is
# -9.9658. Values are rounded to two digits at worst.
_ADDED = (0.1, 0.01, 0.001, 1e-4, 1e-5, 1e-6)
_ROUNDED = 0.006
# Of the cells; levels of 0 are frequent in any whole transcriptome.
_SHARED = 0.001
_ADDED_IN_UNIT = re.compile(r"\+\s*([0-9]*\.?[0-9]+(?:e-?[0-9]+)?)")


def check_unit(values: np.ndarray, unit: str, subject: object) -> None:
    """Refuse values that are not in the unit promised.

    A unit that begins with "z" means z-scores; one with "log" means logarithms, and with "ratio" or "centered"
    beside it such that are negative as often as not; "RSEM", "TPM", "FPKM" and "counts" alone mean raw levels. Other
    units are not checked, and what is a matter of shares is not judged on fewer than 1,000 values. Logarithms whose
    least value is that of 0 + 0.001 (or another such number) may be negative as well; a unit such as "log2(TPM + 1)"
    that names another number is refused.

    Args:
        values: expression, of any shape; NaN is passed over.
        unit: of the values.
        subject: what the message names.

    Raises:
        InputError: values beyond 64 or mostly around 0 as logarithms, or with another number added than the unit says,
            none below 0 as z-scores, some below 0 or none above 25 as raw levels.
    """
    known = values[np.isfinite(values)]
    if not known.size:
        return
    name, enough, largest = unit.lower(), known.size >= _ENOUGH, float(known.max())
    least, negative = float(known.min()), float(np.mean(known < 0))
    added = added_before_logarithm(known)
    promised = _ADDED_IN_UNIT.search(name)
    reason = ""
    if re.match(r"z\b|z[-_ ]?score", name):
        if enough and negative == 0:
            reason = "no value is below 0: these are no z-scores"
    elif "log" in name:
        if largest > _LARGEST_LOG2:
            reason = f"values go up to {largest:.6g}: these are no logarithms"
        elif least < -_LARGEST_LOG2:
            reason = f"values go down to {least:.6g}: these are no logarithms"
        elif added and promised and added != float(promised[1]):
            reason = f"its least value is {least:.6g}, which is log2(0 + {added:g})"
        elif enough and negative > _MANY_NEGATIVE and not added and not re.search("ratio|center|centred", name):
            reason = f"{negative:.0%} of the values are below 0: these are z-scores or ratios"
    elif re.search("rsem|tpm|fpkm|counts", name):
        if negative:
            reason = "there are values below 0: these are no raw levels but z-scores or logarithms"
        elif enough and largest < _LEAST_RAW_MAXIMUM:
            reason = f"no value is above {largest:.3g}: these are no raw levels but logarithms"
    if reason:
        raise InputError(subject, f"its unit is said to be {unit!r}, but {reason}", "Correct the unit.")


def added_before_logarithm(values: np.ndarray) -> float | None:
    """Return what was added before logarithms were taken, told by a negative least value that many cells share.

    Args:
        values: expression, of any shape; NaN is passed over.
    """
    known = values[np.isfinite(values)]
    least = known.min() if known.size else 0.0
    if least >= 0 or np.mean(known <= least + _ROUNDED) < _SHARED:
        return None
    return next((added for added in _ADDED if abs(np.log2(added) - least) <= _ROUNDED), None)
