"""Permutation test of a head that is not linear in Y: refitted from scratch on permuted patients.

The test of a linear head (:mod:`.oof_null`) needs one matrix product per permutation; this one needs a whole
cross-validation, so B is small (100 to 200) and the smallest p is 1 / (B + 1).
"""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Iterator

import numpy as np

from RadioGenomicsLib.progress import Progress
from RadioGenomicsLib.progress import silent
from RadioGenomicsTrainLib.validation.correlation import pearson
from RadioGenomicsTrainLib.validation.joint_null import JointNull
from RadioGenomicsTrainLib.validation.joint_null import MaxT
from RadioGenomicsTrainLib.validation.joint_null import permuted_rows

Predict = Callable[[np.ndarray], np.ndarray]


def refit_null(
    y: np.ndarray,
    predict: Predict,
    *,
    n_permutations: int = 100,
    seed: int = 0,
    blocks: np.ndarray | None = None,
    threshold: float = 0.3,
    n_best: int = 100,
    progress: Progress = silent,
) -> MaxT:
    """Test every gene by refitting the head on permuted patients (Westfall and Young 1993, step-down max-T).

    The rows of Y are permuted together: the correlation of the genes stays, and so does everything the head
    learns from the images without Y.

    Args:
        y: observed values [n, G], complete.
        predict: ``predict(y)`` -> out-of-fold deviations from the training-fold mean [n, G] of a head fitted
            anew on those values. It must choose everything that depends on Y (stopping, penalties, genes) inside
            the call, and use the same folds each time.
        n_permutations: number of permutations B.
        seed: of the permutations; with the same seed they are those of :func:`.oof_null.max_t`.
        blocks: label [n]; patients change places only within a label (a site or subtype that must be kept).
        threshold: r above which genes are counted in each permutation.
        n_best: number of the best genes whose mean r is kept for each permutation.
        progress: told after each refit.

    Raises:
        ValueError: Y has missing values.
    """
    y = np.asarray(y, dtype=np.float64)
    if not np.isfinite(y).all():
        raise ValueError("refit_null needs complete values: run each matrix on its own patients")
    rng = np.random.default_rng(seed)

    def refitted() -> Iterator[tuple[np.ndarray, np.ndarray]]:
        for index in range(n_permutations):
            permuted = np.empty_like(y)
            permuted[permuted_rows(rng, len(y), blocks)] = y
            yield permuted, predict(permuted)
            progress((index + 1) / n_permutations, "refits on permuted patients")

    return tally_refits(y, predict(y), refitted(), n_permutations, threshold=threshold, n_best=n_best)


def tally_refits(
    y: np.ndarray,
    deviation: np.ndarray,
    refitted: Iterable[tuple[np.ndarray, np.ndarray]],
    n_permutations: int,
    *,
    threshold: float = 0.3,
    n_best: int = 100,
) -> MaxT:
    """Hold predictions against those of the same model, trained anew on permuted patients.

    Args:
        y: observed values [n, G], complete.
        deviation: predicted deviations from the training-fold mean [n, G].
        refitted: permuted values and what was predicted of them, both [n, G], for each permutation.
        n_permutations: number of them.
        threshold: r above which genes are counted in each permutation.
        n_best: number of the best genes whose mean r is kept for each permutation.
    """
    tally = JointNull(pearson(y, deviation), len(y), n_permutations, threshold, n_best)
    for permuted, found in refitted:
        tally.add(pearson(permuted, found)[tally.order])
    return tally.result()
