"""Kernels of feature sets, and a head that looks at some groups only."""

from __future__ import annotations

import numpy as np
import pytest

from RadioGenomicsLib.model.kernel_head import KernelHead
from RadioGenomicsTrainLib.training.chosen_head import chosen_embedding
from RadioGenomicsTrainLib.training.set_kernels import group_columns
from RadioGenomicsTrainLib.training.set_kernels import set_kernels
from RadioGenomicsTrainLib.validation.choice_space import Choice
from RadioGenomicsTrainLib.validation.choice_space import FeatureSet

GROUPS = {"a": 3, "b": 4, "c": 2}
RANDOM = np.random.default_rng(0)
EMBEDDING, LEVELS = RANDOM.normal(size=(30, 9)), RANDOM.normal(size=(30, 5))
TRAIN, TEST = np.arange(22), np.arange(22, 30)


def choice(*groups: str, one_kernel: bool = False) -> Choice:
    return Choice(FeatureSet(groups, one_kernel), 0.0, 0, 0.5)


@pytest.mark.parametrize("one_kernel", [False, True])
@pytest.mark.parametrize("groups", [("b",), ("a", "c"), ("a", "b", "c")])
def test_groups_that_were_not_chosen_have_no_part_in_the_head(groups: tuple[str, ...], one_kernel: bool) -> None:
    seen, sizes = chosen_embedding(EMBEDDING, GROUPS, choice(*groups, one_kernel=one_kernel))
    head = KernelHead.fit(seen[TRAIN], LEVELS[TRAIN], 0.5, sizes)
    columns = np.concatenate([group_columns(GROUPS)[name] for name in groups])
    alone = None if one_kernel else tuple(GROUPS[name] for name in groups)
    expected = KernelHead.fit(EMBEDDING[TRAIN][:, columns], LEVELS[TRAIN], 0.5, alone)
    # The columns come as in any patient: the head itself does not look at them.
    np.testing.assert_allclose(head(EMBEDDING[TEST]), expected(EMBEDDING[TEST][:, columns]), atol=1e-9)


@pytest.mark.parametrize("one_kernel", [False, True])
def test_a_set_has_the_kernel_of_the_head_that_is_fitted_on_it(one_kernel: bool) -> None:
    one = choice("a", "c", one_kernel=one_kernel)
    ((inner, outer),) = set_kernels(EMBEDDING, GROUPS, [one.features])(TRAIN, TEST)
    seen, sizes = chosen_embedding(EMBEDDING, GROUPS, one)
    head = KernelHead.fit(seen[TRAIN], LEVELS[TRAIN], 0.5, sizes)
    dual = np.linalg.solve(inner + 0.5 * np.eye(len(inner)), LEVELS[TRAIN] - LEVELS[TRAIN].mean(axis=0))
    np.testing.assert_allclose(head(seen[TEST]), LEVELS[TRAIN].mean(axis=0) + outer @ dual, atol=1e-9)


def test_what_the_kernels_are_fitted_on_is_the_training_fold_alone() -> None:
    other = EMBEDDING.copy()
    other[TEST] *= 50
    sets = [FeatureSet(("a", "b")), FeatureSet(("a", "b"), one_kernel=True)]
    for (first, _), (second, _) in zip(
        set_kernels(EMBEDDING, GROUPS, sets)(TRAIN, TEST), set_kernels(other, GROUPS, sets)(TRAIN, TEST), strict=True
    ):
        np.testing.assert_array_equal(first, second)
