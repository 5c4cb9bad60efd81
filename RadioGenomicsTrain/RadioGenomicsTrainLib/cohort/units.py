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


def check_unit(values: np.ndarray, unit: str, subject: object) -> None:
    """Refuse values that are not in the unit promised.

    A unit that begins with "z" means z-scores; one with "log" means logarithms, and with "ratio" or "centered"
    beside it such that are negative as often as not; "RSEM", "TPM", "FPKM" and "counts" alone mean raw levels. Other
    units are not checked, and what is a matter of shares is not judged on fewer than 1,000 values.

    Args:
        values: expression, of any shape; NaN is passed over.
        unit: of the values.
        subject: what the message names.

    Raises:
        InputError: values above 64 or mostly around 0 as logarithms, none below 0 as z-scores, some below 0 or none
            above 25 as raw levels.
    """
    known = values[np.isfinite(values)]
    if not known.size:
        return
    name, enough, largest = unit.lower(), known.size >= _ENOUGH, float(known.max())
    negative = float(np.mean(known < 0))
    reason = ""
    if re.match(r"z\b|z[-_ ]?score", name):
        if enough and negative == 0:
            reason = "no value is below 0: these are no z-scores"
    elif "log" in name:
        if largest > _LARGEST_LOG2:
            reason = f"values go up to {largest:.6g}: these are no logarithms"
        elif enough and negative > _MANY_NEGATIVE and not re.search("ratio|center|centred", name):
            reason = f"{negative:.0%} of the values are below 0: these are z-scores or ratios"
    elif re.search("rsem|tpm|fpkm|counts", name):
        if negative:
            reason = "there are values below 0: these are no raw levels but z-scores or logarithms"
        elif enough and largest < _LEAST_RAW_MAXIMUM:
            reason = f"no value is above {largest:.3g}: these are no raw levels but logarithms"
    if reason:
        raise InputError(subject, f"its unit is said to be {unit!r}, but {reason}", "Correct the unit.")
