"""Time the statistics of all genes at once against what others use, in one run on one machine.

The first table is r, one-sided p and Holm-Sidak p of 31,793 genes in 130 patients; every row is checked against the
loop before it is timed. The second is the tests that out-of-fold predictions need. Peak memory is what a call
allocates on top of its inputs (tracemalloc, in a run of its own). Prints Markdown:

    python Testing/benchmarks/gene_statistics.py [--permutations 10000] > table.md
"""

from __future__ import annotations

import argparse
import os
import platform
import time
import tracemalloc
from collections.abc import Callable
from importlib.metadata import version

import numpy as np
from scipy.stats import pearsonr
from statsmodels.stats.multitest import multipletests

from RadioGenomicsTrainLib.validation.correlation import parametric_p
from RadioGenomicsTrainLib.validation.correlation import pearson
from RadioGenomicsTrainLib.validation.folds import repeated_folds
from RadioGenomicsTrainLib.validation.gene_scores import score_genes
from RadioGenomicsTrainLib.validation.multiple_testing import holm_sidak
from RadioGenomicsTrainLib.validation.oof_matrix import kernel_ridge_weights
from RadioGenomicsTrainLib.validation.oof_matrix import oof_matrix
from RadioGenomicsTrainLib.validation.oof_matrix import oof_mean_matrix
from RadioGenomicsTrainLib.validation.oof_null import max_t
from RadioGenomicsTrainLib.validation.oof_null import null_correlations
from RadioGenomicsTrainLib.validation.paired import compare

GENES, PATIENTS, PATIENTS_MAX_T = 31_793, 130, 105

Result = tuple[np.ndarray, np.ndarray, np.ndarray]
Statistics = Callable[[np.ndarray, np.ndarray], Result]


def main() -> None:
    """Print both tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--permutations", type=int, default=10_000, help="of the max-T test")
    options = parser.parse_args()
    packages = ", ".join(f"{name} {version(name)}" for name in ("numpy", "scipy", "statsmodels"))
    threads = os.environ.get("OMP_NUM_THREADS", "all")
    print(
        f"Python {platform.python_version()}, {packages}; {_processor()}, {os.cpu_count()} cores, {threads} threads.\n"
    )
    _against_others()
    _out_of_fold(options.permutations)


def _against_others() -> None:
    rng = np.random.default_rng(0)
    y = rng.normal(size=(PATIENTS, GENES))
    predicted = 0.2 * y + rng.normal(size=y.shape)
    # Name, function, repeats: the loop runs over all genes, nothing is extrapolated.
    rows: list[tuple[str, Statistics, int]] = [
        ("scipy.stats.pearsonr, loop; statsmodels Holm-Sidak", _loop, 3),
        ("scipy.stats.pearsonr(axis=0); statsmodels Holm-Sidak", _vectorized, 7),
        ("RadioGenomics", _ours, 21),
    ]
    truth = _loop(y, predicted)
    print(f"r, p and Holm-Sidak p of {GENES:,} genes in {PATIENTS} patients\n")
    print("| | median (ms) | min to max (ms) | loop / this | peak memory (MB) | largest difference: r, p (relative) |")
    print("|---|---|---|---|---|---|")
    reference = None
    for name, function, repeats in rows:
        result = function(y, predicted)
        r_error = np.abs(result[0] - truth[0]).max()
        p_error = max(np.abs(result[i] / truth[i] - 1).max() for i in (1, 2))
        if r_error > 1e-10 or p_error > 1e-6:
            raise SystemExit(f"{name} differs from the loop: r by {r_error:.1e}, p by {p_error:.1e}")
        times = _times(lambda function=function: function(y, predicted), repeats)
        memory = _peak_memory(lambda function=function: function(y, predicted))
        reference = reference or np.median(times)
        print(
            f"| {name} | {np.median(times):,.1f} | {min(times):,.1f} to {max(times):,.1f} "
            f"| {reference / np.median(times):,.0f} | {memory:,.0f} | {r_error:.0e}, {p_error:.0e} |",
            flush=True,
        )


def _out_of_fold(permutations: int) -> None:
    rng = np.random.default_rng(1)
    n = PATIENTS_MAX_T
    x = rng.normal(size=(n, 60))
    y = rng.normal(size=(n, 20)) @ rng.normal(size=(20, GENES)) + 3 * rng.normal(size=(n, GENES))
    splits = repeated_folds(n, 5, 10)
    h, mean = oof_matrix(n, splits, kernel_ridge_weights(x @ x.T, 1.0)), oof_mean_matrix(n, splits)
    fold = np.arange(n) % 5
    other = np.roll(h, 1, axis=0) @ y
    rows: list[tuple[str, Callable[[int], object], int]] = [
        ("max-T, permutations", lambda count: max_t(y, h, count), permutations),
        ("exact null of H, draws", lambda count: null_correlations(h, count), 2_000_000),
        ("paired bootstrap of two predictors, draws", lambda count: compare(y, h @ y, other, n_draws=count), 2000),
        ("figures of every gene", lambda _count: score_genes(y, h @ y, mean @ y, fold), 1),
    ]
    print(f"\nTests of out-of-fold predictions of {GENES:,} genes in {n} patients\n")
    print("| | count | time (s) | peak memory (MB) |")
    print("|---|---|---|---|")
    for name, function, count in rows:
        seconds = _times(lambda function=function, count=count: function(count), 1)[0] / 1000
        # Memory does not grow with permutations; a traced run of all of them would take needlessly long.
        few = count if "draws" in name else min(count, 20)
        memory = _peak_memory(lambda function=function, few=few: function(few))
        print(f"| {name} | {count:,} | {seconds:,.1f} | {memory:,.0f} |", flush=True)


def _loop(y: np.ndarray, predicted: np.ndarray) -> Result:
    results = [pearsonr(y[:, g], predicted[:, g], alternative="greater") for g in range(y.shape[1])]
    p = np.array([one.pvalue for one in results])
    return np.array([one.statistic for one in results]), p, multipletests(p, method="holm-sidak")[1]


def _vectorized(y: np.ndarray, predicted: np.ndarray) -> Result:
    result = pearsonr(y, predicted, axis=0, alternative="greater")
    return result.statistic, result.pvalue, multipletests(result.pvalue, method="holm-sidak")[1]


def _ours(y: np.ndarray, predicted: np.ndarray) -> Result:
    r = pearson(y, predicted)
    p = parametric_p(r, len(y))
    return r, p, holm_sidak(p)


def _times(call: Callable[[], object], repeats: int) -> list[float]:
    """Return the wall times of a call in milliseconds."""
    times = []
    for _repeat in range(repeats):
        start = time.perf_counter()
        call()
        times.append(1000 * (time.perf_counter() - start))
    return times


def _peak_memory(call: Callable[[], object]) -> float:
    tracemalloc.start()
    call()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak / 1e6


def _processor() -> str:
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as lines:
            return next(line.split(":")[1].strip() for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        return platform.processor() or platform.machine()


if __name__ == "__main__":
    main()
