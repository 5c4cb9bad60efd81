"""Which parts of the network's outline are kept."""

from __future__ import annotations

import numpy as np

from RadioGenomicsLib.imaging.volume import Volume
from RadioGenomicsLib.model.tumor_proposal import largest_parts


def probability(parts: dict[int, float]) -> Volume:
    """Cubes of the given edge lengths and probabilities, side by side."""
    array = np.zeros((10, 10, 60), np.float32)
    for place, (edge, value) in enumerate(parts.items()):
        array[:edge, :edge, 12 * place : 12 * place + edge] = value
    return Volume(array, np.eye(4))


def sizes(mask: np.ndarray) -> list[int]:
    return [int(mask[:, :, 12 * place : 12 * place + 12].sum()) for place in range(5)]


def test_specks_beside_the_tumor_are_left_out_and_a_second_part_of_some_size_is_kept() -> None:
    assert sizes(largest_parts(probability({8: 0.9, 6: 0.9, 2: 0.9}))) == [512, 216, 0, 0, 0]


def test_a_part_below_the_threshold_is_no_part() -> None:
    assert sizes(largest_parts(probability({4: 0.9, 9: 0.5}))) == [64, 0, 0, 0, 0]


def test_a_part_counts_by_its_probability_not_by_its_size_alone() -> None:
    assert sizes(largest_parts(probability({8: 1.0, 5: 1.0}))) == [512, 0, 0, 0, 0]
    assert sizes(largest_parts(probability({8: 0.51, 6: 1.0}))) == [512, 216, 0, 0, 0]
    assert sizes(largest_parts(probability({6: 0.51, 8: 1.0}))) == [0, 512, 0, 0, 0]


def test_no_tumor_gives_an_empty_mask() -> None:
    assert not largest_parts(probability({})).any()
