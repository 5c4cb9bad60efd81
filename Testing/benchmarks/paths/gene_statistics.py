"""r, one-sided p, Holm-Sidak and Benjamini-Hochberg of all genes at once, and the tests of out-of-fold predictions."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial

import numpy as np
from scipy.stats import pearsonr
from statsmodels.stats.multitest import multipletests

from RadioGenomicsTrainLib.validation.correlation import parametric_p
from RadioGenomicsTrainLib.validation.correlation import pearson
from RadioGenomicsTrainLib.validation.folds import repeated_folds
from RadioGenomicsTrainLib.validation.gene_scores import score_genes
from RadioGenomicsTrainLib.validation.multiple_testing import adjust
from RadioGenomicsTrainLib.validation.oof_matrix import kernel_ridge_weights
from RadioGenomicsTrainLib.validation.oof_matrix import oof_matrix
from RadioGenomicsTrainLib.validation.oof_matrix import oof_mean_matrix
from RadioGenomicsTrainLib.validation.oof_null import null_correlations
from RadioGenomicsTrainLib.validation.paired import compare as compare_predictors
from Testing.benchmarks.contenders import OURS
from Testing.benchmarks.contenders import Contender
from Testing.benchmarks.contenders import compare
from Testing.benchmarks.measurement import Measurement
from Testing.benchmarks.tables import Comparison
from Testing.benchmarks.tables import duration

GENES, PATIENTS, PATIENTS_OUT_OF_FOLD, PINGOUIN_GENES = 31_793, 130, 105, 300

# r, p, Holm-Sidak p and Benjamini-Hochberg q.
Result = tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]


def measure() -> Measurement:
    """Compare r, p and both adjusted p with the loop over genes, then time."""
    rng = np.random.default_rng(0)
    y = rng.normal(size=(PATIENTS, GENES))
    predicted = 0.2 * y + rng.normal(size=y.shape)
    share = PINGOUIN_GENES / GENES
    contenders = [
        Contender("scipy.stats.pearsonr, loop; statsmodels", partial(_loop, y, predicted), 3, 0.0),
        Contender("scipy.stats.pearsonr(axis=0); statsmodels", partial(_vectorized, y, predicted), 9, 1e-6),
        Contender(
            "pingouin.corr, loop",
            partial(_pingouin, y[:, :PINGOUIN_GENES], predicted[:, :PINGOUIN_GENES]),
            2,
            1e-6,
            f"r and p of {PINGOUIN_GENES} genes, extrapolated",
            share,
        ),
        Contender(OURS, partial(_ours, y, predicted), 21, 1e-6),
    ]
    timings = compare(contenders, _difference)
    read = _seconds(lambda: (y.sum(), predicted.sum()), 9)
    gigabytes = (y.nbytes + predicted.nbytes) / 1e9
    ours = next(timing.median for timing in timings if timing.contender.name == OURS)
    moments = _seconds(lambda: pearson(y, predicted), 9)
    remarks = [
        f"Memory: both inputs are {gigabytes:.3f} GB. numpy's sum reads them at {gigabytes / read:.1f} GB/s on one "
        f"thread. Read once in {ours * 1e3:.1f} ms, ours is at {100 * read / ours:.0f} % of that in all, and r alone "
        f"({moments * 1e3:.1f} ms) at {100 * read / moments:.0f} %.",
        "log p is interpolated in Fisher's z (a Chebyshev polynomial of degree 30), which takes 1.3 to 1.7 ms where "
        "scipy's incomplete beta function takes 7. Beside arithmetic of 60 digits (mpmath), in 3 to 20,000 "
        "patients, it is off by at most 3e-12 of p; the beta function, from 1 - r², by at most 7e-12. Both "
        "adjustments by one sort take 2.5 ms, not 4.7.",
        "Tried, on an EPYC, when p came from the beta function, and all took 22.6 ms in a row of calls and 23.6 in "
        "this table: r and p in blocks on two threads and one sort for both adjustments take 16.2 ms in a row of "
        "calls, but 19.2 and 22.3 (16 to 26) in this table, where the second processor may have to wake up; with sums "
        "by BLAS 15.6 and 17.2 ms in rows of calls; with larger blocks 18 to 35 ms. Not taken: on a Xeon whose two "
        "processors do what fits in the cache no faster than one it gained nothing. On one thread r takes 10 ms in "
        "blocks of 2,048 genes, a quarter more in blocks of 512. Not faster: blocks of rows, products by BLAS "
        "(diagonals of products of 4 to 64 genes: 7 to 21 ms for a sum that takes 2.7), PyTorch's sums, Student's t "
        "(stdtr) or F (fdtrc) in place of the incomplete beta function, and scipy's false_discovery_control (7 ms) "
        "in place of statsmodels.",
    ]
    comparison = Comparison(
        f"{GENES:,} genes x {PATIENTS} patients: r, p, Holm-Sidak, Benjamini-Hochberg",
        "at least 200 x the loop and 8 x vectorized",
        timings,
        "largest difference: of r, or relative of p",
        remarks,
    )
    packages = ["numpy", "scipy", "statsmodels", "pingouin"]
    return Measurement("Gene statistics", packages, [comparison], {OURS: partial(_ours, y, predicted)}, _out_of_fold())


def _difference(found: Result, reference: Result) -> float:
    """Return the largest difference; r has to agree to 1e-10 for the rest to count."""
    r_off = float(np.abs(found[0] - reference[0][: len(found[0])]).max())
    if r_off > 1e-10:
        return float("inf")
    pairs = zip(found[1:], reference[1:], strict=True)
    return max(r_off, *(float(np.abs(one / other[: len(one)] - 1).max()) for one, other in pairs if len(one)))


def _adjusted(r: np.ndarray, p: np.ndarray) -> Result:
    return r, p, multipletests(p, method="holm-sidak")[1], multipletests(p, method="fdr_bh")[1]


def _loop(y: np.ndarray, predicted: np.ndarray) -> Result:
    results = [pearsonr(y[:, g], predicted[:, g], alternative="greater") for g in range(y.shape[1])]
    return _adjusted(np.array([one.statistic for one in results]), np.array([one.pvalue for one in results]))


def _vectorized(y: np.ndarray, predicted: np.ndarray) -> Result:
    result = pearsonr(y, predicted, axis=0, alternative="greater")
    return _adjusted(result.statistic, result.pvalue)


def _pingouin(y: np.ndarray, predicted: np.ndarray) -> Result:
    from pingouin import corr

    rows = [corr(y[:, g], predicted[:, g], alternative="greater").iloc[0] for g in range(y.shape[1])]
    r, p = (np.array([row[name] for row in rows], dtype=float) for name in ("r", "p-val"))
    # Adjusted p of a part of the genes are not those of all.
    return r, p, np.empty(0), np.empty(0)


def _ours(y: np.ndarray, predicted: np.ndarray) -> Result:
    r = pearson(y, predicted)
    p = parametric_p(r, len(y))
    return r, p, *adjust(p)


def _out_of_fold() -> str:
    """Return the table of the product's other tests, which have no peer."""
    rng = np.random.default_rng(1)
    n = PATIENTS_OUT_OF_FOLD
    x = rng.normal(size=(n, 60))
    y = rng.normal(size=(n, 20)) @ rng.normal(size=(20, GENES)) + 3 * rng.normal(size=(n, GENES))
    splits = repeated_folds(n, 5, 10)
    h, mean = oof_matrix(n, splits, kernel_ridge_weights(x @ x.T, 1.0)), oof_mean_matrix(n, splits)
    fold, other = np.arange(n) % 5, np.roll(h, 1, axis=0) @ y
    rows: list[tuple[str, Callable[[], object]]] = [
        ("exact null of H, 2,000,000 draws", lambda: null_correlations(h, 2_000_000)),
        ("paired bootstrap of two predictors, 2,000 draws", lambda: compare_predictors(y, h @ y, other, n_draws=2000)),
        ("figures of every gene", lambda: score_genes(y, h @ y, mean @ y, fold)),
    ]
    lines = [f"### Tests of out-of-fold predictions of {GENES:,} genes in {n} patients\n", "| | time |", "|---|---|"]
    lines += [f"| {name} | {duration(_seconds(call, 1))} |" for name, call in rows]
    return "\n".join(lines)


def _seconds(call: Callable[[], object], repeats: int) -> float:
    times = []
    for _repeat in range(repeats):
        start = time.perf_counter()
        call()
        times.append(time.perf_counter() - start)
    return float(np.median(times))
