"""Which parts of the network's outline are kept."""

from __future__ import annotations

import numpy as np

from RadioGenomicsLib.model.tumor_proposal import expected_dice_threshold
from RadioGenomicsLib.model.tumor_proposal import outline_tumor


def probability(parts: dict[int, float]) -> np.ndarray:
    """Cubes of the given edge lengths and probabilities, side by side."""
    array = np.zeros((10, 10, 60), np.float32)
    for place, (edge, value) in enumerate(parts.items()):
        array[:edge, :edge, 12 * place : 12 * place + edge] = value
    return array


def sizes(mask: np.ndarray) -> list[int]:
    return [int(mask[:, :, 12 * place : 12 * place + 12].sum()) for place in range(5)]


def test_specks_beside_the_tumor_are_left_out_and_a_second_part_of_some_size_is_kept() -> None:
    assert sizes(outline_tumor(probability({8: 0.9, 6: 0.9, 2: 0.9}))) == [512, 216, 0, 0, 0]


def test_a_part_below_the_threshold_is_no_part() -> None:
    assert sizes(outline_tumor(probability({8: 0.9, 7: 0.2}))) == [512, 0, 0, 0, 0]


def test_the_threshold_has_the_highest_expected_dice_of_all() -> None:
    p = np.random.default_rng(0).beta(0.3, 0.9, (6, 20, 20)).astype(np.float32)
    cuts = np.linspace(0.1, 0.95, 200)
    expected = [2 * p[p >= cut].sum() / ((p >= cut).sum() + p.sum()) for cut in cuts]
    chosen = expected_dice_threshold(p)
    assert 2 * p[p >= chosen].sum() / ((p >= chosen).sum() + p.sum()) >= max(expected) - 1e-6


def test_an_unsure_network_is_cut_lower_and_without_a_sure_voxel_there_is_no_tumor() -> None:
    unsure = probability({8: 0.35})
    assert not outline_tumor(unsure).any()
    unsure[0, 0, 0] = 0.8
    assert sizes(outline_tumor(unsure)) == [512, 0, 0, 0, 0]


def test_a_part_counts_by_its_probability_not_by_its_size_alone() -> None:
    assert sizes(outline_tumor(probability({8: 1.0, 5: 1.0}))) == [512, 0, 0, 0, 0]
    assert sizes(outline_tumor(probability({8: 0.6, 6: 1.0}))) == [512, 216, 0, 0, 0]
    assert sizes(outline_tumor(probability({5: 0.6, 8: 1.0}))) == [0, 512, 0, 0, 0]


def test_no_tumor_gives_an_empty_mask() -> None:
    assert not outline_tumor(probability({})).any()
