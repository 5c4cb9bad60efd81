"""MONAI's networks as near the encoder's size as they come."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
from monai.networks.nets import UNETR
from monai.networks.nets import SwinUNETR
from monai.networks.nets import ViT
from torch import nn
from torch.nn import functional

from RadioGenomicsLib.model.network import RARE_LOGIT
from RadioGenomicsLib.model.network import NetworkSettings
from RadioGenomicsLib.model.network import TransUNet


@dataclass(frozen=True)
class Peer:
    """A network to train: its name, how it is made, and what the reader of a table has to know."""

    name: str
    build: Callable[[], nn.Module]
    note: str


class _PaddedSwin(nn.Module):
    """SwinUNETR wants sizes that 32 divides."""

    def __init__(self, inputs: int) -> None:
        super().__init__()
        self.network = SwinUNETR(in_channels=inputs, out_channels=1, feature_size=12, spatial_dims=2)

    def forward(self, planes: torch.Tensor) -> torch.Tensor:
        rows, columns = planes.shape[2:]
        padded = functional.pad(planes, (0, -columns % 32, 0, -rows % 32))
        return self.network(padded)[:, :, :rows, :columns]


class _LinearViT(nn.Module):
    """ViT has no decoder: one linear layer gives the pixels of each token's patch."""

    def __init__(self, inputs: int, size: tuple[int, int]) -> None:
        super().__init__()
        patch = 16
        width = {"hidden_size": 174, "mlp_dim": 348, "num_layers": 12, "num_heads": 6}
        self.rows = size[0] // patch
        self.network = ViT(in_channels=inputs, img_size=size, patch_size=patch, spatial_dims=2, **width)
        self.pixels = nn.Linear(width["hidden_size"], patch * patch)
        self.patches = nn.PixelShuffle(patch)

    def forward(self, planes: torch.Tensor) -> torch.Tensor:
        pixels = self.pixels(self.network(planes)[0])
        return self.patches(pixels.transpose(1, 2).unflatten(2, (self.rows, -1)))


def slice_peers(network: NetworkSettings) -> list[Peer]:
    """Return networks that outline a tumor in slices, the product's own first; all of them expect little of it."""
    size = {"hidden_size": 144, "mlp_dim": 288, "num_heads": 6, "feature_size": 16}
    place = {"img_size": (network.rows, network.columns), "spatial_dims": 2}
    return [
        Peer("our network in the plain loop", lambda: TransUNet(network), "float32, outline only"),
        Peer(
            "MONAI UNETR, 2-D",
            lambda: _expecting_little(UNETR(in_channels=network.inputs, out_channels=1, **size, **place)),
            "another network, of equal size",
        ),
        Peer(
            "MONAI ViT, 2-D, linear head",
            lambda: _expecting_little(_LinearViT(network.inputs, place["img_size"])),
            "another network, of equal size",
        ),
        Peer(
            "MONAI SwinUNETR, 2-D",
            lambda: _expecting_little(_PaddedSwin(network.inputs)),
            "another network, half the size",
        ),
    ]


def _expecting_little(network: nn.Module) -> nn.Module:
    """Give a network's last layer our network's first guess, without which it learns more slowly than it could."""
    *_, last = (module for module in network.modules() if isinstance(module, nn.Conv2d | nn.Linear))
    nn.init.constant_(last.bias, RARE_LOGIT)
    return network


def volume_peers(channels: int, edge: int) -> dict[str, nn.Module]:
    """Return networks for a whole cube in evaluation mode, by name; the last one gives tokens only."""
    three = {"spatial_dims": 3, "in_channels": channels}
    tokens = {"img_size": (edge, edge, edge), "num_heads": 6}
    peers = {
        "MONAI UNETR, 3-D": UNETR(out_channels=1, feature_size=8, hidden_size=96, mlp_dim=192, **tokens, **three),
        "MONAI SwinUNETR, 3-D": SwinUNETR(out_channels=1, feature_size=12, **three),
        "MONAI ViT, 3-D, tokens only": ViT(
            patch_size=16, hidden_size=126, mlp_dim=252, num_layers=8, **tokens, **three
        ),
    }
    return {name: network.eval() for name, network in peers.items()}


def parameters(network: nn.Module) -> str:
    """Return the number of a network's parameters, in millions."""
    return f"{sum(parameter.numel() for parameter in network.parameters()) / 1e6:.1f} M"
