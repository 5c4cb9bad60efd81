"""Everything is chosen inside the outer training fold."""

from __future__ import annotations

import numpy as np

from RadioGenomicsTrainLib.training.programme_head import chosen_ridge
from RadioGenomicsTrainLib.training.set_kernels import set_kernels
from RadioGenomicsTrainLib.validation.choice_space import FeatureSet
from RadioGenomicsTrainLib.validation.choice_space import Space
from RadioGenomicsTrainLib.validation.choice_space import space_of
from RadioGenomicsTrainLib.validation.correlation import pearson
from RadioGenomicsTrainLib.validation.folds import repeated_folds
from RadioGenomicsTrainLib.validation.heads import ProgrammeHead
from RadioGenomicsTrainLib.validation.joint_null import JointNull
from RadioGenomicsTrainLib.validation.nested_choice import NestedChoice
from RadioGenomicsTrainLib.validation.nested_choice import Targets

N, GENES = 40, 30
GROUPS = {"a": 3, "b": 4, "c": 2}
SPACE = Space(space_of(list(GROUPS)).sets, subtype_weights=(0.0, 0.5), programmes=(2, 4), ridges=(0.5, 5.0))


def axes(seed: int, count: int = 4) -> np.ndarray:
    return np.linalg.qr(np.random.default_rng([seed, 1]).normal(size=(GENES, count)))[0].T


def noise(seed: int) -> tuple[np.ndarray, Targets]:
    """Return an embedding that tells nothing, and correlated genes."""
    random, programmes = np.random.default_rng(seed), axes(seed)
    y = random.normal(size=(N, 4)) @ programmes + 0.3 * random.normal(size=(N, GENES))
    return random.normal(size=(N, sum(GROUPS.values()))), with_drawn(y, programmes)


def with_drawn(y: np.ndarray, programmes: np.ndarray) -> Targets:
    """Return targets whose drawn levels follow each patient's own."""
    return Targets(y, (y @ programmes.T * [1.0, 0.5, 0.2, 0.1]) @ programmes, programmes)


def procedure(embedding: np.ndarray, targets: Targets, seed: int = 0, space: Space = SPACE) -> NestedChoice:
    splits = repeated_folds(len(targets.own), 4, 1, seed)
    return NestedChoice(targets, splits, set_kernels(embedding, GROUPS, space.sets), space, seed)


def test_with_one_configuration_it_is_the_default_head() -> None:
    embedding, targets = noise(0)
    space = Space((FeatureSet(tuple(GROUPS)),), subtype_weights=(0.5,), programmes=(4,), ridges=())
    splits = repeated_folds(N, 4, 2, 0)
    found = NestedChoice(targets, splits, set_kernels(embedding, GROUPS, space.sets), space).predict()
    assert targets.drawn is not None
    assert targets.programmes is not None
    head = ProgrammeHead(chosen_ridge(embedding, embedding, splits, tuple(GROUPS.values())), targets.programmes)
    np.testing.assert_allclose(found.predicted, head.predict((targets.own + targets.drawn) / 2), atol=1e-4)


def test_what_is_chosen_does_not_depend_on_the_patients_held_out() -> None:
    embedding, targets = noise(1)
    splits = repeated_folds(N, 4, 1, 0)
    kernels = set_kernels(embedding, GROUPS, SPACE.sets)
    before = NestedChoice(targets, splits, kernels, SPACE).predict()
    for number, test in enumerate(splits[0]):
        own = targets.own.copy()
        own[test] = np.random.default_rng(9).normal(size=(len(test), GENES)) * 50
        after = NestedChoice(with_drawn(own, axes(1)), splits, kernels, SPACE).predict()
        assert after.chosen[number] == before.chosen[number]
        np.testing.assert_allclose(after.predicted[test], before.predicted[test], atol=1e-6)


def test_the_procedure_on_permuted_patients_is_the_procedure_itself() -> None:
    embedding, targets = noise(2)
    order = np.random.default_rng(3).permutation(N)
    one = procedure(embedding, targets).permuted(np.stack([np.arange(N), order]))
    assert targets.drawn is not None
    moved = Targets(targets.own[order], targets.drawn[order], targets.programmes)
    np.testing.assert_allclose(one(0), procedure(embedding, targets).predict().predicted, atol=1e-3)
    np.testing.assert_allclose(one(1), procedure(embedding, moved).predict().predicted, atol=1e-3)


def test_planted_signal_is_found_in_the_group_that_holds_it() -> None:
    embedding, targets = noise(4)
    assert targets.programmes is not None
    y = targets.own + 3 * embedding[:, 3:4] * targets.programmes[0] + 3 * embedding[:, 4:5] * targets.programmes[1]
    one = procedure(embedding, Targets(y, None, targets.programmes))
    found = one.predict()
    assert sum("b" in choice.features.groups for choice in found.chosen) == len(found.chosen)
    assert "b" in one.for_everybody().features.groups
    assert np.median(pearson(y, found.predicted)) > 0.3


def test_choosing_on_the_scored_folds_invents_what_the_nested_choice_does_not() -> None:
    nested, looked = [], []
    for seed in range(25):
        embedding, targets = noise(seed)
        splits = repeated_folds(N, 4, 1, seed)
        kernels = set_kernels(embedding, GROUPS, SPACE.sets)
        found = NestedChoice(targets, splits, kernels, SPACE, seed).predict()
        nested.append(pearson(targets.own, found.predicted).mean())
        tried = []
        for features in SPACE.sets:
            alone = Space((features,), subtype_weights=(0.0,), programmes=(4,), ridges=())
            fixed = NestedChoice(targets, splits, set_kernels(embedding, GROUPS, alone.sets), alone).predict()
            tried.append(pearson(targets.own, fixed.predicted).mean())
        looked.append(max(tried))
    assert abs(np.mean(nested)) < 0.05
    assert np.mean(looked) > np.mean(nested) + 0.05


def test_noise_is_found_as_often_as_it_is_due() -> None:
    """Family-wise error of max-T at .05 with everything chosen anew in 39 permutations: 3 of 60 runs are due."""
    found = 0
    for seed in range(60):
        embedding, targets = noise(100 + seed)
        one = procedure(embedding, targets, seed)
        random = np.random.default_rng([seed, 2])
        orders = np.array([random.permutation(N) for _ in range(39)])
        null = one.permuted(orders)
        tally = JointNull(pearson(targets.own, one.predict().predicted), N, 39, 0.3, 10)
        for index, order in enumerate(orders):
            tally.add(pearson(targets.own[order], null(index))[tally.order])
        found += bool((tally.result().p_adjusted <= 0.05).any())
    assert found <= 8


def test_a_group_enters_the_space_by_its_name() -> None:
    groups = ["place and shape", "signal", "brain", "texture"]
    sets = [one.groups for one in space_of(groups).sets]
    assert ("texture",) in sets
    assert ("place and shape", "signal", "brain", "texture") in sets
    assert len(set(space_of(groups).sets)) == len(sets)
    assert [one.groups for one in space_of(["features"]).sets] == [("features",)]
