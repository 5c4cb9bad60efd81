"""A gene head that goes by programmes of genes: what scans do not tell of expression is shrunk away, axis by axis.

Expression runs along few axes (Alter et al., PNAS 2000;97:10101: eigengenes), and a scan tells some of them and others
not at all. So each axis has a ridge of its own, the one of least leave-one-out error in the training patients, and
genes follow from the axes. The axes come from patients without images, who are in no fold.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from RadioGenomicsLib.model.kernel_head import EmbeddingSpace
from RadioGenomicsLib.model.kernel_head import KernelHead
from RadioGenomicsLib.model.kernel_head import centered_kernel
from RadioGenomicsTrainLib.validation.chosen_ridge import RIDGES
from RadioGenomicsTrainLib.validation.chosen_ridge import ChosenRidge
from RadioGenomicsTrainLib.validation.chosen_ridge import dual_weights
from RadioGenomicsTrainLib.validation.chosen_ridge import least_errors
from RadioGenomicsTrainLib.validation.chosen_ridge import left_out_errors
from RadioGenomicsTrainLib.validation.oof_matrix import Folds

Groups = tuple[int, ...] | None
# Beyond ten more axes change next to nothing, for the ridge of an axis that scans do not tell is large.
_PROGRAMMES = 30
# Axes of fewer patients are mostly noise.
_FEWEST = 50


def programmes(levels: np.ndarray) -> np.ndarray | None:
    """Return the principal axes ``[programmes, G]`` of patients in no fold, orthonormal; None where they are too few.

    Args:
        levels: ``[m, G]``, complete.
    """
    if len(levels) < _FEWEST:
        return None
    axes = np.linalg.svd(levels - levels.mean(axis=0), full_matrices=False)[2]
    return np.asarray(axes[:_PROGRAMMES])


def chosen_ridge(
    training: np.ndarray, tested: np.ndarray, splits: Sequence[Folds], groups: Groups = None
) -> ChosenRidge:
    """Prepare the default head's kernel for ridges that are chosen in each training fold.

    Args:
        training: ``[n, d]`` embeddings the head is fitted on.
        tested: ``[n, d]`` embeddings it predicts from: the same, or those of other outlines of the same tumors.
        splits: repeated splits.
        groups: number of columns of each group of the embedding; None for one group.
    """

    def kernels(train: np.ndarray, test: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        space = EmbeddingSpace.fit(training[train], groups)
        inner, scale = _of_mean_diagonal_1(centered_kernel(space, space.points))
        return inner, centered_kernel(space, space.place(tested[test])) / scale

    return ChosenRidge.of(len(training), splits, kernels)


def fit_programme_head(
    embedding: np.ndarray, given: np.ndarray, axes: np.ndarray, groups: Groups = None
) -> tuple[KernelHead, list[float]]:
    """Fit the head on everybody.

    Args:
        embedding: ``[n, d]``.
        given: values ``[n, G]`` to fit it to.
        axes: of :func:`programmes`.
        groups: number of columns of each group of the embedding; None for one group.

    Returns:
        The head, and the ridge of each programme.
    """
    space = EmbeddingSpace.fit(embedding, groups)
    kernel, scale = _of_mean_diagonal_1(centered_kernel(space, space.points))
    targets = given @ axes.T
    chosen = least_errors(left_out_errors(kernel) @ targets)
    by_ridge = dual_weights(kernel) @ targets / scale
    coefficients = by_ridge[chosen, :, np.arange(len(axes))].T @ axes
    return KernelHead(space, coefficients, given.mean(axis=0)), [RIDGES[index] for index in chosen]


def _of_mean_diagonal_1(kernel: np.ndarray) -> tuple[np.ndarray, float]:
    """Return a kernel and what it was divided by; patients who are all alike have a kernel of 0."""
    scale = float(np.trace(kernel)) / len(kernel)
    return (kernel / scale, scale) if scale > 1e-12 else (np.zeros_like(kernel), 1.0)
