"""Whether one predictor is better than another on the same patients, folds and genes.

Both tests here are made for independent pairs. Out-of-fold pairs are not: patient i helps to predict j and j to
predict i, which about doubles the null variance of r (:mod:`.oof_null`), and with it that of a difference of two
r. Measured on two equally good noisy heads (kernel ridge and the shipped head, 300 genes, n = 89, with and
without signal, 120 runs each): the plain tests err in 7 to 15 % (bootstrap, nominal 5 %) and in 64 to 79 % of runs
(any gene at a q of .05); with standard errors widened by the square root of 2, in 3 to 9 % and 2 to 9 %. So they
are widened.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from scipy.special import stdtr

from RadioGenomicsTrainLib.validation.correlation import pearson
from RadioGenomicsTrainLib.validation.correlation import unit_columns
from RadioGenomicsTrainLib.validation.multiple_testing import adjust
from RadioGenomicsTrainLib.validation.multiple_testing import count_below

_DRAWS_PER_STEP = 32
# Of standard errors, for pairs that are predicted out of fold.
WIDENING = 2**0.5


@dataclass(frozen=True)
class Comparison:
    """The upper predictor against the lower one.

    Attributes:
        delta_median_r: difference of the median r over genes; a gene without a correlation counts as 0.
        low: lower end of the 95 % bootstrap interval of that difference.
        high: upper end.
        p: one-sided bootstrap p that the difference is not above 0.
        delta_best_100: difference of the mean of the 100 largest r, each predictor's own 100.
        genes_better: genes whose r is larger by the widened Williams' test at a Benjamini-Hochberg q of .05.
    """

    delta_median_r: float
    low: float
    high: float
    p: float
    delta_best_100: float
    genes_better: int


def compare(y: np.ndarray, upper: np.ndarray, lower: np.ndarray, *, n_draws: int = 2000, seed: int = 0) -> Comparison:
    """Compare two predictors by a paired bootstrap over patients.

    Patients are drawn with replacement, and with each patient the observed values and both predictions of all
    genes, so the dependence of genes and of the two predictors stays. **The predictions are held fixed**: the
    interval says how the difference varies with the patients scored, not how it would vary with other training
    patients, folds or seeds. The draws are centered on the observed difference and spread by the square root of 2
    (see the head of this file).

    Args:
        y: observed values [n, G], complete.
        upper: out-of-fold deviations from the training-fold mean [n, G] of the predictor that should be better.
        lower: those of the predictor it is compared with; all 0 for the training mean itself.
        n_draws: number of bootstrap draws; the smallest p is 1 / (n_draws + 1).
        seed: of the draws.

    Raises:
        ValueError: shapes differ, or values are missing.
    """
    y, upper, lower = (np.asarray(one, dtype=np.float64) for one in (y, upper, lower))
    if not y.shape == upper.shape == lower.shape:
        raise ValueError(f"observed {y.shape}, upper {upper.shape} and lower {lower.shape} differ in shape")
    if not (np.isfinite(y).all() and np.isfinite(upper).all() and np.isfinite(lower).all()):
        raise ValueError("compare needs complete values: run each matrix on its own patients")
    r_upper, r_lower = (np.nan_to_num(pearson(y, one)) for one in (upper, lower))
    delta = float(np.median(r_upper) - np.median(r_lower))
    deltas = bootstrap_median_r(y, upper, n_draws, seed) - bootstrap_median_r(y, lower, n_draws, seed)
    deltas = delta + WIDENING * (deltas - deltas.mean())
    low, high = np.quantile(deltas, [0.025, 0.975])
    t = williams_t(r_upper, r_lower, np.nan_to_num(pearson(upper, lower)), len(y))
    return Comparison(
        delta_median_r=delta,
        low=float(low),
        high=float(high),
        p=float((1 + (deltas <= 0).sum()) / (1 + n_draws)),
        delta_best_100=float(np.sort(r_upper)[-100:].mean() - np.sort(r_lower)[-100:].mean()),
        genes_better=count_below(adjust(stdtr(len(y) - 3, -t / WIDENING)).benjamini_hochberg),
    )


def williams_t(r_upper: np.ndarray, r_lower: np.ndarray, r_between: np.ndarray, n: int) -> np.ndarray:
    """Return Williams' t for two dependent correlations with the same y (Steiger 1980, Psychol Bull 87:245, eq. 7).

    Args:
        r_upper, r_lower: correlations [G] of y with either prediction.
        r_between: correlation [G] of the two predictions.
        n: number of independent patients.

    Returns:
        t [G] with n - 3 degrees of freedom, above 0 where r_upper is larger; 0 where the predictions are the same.
    """
    determinant = 1 - r_upper**2 - r_lower**2 - r_between**2 + 2 * r_upper * r_lower * r_between
    mean = (r_upper + r_lower) / 2
    variance = 2 * (n - 1) / (n - 3) * np.maximum(determinant, 0) + mean**2 * (1 - r_between) ** 3
    usable = (r_between < 1 - 1e-12) & (variance > 0)
    t = (r_upper - r_lower) * np.sqrt((n - 1) * (1 + r_between) / np.where(usable, variance, 1.0))
    return np.where(usable, t, 0.0)


def bootstrap_median_r(y: np.ndarray, p: np.ndarray, n_draws: int, seed: int) -> np.ndarray:
    """Return the median r over genes [n_draws]; the same seed draws the same patients."""
    return np.concatenate([np.median(r, axis=1) for r in bootstrapped_r(y, p, n_draws, seed)])


def bootstrapped_r(y: np.ndarray, p: np.ndarray, n_draws: int, seed: int) -> Iterator[np.ndarray]:
    """Yield r of every gene [draws, G] for some draws of the patients at a time, the predictions held fixed.

    A draw is a weight per patient, so the moments of all genes in many draws are five matrix products.
    """
    rng = np.random.default_rng(seed)
    n = len(y)
    # Unit columns keep the float32 differences of moments below free of cancellation.
    y, p = unit_columns(y), unit_columns(p)
    moments = [np.ascontiguousarray(one) for one in (y, p, y * y, p * p, y * p)]
    for start in range(0, n_draws, _DRAWS_PER_STEP):
        size = min(_DRAWS_PER_STEP, n_draws - start)
        weight = rng.multinomial(n, np.full(n, 1 / n), size).astype(np.float32)
        y_sum, p_sum, y_square, p_square, product = (weight @ one for one in moments)
        y_square -= y_sum**2 / n
        p_square -= p_sum**2 / n
        product -= y_sum * p_sum / n
        # A draw without spread leaves rounding errors, of either sign.
        square = np.maximum(y_square * p_square, 0)
        yield np.divide(
            product, np.sqrt(square), out=np.zeros_like(product), where=(y_square > 1e-6) & (p_square > 1e-6)
        )
