"""Kernels of many sets of feature groups at once, for a choice among them inside a fold."""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from RadioGenomicsLib.model.kernel_head import EmbeddingSpace
from RadioGenomicsTrainLib.validation.choice_space import FeatureSet
from RadioGenomicsTrainLib.validation.nested_choice import SetKernels


def set_kernels(embedding: np.ndarray, groups: Mapping[str, int], sets: Sequence[FeatureSet]) -> SetKernels:
    """Return what makes the kernels of sets of feature groups, each as the default head makes its own.

    Args:
        embedding: ``[n, d]``; NaN marks an absent value.
        groups: number of columns of each group, in their order.
        sets: of groups, by name.
    """
    columns = group_columns(groups)

    def kernels(train: np.ndarray, test: np.ndarray) -> list[tuple[np.ndarray, np.ndarray]]:
        alone = {name: _similarities(embedding[:, place], train, test) for name, place in columns.items()}
        found = []
        for one in sets:
            if one.one_kernel:
                place = np.concatenate([columns[name] for name in one.groups])
                pairs = [_similarities(embedding[:, place], train, test)]
            else:
                pairs = [alone[name] for name in one.groups]
            found.append(_centered(*(np.mean(part, axis=0) for part in zip(*pairs, strict=True))))
        return found

    return kernels


def group_columns(groups: Mapping[str, int]) -> dict[str, np.ndarray]:
    """Return the places of each group's columns."""
    edges = np.cumsum([0, *groups.values()]).tolist()
    return {name: np.arange(low, high) for name, (low, high) in zip(groups, pairwise(edges), strict=True)}


def _similarities(part: np.ndarray, train: np.ndarray, test: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the Gaussian kernels [train, train] and [test, train] of some columns."""
    space = EmbeddingSpace.fit(part[train])
    return space.kernel(space.points), space.kernel(space.place(part[test]))


def _centered(inner: np.ndarray, outer: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Center on the training patients and scale to a mean diagonal of 1; patients all alike have a kernel of 0."""
    columns = inner.mean(axis=0)
    across = outer - outer.mean(axis=1, keepdims=True) - columns + columns.mean()
    within = inner - inner.mean(axis=1, keepdims=True) - columns + columns.mean()
    scale = float(np.trace(within)) / len(within)
    if scale <= 1e-12:
        return np.zeros_like(within), np.zeros_like(across)
    return within / scale, across / scale
