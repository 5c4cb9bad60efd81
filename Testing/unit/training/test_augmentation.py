"""Random changes of slices."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch

from RadioGenomicsTrainLib.training.augmentation import Augmentation
from RadioGenomicsTrainLib.training.augmentation import apply_affine
from RadioGenomicsTrainLib.training.augmentation import change_intensities
from RadioGenomicsTrainLib.training.augmentation import hidden_blocks
from RadioGenomicsTrainLib.training.augmentation import random_affine

CHANNEL_OF_PLANE = torch.tensor([0, 1, 2, 1, 1])
STILL = Augmentation(rotation=0, scaling=0, shift=0)
QUIET = Augmentation(contrast=0, brightness=0, noise=0, drop_channel=0)


def seeded(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


@pytest.fixture
def planes() -> torch.Tensor:
    return torch.randn(6, 5, 48, 32, generator=seeded(7))


@pytest.mark.parametrize(
    "draw",
    [
        lambda seed: random_affine(9, Augmentation(), seeded(seed)),
        lambda seed: change_intensities(torch.ones(6, 5, 4, 4), CHANNEL_OF_PLANE, 1, Augmentation(), seeded(seed)),
        lambda seed: hidden_blocks(40, 48, 32, Augmentation(), seeded(seed)),
    ],
    ids=["affine", "intensities", "hidden"],
)
def test_the_same_seed_draws_the_same_and_another_seed_does_not(draw: Callable[[int], torch.Tensor]) -> None:
    assert torch.equal(draw(1), draw(1))
    assert not torch.equal(draw(1), draw(2))


def test_only_left_and_right_are_ever_mirrored() -> None:
    matrices = random_affine(200, STILL, seeded())
    assert (matrices[:, 1] == torch.tensor([0.0, 1.0, 0.0])).all()
    assert set(matrices[:, 0, 0].tolist()) == {-1.0, 1.0}
    assert 60 < (matrices[:, 0, 0] < 0).sum() < 140
    assert (matrices[:, 0, 1:] == 0).all()


def test_rotations_and_sizes_stay_within_their_limits() -> None:
    settings = Augmentation(shift=0.05)
    matrices = random_affine(500, settings, seeded())
    scale = torch.linalg.det(matrices[:, :, :2]).abs().sqrt()
    assert scale.min() >= 1 - settings.scaling - 1e-5
    assert scale.max() <= 1 + settings.scaling + 1e-5
    angle = torch.atan2(matrices[:, 0, 1], matrices[:, 1, 1]).abs()
    assert angle.max() <= settings.rotation + 1e-5
    assert matrices[:, :, 2].abs().max() <= 0.05


def test_a_mirrored_slice_has_its_columns_reversed_and_an_unmoved_one_is_unchanged(planes: torch.Tensor) -> None:
    matrices = random_affine(6, STILL, seeded())
    moved = apply_affine(planes, matrices)
    for before, after, matrix in zip(planes, moved, matrices, strict=True):
        expected = before.flip(-1) if matrix[0, 0] < 0 else before
        torch.testing.assert_close(after, expected, rtol=0, atol=1e-4)


def test_a_mask_stays_a_mask(planes: torch.Tensor) -> None:
    mask = (planes[:, :1] > 0).float()
    moved = apply_affine(mask, random_affine(6, Augmentation(), seeded()), nearest=True)
    assert set(moved.unique().tolist()) == {0.0, 1.0}


def test_a_mask_moves_with_its_slice() -> None:
    spot = torch.zeros(20, 1, 48, 32)
    spot[:, :, 10:20, 6:14] = 1
    matrices = random_affine(20, Augmentation(), seeded())
    slices, masks = apply_affine(spot, matrices), apply_affine(spot, matrices, nearest=True)
    assert ((slices > 0.5) == (masks > 0.5)).float().mean() > 0.99


def test_the_reference_channel_and_its_neighbors_are_never_blanked(planes: torch.Tensor) -> None:
    settings = Augmentation(contrast=0, brightness=0, noise=0, drop_channel=1.0)
    changed = change_intensities(planes, CHANNEL_OF_PLANE, 1, settings, seeded())
    assert not changed[:, [0, 2]].any()
    torch.testing.assert_close(changed[:, [1, 3, 4]], planes[:, [1, 3, 4]])


def test_channels_are_blanked_as_often_as_asked(planes: torch.Tensor) -> None:
    many = planes[:1].expand(2000, -1, -1, -1)[:, :, :2, :2]
    changed = change_intensities(many, CHANNEL_OF_PLANE, 1, Augmentation(drop_channel=0.3), seeded())
    blanked = (changed == 0).all(dim=(2, 3)).float().mean(dim=0)
    assert blanked[[0, 2]].tolist() == pytest.approx([0.3, 0.3], abs=0.04)
    assert blanked[1] == 0


def test_an_absent_channel_stays_zero(planes: torch.Tensor) -> None:
    planes[2, 0] = 0
    changed = change_intensities(planes, CHANNEL_OF_PLANE, 1, Augmentation(drop_channel=0), seeded())
    assert not changed[2, 0].any()
    assert changed[1, 0].any()


def test_neighbors_change_with_their_channel() -> None:
    settings = Augmentation(noise=0, drop_channel=0)
    changed = change_intensities(torch.ones(4, 5, 2, 2), CHANNEL_OF_PLANE, 1, settings, seeded())
    torch.testing.assert_close(changed[:, 1], changed[:, 3])
    assert not torch.equal(changed[:, 0], changed[:, 1])


def test_without_any_change_asked_for_nothing_changes(planes: torch.Tensor) -> None:
    torch.testing.assert_close(change_intensities(planes, CHANNEL_OF_PLANE, 1, QUIET, seeded()), planes)


def test_pixels_are_hidden_in_whole_blocks_of_16_and_in_the_share_asked_for() -> None:
    hidden = hidden_blocks(400, 48, 32, Augmentation(hidden_share=0.3, hide=0.5), seeded())
    assert hidden.shape == (400, 1, 48, 32)
    blocks = hidden.reshape(400, 3, 16, 2, 16)
    assert (blocks == blocks[:, :, :1, :, :1]).all()
    touched = blocks.amax(dim=(1, 2, 3, 4)) > 0
    assert touched.float().mean() == pytest.approx(0.5 * (1 - 0.7**6), abs=0.06)
    assert blocks[touched].mean() == pytest.approx(0.3 / (1 - 0.7**6), abs=0.05)
