"""Random changes of slices that leave the tumor's biology alone; drawn apart from being applied."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch
from torch.nn import functional


@dataclass(frozen=True)
class Augmentation:
    """How far slices are changed.

    Attributes:
        rotation: largest rotation in radians.
        scaling: largest relative change of size.
        shift: largest shift as a fraction of half the image.
        contrast, brightness: standard deviation of the factor and the offset (in z-scores) per channel.
        noise: largest standard deviation of added noise, in z-scores.
        drop_channel: chance that a channel that the model can miss is blanked.
        hidden_share: share of 16 x 16 blocks hidden for masked-image modeling.
        hide: chance that a slice has hidden blocks.
    """

    rotation: float = 0.26
    scaling: float = 0.15
    shift: float = 0.06
    contrast: float = 0.15
    brightness: float = 0.2
    noise: float = 0.15
    drop_channel: float = 0.1
    hidden_share: float = 0.3
    hide: float = 0.3


def random_affine(count: int, settings: Augmentation, generator: torch.Generator) -> torch.Tensor:
    """Draw ``[count, 2, 3]`` sampling matrices: rotation, scaling, shift, and a mirrored left and right."""

    def uniform(limit: float) -> torch.Tensor:
        return (torch.rand(count, generator=generator, device=generator.device) * 2 - 1) * limit

    angle, scale = uniform(settings.rotation), 1 + uniform(settings.scaling)
    mirror = torch.where(torch.rand(count, generator=generator, device=generator.device) < 0.5, -1.0, 1.0)
    cosine, sine = torch.cos(angle) * scale, torch.sin(angle) * scale
    first = torch.stack([cosine * mirror, -sine, uniform(settings.shift)], dim=1)
    second = torch.stack([sine * mirror, cosine, uniform(settings.shift)], dim=1)
    return torch.stack([first, second], dim=1)


def apply_affine(images: torch.Tensor, matrices: torch.Tensor, *, nearest: bool = False) -> torch.Tensor:
    """Sample images ``[count, planes, rows, columns]`` through the matrices; the border is repeated."""
    grid = functional.affine_grid(matrices, list(images.shape), align_corners=False)
    mode = "nearest" if nearest else "bilinear"
    return functional.grid_sample(images, grid, mode=mode, padding_mode="border", align_corners=False)


def change_intensities(
    planes: torch.Tensor,
    channel_of_plane: torch.Tensor,
    reference: int,
    settings: Augmentation,
    generator: torch.Generator,
) -> torch.Tensor:
    """Change contrast and brightness per channel, add noise, and blank channels.

    Args:
        planes: ``[count, planes, rows, columns]``.
        channel_of_plane: ``[planes]`` the channel each plane belongs to.
        reference: the channel that is never blanked.
        settings: how far.
        generator: of the random numbers.
    """
    count, channels = len(planes), int(channel_of_plane.max()) + 1
    drawn: dict[str, Any] = {"generator": generator, "device": generator.device}
    factor = 1 + settings.contrast * torch.randn(count, channels, **drawn)
    offset = settings.brightness * torch.randn(count, channels, **drawn)
    kept = (torch.rand(count, channels, **drawn) >= settings.drop_channel).float()
    kept[:, reference] = 1.0
    level = settings.noise * torch.rand(count, 1, 1, 1, **drawn)
    present = (planes.abs().amax(dim=(2, 3)) > 0).float()

    def spread(values: torch.Tensor) -> torch.Tensor:
        return values[:, channel_of_plane, None, None]

    changed = planes * spread(factor) + spread(offset) + level * torch.randn(planes.shape, **drawn)
    return changed * spread(kept) * present[:, :, None, None]


def hidden_blocks(
    count: int, rows: int, columns: int, settings: Augmentation, generator: torch.Generator
) -> torch.Tensor:
    """Draw which pixels are hidden: ``[count, 1, rows, columns]``, 1 where hidden, in blocks of 16 x 16."""
    drawn: dict[str, Any] = {"generator": generator, "device": generator.device}
    blocks = torch.rand(count, 1, rows // 16, columns // 16, **drawn) < settings.hidden_share
    chosen = torch.rand(count, 1, 1, 1, **drawn) < settings.hide
    return functional.interpolate((blocks & chosen).float(), scale_factor=16.0)
