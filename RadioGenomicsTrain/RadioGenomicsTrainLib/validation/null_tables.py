"""The tables of a record that show what chance does: distributions of r, counts under permutation, critical r."""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Sequence
from typing import Any

import numpy as np

from RadioGenomicsTrainLib.validation.block_findings import BlockFindings
from RadioGenomicsTrainLib.validation.correlation import parametric_p
from RadioGenomicsTrainLib.validation.fitted_rungs import RANDOM
from RadioGenomicsTrainLib.validation.measured_rung import BINS
from RadioGenomicsTrainLib.validation.power import PowerRow

Row = dict[str, Any]


def histogram_rows(found: BlockFindings) -> Iterator[Row]:
    """Yield the distributions of r over genes, found and by chance, for every rung with an exact or a joint null."""
    for step in found.ladder["genes"]:
        measured = step.measured
        if measured.null_shares is None or measured.fitted.splits != RANDOM:
            continue
        observed, _ = np.histogram(np.nan_to_num(measured.r), BINS)
        series = {
            "observed": observed / len(measured.r),
            f"{measured.fitted.null}_null": measured.null_shares,
            "textbook_null": -np.diff(parametric_p(BINS, len(measured.family.y))),
        }
        for name, shares in series.items():
            for low, high, share in zip(BINS[:-1], BINS[1:], shares, strict=True):
                yield {
                    "block": found.block.id,
                    "rung": measured.fitted.rung.name,
                    "series": name,
                    "bin_low": round(low, 6),
                    "bin_high": round(high, 6),
                    "share": share,
                }


def permuted_count_rows(found: BlockFindings) -> Iterator[Row]:
    """Yield the textbook count of every permutation, for the rung that is shown."""
    joint = found.shown["genes"].joint
    for number, count in enumerate([] if joint is None else joint.null_counts):
        yield {
            "block": found.block.id,
            "rung": found.shown["genes"].fitted.rung.name,
            "permutation": number,
            "parametric_holm_sidak": int(count),
        }


def power_rows(power: Sequence[PowerRow]) -> Iterator[Row]:
    """Yield one row per number of patients, of tests, and null."""
    for one in power:
        yield {"n": one.n, "tests": one.tests, "null": one.null, "critical_r": one.critical_r}
