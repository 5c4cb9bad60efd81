"""Values that are not in the unit promised."""

from __future__ import annotations

import numpy as np
import pytest

from RadioGenomicsLib.errors import InputError
from RadioGenomicsTrainLib.cohort.units import check_unit

RNG = np.random.default_rng(0)
RAW = RNG.lognormal(5, 2, (20, 100))
VALUES = {
    "raw": RAW,
    "log": np.log2(RAW + 1),
    "z": RNG.standard_normal((20, 100)),
    "log of 0.001 more": np.where(RNG.random((20, 100)) < 0.4, -9.9658, np.log2(RAW + 0.001)),
    "log with codes": np.where(RNG.random((20, 100)) < 0.01, -9999.0, np.log2(RAW + 1)),
    "log with a few imputed below 0": np.where(RNG.random((20, 100)) < 0.01, -0.5, np.log2(RAW + 1)),
}


@pytest.mark.parametrize(
    ("kind", "unit"),
    [
        ("raw", "RSEM"),
        ("raw", "FPKM-UQ"),
        ("log", "log2 TPM"),
        ("log with a few imputed below 0", "log2 RSEM"),
        ("log of 0.001 more", "log2(TPM + 0.001)"),
        ("log of 0.001 more", "log2(TPM+0.001)"),
        ("log of 0.001 more", "log2 TPM"),
        ("log", "log2(TPM + 1)"),
        ("z", "z"),
        ("z", "z-score"),
        ("z", "log2 ratio, median-centered"),
        ("z", "whatever the lab calls it"),
    ],
)
def test_values_in_their_unit_pass(kind: str, unit: str) -> None:
    check_unit(VALUES[kind], unit, "table")


@pytest.mark.parametrize(
    ("kind", "unit", "reason"),
    [
        ("raw", "log2 RSEM", "no logarithms"),
        ("z", "log2 RSEM", "z-scores or ratios"),
        ("raw", "z", "no z-scores"),
        ("log", "z", "no z-scores"),
        ("log", "RSEM", "but logarithms"),
        ("z", "counts", "below 0"),
        ("log of 0.001 more", "log2(TPM + 1)", r"its least value is -9.9658, which is log2\(0 \+ 0.001\)"),
        ("log of 0.001 more", "TPM", "below 0"),
        ("log with codes", "log2 RSEM", "go down to -9999: these are no logarithms"),
        ("z", "log2(TPM + 0.001)", "z-scores or ratios"),
    ],
)
def test_values_in_another_unit_are_refused(kind: str, unit: str, reason: str) -> None:
    with pytest.raises(InputError, match=reason):
        check_unit(VALUES[kind], unit, "table")


def test_missing_values_say_nothing() -> None:
    check_unit(np.full((3, 3), np.nan), "z", "table")
