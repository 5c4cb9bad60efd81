"""A head as the nested procedure chose it: what it is fitted to, and which columns it looks at."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from RadioGenomicsTrainLib.training.gene_targets import GeneBlock
from RadioGenomicsTrainLib.training.set_kernels import group_columns
from RadioGenomicsTrainLib.validation.choice_space import Choice


def chosen_block(block: GeneBlock, choice: Choice) -> GeneBlock:
    """Return a block with the levels and the programmes that were chosen for its head."""
    levels = block.z if block.subtype_levels is None else block.subtype_levels
    drawn = block.z if not choice.subtype_weight else block.z + choice.subtype_weight * (levels - block.z)
    axes = None if block.programmes is None or not choice.programmes else block.programmes[: choice.programmes]
    return replace(block, fitted_to=drawn, programmes=axes)


def chosen_embedding(
    embedding: np.ndarray, groups: Mapping[str, int], choice: Choice
) -> tuple[np.ndarray, tuple[int, ...]]:
    """Return an embedding whose columns that were not chosen are absent, and its groups.

    An absent column puts all patients at one place. Such a group adds the same to every similarity, which centering
    takes off, so the head is that of the chosen groups alone and a bundle needs no other form for it.

    Args:
        embedding: ``[n, d]``.
        groups: number of columns of each group, by name.
        choice: of the nested procedure.
    """
    seen = embedding.copy()
    for name, columns in group_columns(groups).items():
        if name not in choice.features.groups:
            seen[:, columns] = np.nan
    return seen, (embedding.shape[1],) if choice.features.one_kernel else tuple(groups.values())
