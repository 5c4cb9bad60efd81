"""Clinical traits as numbers, to be taken out of features and genes."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np

from RadioGenomicsLib.errors import InputError
from RadioGenomicsTrainLib.cohort.clinical import ClinicalTraits

COVARIATES = ("age", "sex", "grade")
_SEX = {"female": 0.0, "male": 1.0}
_GRADE = re.compile(r"\D*([1-4])")


def check_covariates(names: Sequence[str]) -> None:
    """Refuse names that are none of ``COVARIATES``.

    Raises:
        InputError: one is none.
    """
    unknown = [name for name in names if name not in COVARIATES]
    if unknown:
        raise InputError("--covariates", f"there is no {unknown[0]!r}", f"Choose from: {', '.join(COVARIATES)}.")


def covariate_values(traits: Sequence[ClinicalTraits], names: Sequence[str]) -> np.ndarray:
    """Return the covariates [n, k]: age in years, sex as 0 (female) or 1 (male), grade as a number; NaN where unknown.

    Args:
        traits: of n patients.
        names: k of ``COVARIATES``.

    Raises:
        InputError: a name is none of them, or no patient's is known.
    """
    check_covariates(names)
    values = np.array([[_number(one, name) for name in names] for one in traits]).reshape(len(traits), len(names))
    for name, column in zip(names, values.T, strict=True):
        if not np.isfinite(column).any():
            raise InputError("--covariates", f"the {name} of no patient is known", f"Leave {name!r} out.")
    return values


def _number(traits: ClinicalTraits, name: str) -> float:
    if name == "age":
        return np.nan if traits.age is None else traits.age
    if name == "sex":
        return _SEX.get(traits.sex or "", np.nan)
    found = _GRADE.fullmatch(traits.grade or "")
    return float(found[1]) if found else np.nan
