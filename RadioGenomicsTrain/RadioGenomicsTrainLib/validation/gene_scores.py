"""Figures of merit of every gene from its out-of-fold predictions."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from RadioGenomicsTrainLib.validation.correlation import fisher_interval
from RadioGenomicsTrainLib.validation.correlation import patients_per_gene
from RadioGenomicsTrainLib.validation.correlation import pearson

# Values at a time: what is computed on the way to the figures takes little memory, however many genes or patients.
_BLOCK = 1 << 16


@dataclass(frozen=True)
class GeneScores:
    """One value per gene [G], in the order of the columns of Y.

    Attributes:
        n: patients with an observed value.
        r: Pearson correlation of observed values and predicted deviations, NaN where undefined.
        r_low: lower end of the 95 % Fisher interval of r.
        r_high: upper end.
        r2_oos: 1 - SSE / SSE of the training-fold mean; above 0, the head beats the mean.
        ccc: Lin's concordance correlation coefficient.
        rmse_iqr: root mean squared error over the interquartile range of the observed values.
        slope: of observed on predicted deviations from the mean; below 1, the predictions spread too far.
        half_width: of the 90 % prediction interval, in the units of Y.
        coverage: share of patients inside the interval made from the other folds.
    """

    n: np.ndarray
    r: np.ndarray
    r_low: np.ndarray
    r_high: np.ndarray
    r2_oos: np.ndarray
    ccc: np.ndarray
    rmse_iqr: np.ndarray
    slope: np.ndarray
    half_width: np.ndarray
    coverage: np.ndarray


def score_genes(
    y: np.ndarray, deviation: np.ndarray, mean: np.ndarray, held_out: np.ndarray, level: float = 0.9
) -> GeneScores:
    """Score out-of-fold predictions gene by gene.

    Args:
        y: observed values [n, G], usually z; NaN where missing.
        deviation: predicted deviations from the training-fold mean [n, G], out of fold: ``h @ y``.
        mean: training-fold means [n, G]: ``oof_mean_matrix(n, repeats) @ y``.
        held_out: label [n] of what the coverage leaves out together: the fold, or the site.
        level: of the prediction interval.
    """
    scores = []
    genes = max(1, _BLOCK // max(1, len(y)))
    # One block, too, where there is no gene.
    for start in range(0, max(1, y.shape[1]), genes):
        block = slice(start, start + genes)
        scores.append(_score_block(y[:, block], deviation[:, block], mean[:, block], held_out, level))
    return GeneScores(**{name: np.concatenate([getattr(one, name) for one in scores]) for name in vars(scores[0])})


def _score_block(
    y: np.ndarray, deviation: np.ndarray, mean: np.ndarray, held_out: np.ndarray, level: float
) -> GeneScores:
    known = np.isfinite(y) & np.isfinite(deviation) & np.isfinite(mean)
    y, deviation = np.where(known, y, np.nan), np.where(known, deviation, np.nan)
    p = mean + deviation
    n = patients_per_gene(y, p)
    r = pearson(y, deviation)
    low, high = fisher_interval(r, n)
    residual = y - p
    squared_error = np.nansum(residual**2, axis=0)
    mean_error = np.nansum((y - mean) ** 2, axis=0)
    shift = np.nanmean(residual, axis=0)
    spread = np.nanvar(y, axis=0) + np.nanvar(p, axis=0) + shift**2
    return GeneScores(
        n=n,
        r=r,
        r_low=low,
        r_high=high,
        r2_oos=1 - _ratio(squared_error, mean_error),
        ccc=_ratio(2 * _covariance(y, p), spread),
        rmse_iqr=_ratio(np.sqrt(squared_error / n), _interquartile_range(y, n)),
        slope=_ratio(_covariance(y - mean, deviation), np.nanvar(deviation, axis=0)),
        half_width=interval_half_width(residual, level),
        coverage=interval_coverage(residual, held_out, level).mean_over_patients,
    )


def interval_half_width(residual: np.ndarray, level: float = 0.9) -> np.ndarray:
    """Return the half-width of the interval around a prediction (CV+ residuals, Barber et al. 2021).

    The ceil(level * (n + 1))-th smallest of n absolute residuals: the finite-sample correction that makes the
    interval hold ``level`` of new patients if they are like the training patients. It holds on average over
    patients, not for each kind of patient.

    Args:
        residual: observed minus out-of-fold prediction [n, G]; NaN where missing.
        level: share of new patients to hold.

    Returns:
        Half-width [G] in the units of the residuals; infinite where n is too small for the level.
    """
    size = np.sort(np.abs(residual), axis=0)
    n = np.isfinite(residual).sum(axis=0)
    rank = np.ceil(np.round(level * (n + 1), 9)).astype(int)
    inside = np.clip(rank - 1, 0, len(size) - 1)
    return np.where(rank <= n, np.take_along_axis(size, inside[None], axis=0)[0], np.inf)


@dataclass(frozen=True)
class Coverage:
    """How many held-out patients fall inside the interval made from all the others.

    Attributes:
        mean_over_patients: share of patients inside, per gene [G].
        labels: what was held out together.
        by_label: share of gene values inside, per label.
    """

    mean_over_patients: np.ndarray
    labels: np.ndarray
    by_label: np.ndarray


def interval_coverage(residual: np.ndarray, held_out: np.ndarray, level: float = 0.9) -> Coverage:
    """Measure the coverage of the interval on patients that did not set its width.

    Args:
        residual: observed minus out-of-fold prediction [n, G]; NaN where missing.
        held_out: label [n]; the fold for the overall figure, the site to see where the interval fails.
        level: of the interval.
    """
    known = np.isfinite(residual)
    inside = np.abs(residual) <= left_out_half_width(residual, held_out, level)
    labels, place = np.unique(held_out, return_inverse=True)
    inside_by_label, known_by_label = (np.bincount(place, one.sum(axis=1)) for one in (inside, known))
    by_label = _ratio(inside_by_label, known_by_label)
    return Coverage(_ratio(inside.sum(axis=0), known.sum(axis=0)), labels, by_label)


def left_out_half_width(residual: np.ndarray, held_out: np.ndarray, level: float = 0.9) -> np.ndarray:
    """Return the half-width [n, G] of the interval that all patients but those of one's own label make.

    Args:
        residual: observed minus out-of-fold prediction [n, G]; NaN where missing.
        held_out: label [n] of what is left out together.
        level: of the interval.
    """
    half_width = np.empty(residual.shape)
    for label in np.unique(held_out):
        members = np.asarray(held_out) == label
        half_width[members] = interval_half_width(residual[~members], level)
    return half_width


def _interquartile_range(y: np.ndarray, n: np.ndarray) -> np.ndarray:
    """Return ``nanpercentile`` 75 minus 25 of every column, without its loop over columns."""
    rising = np.sort(y, axis=0)

    def quantile(share: float) -> np.ndarray:
        place = share * np.maximum(n - 1, 0)
        below = np.floor(place).astype(int)
        above = np.minimum(below + 1, len(y) - 1)
        low, high = (np.take_along_axis(rising, row[None], axis=0)[0] for row in (below, above))
        return np.where(place > below, low + (place - below) * (high - low), low)

    return quantile(0.75) - quantile(0.25)


def _covariance(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    return np.nanmean((a - np.nanmean(a, axis=0)) * (b - np.nanmean(b, axis=0)), axis=0)


def _ratio(numerator: np.ndarray, denominator: np.ndarray) -> np.ndarray:
    """Divide; NaN where the denominator is 0."""
    denominator = np.asarray(denominator, dtype=np.float64)
    return np.divide(numerator, denominator, out=np.full(denominator.shape, np.nan), where=denominator > 0)
