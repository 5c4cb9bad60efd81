"""Whether predicted levels are met on average, over all genes and at each site."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class CalibrationBin:
    """Pairs of a patient and a gene whose predictions are alike.

    Attributes:
        predicted_mean: mean prediction of the bin.
        observed_mean: mean observed value; equal to the prediction if that is calibrated.
        count: pairs in the bin.
    """

    predicted_mean: float
    observed_mean: float
    count: int


@dataclass(frozen=True)
class SiteScore:
    """How predictions hold at one site.

    Attributes:
        site: label.
        patients: of the site with any observed value.
        coverage: share of its gene values inside the interval.
        mean_residual: mean of observed minus predicted; away from 0 where the site's levels are shifted.
    """

    site: str
    patients: int
    coverage: float
    mean_residual: float


def calibration_bins(observed: np.ndarray, predicted: np.ndarray, n_bins: int = 10) -> list[CalibrationBin]:
    """Bin all patient-gene pairs by their prediction, into bins of equal count.

    Args:
        observed: values [n, G] in one unit for all genes, usually z; NaN where missing.
        predicted: out-of-fold predictions [n, G] (training-fold mean plus deviation), in the same unit.
        n_bins: number of bins; equal predictions share one, so there may be fewer.

    Returns:
        The bins that hold anything, by rising prediction.
    """
    observed, predicted = np.asarray(observed, dtype=np.float64), np.asarray(predicted, dtype=np.float64)
    if observed.shape != predicted.shape:
        raise ValueError(f"observed {observed.shape} and predicted {predicted.shape} differ in shape")
    known = np.isfinite(observed) & np.isfinite(predicted)
    observed, predicted = observed[known], predicted[known]
    if not len(predicted):
        return []
    edges = np.unique(np.quantile(predicted, np.arange(1, n_bins) / n_bins))
    place = np.searchsorted(edges, predicted, side="left")
    count = np.bincount(place)
    with np.errstate(invalid="ignore"):
        predicted_mean, observed_mean = (np.bincount(place, one) / count for one in (predicted, observed))
    return [
        CalibrationBin(float(p), float(o), int(c))
        for p, o, c in zip(predicted_mean, observed_mean, count, strict=True)
        if c
    ]


def site_scores(residual: np.ndarray, half_width: np.ndarray, sites: Sequence[str] | np.ndarray) -> list[SiteScore]:
    """Score predictions site by site: an interval that holds on average may fail where scans differ.

    Args:
        residual: observed minus out-of-fold prediction [n, G]; NaN where missing.
        half_width: of the interval, [G] or [n, G]; :func:`.gene_scores.left_out_half_width` by site gives each
            patient the interval made from the other sites.
        sites: label [n].

    Returns:
        One score per site, largest site first.
    """
    residual = np.asarray(residual, dtype=np.float64)
    label = np.asarray(sites).astype(str)
    if len(label) != len(residual):
        raise ValueError(f"{len(label)} sites for {len(residual)} patients")
    known = np.isfinite(residual)
    inside = np.abs(residual) <= half_width
    rows = []
    for site in np.unique(label):
        here = known & (label == site)[:, None]
        if here.any():
            patients = int(here.any(axis=1).sum())
            rows.append(SiteScore(str(site), patients, float(inside[here].mean()), float(residual[here].mean())))
    return sorted(rows, key=lambda row: (-row.patients, row.site))
