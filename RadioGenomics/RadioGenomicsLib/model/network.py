"""TransUNet for axial slices with their neighbors (2.5-D), after Chen et al., arXiv:2102.04306.

A convolutional stem brings a slice to 1/16 of its size, eight transformer layers let its tokens see the whole
slice, and a decoder with skip connections returns to full size. The tokens also feed the published gene head
(paper_head.py).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from typing import TYPE_CHECKING
from typing import Any
from typing import Literal
from typing import Self

import torch
from torch import nn
from torch.nn import functional

from RadioGenomicsLib.model.json_block import JSONBlock

if TYPE_CHECKING:
    from monai.networks.blocks import TransformerBlock

# An untrained network takes a pixel for tumor with a chance of 1 % (Lin et al. 2017, arXiv:1708.02002, section 3.3):
# from one half, the first passes are spent on learning that tumors are small.
RARE_LOGIT = math.log(0.01 / 0.99)

# Channels that are normalized together; 16 as in Wu & He 2018 (arXiv:1803.08494), table 3.
_GROUP = 16


@dataclass(frozen=True)
class NetworkSettings(JSONBlock):
    """What a bundle's ``network`` block says.

    Attributes:
        channels: number of roles of one study.
        neighbors: slices above and below that the network sees of the reference channel.
        widths: feature channels of the convolutional stages, each half the size of the one before.
        embedding: token length.
        layers: transformer layers; the paper has eight.
        heads: attention heads.
        dropout: of the transformer layers.
        rows, columns: size of a slice in pixels, multiples of 16.
        normalization: after every convolution; "group" needs no statistics of other slices, so that a training is the
            same in any number of processes, "batch" is what bundles have that do not say it.
    """

    channels: int = 3
    neighbors: int = 1
    widths: tuple[int, ...] = (16, 32, 64, 128)
    embedding: int = 192
    layers: int = 8
    heads: int = 6
    dropout: float = 0.0
    rows: int = 112
    columns: int = 96
    normalization: Literal["batch", "group"] = "group"

    @classmethod
    def from_json(cls, block: dict[str, Any]) -> Self:
        """Read the block of a card; one without a normalization is of the time when all had batch norm."""
        return super().from_json({"normalization": "batch"} | block)

    @property
    def inputs(self) -> int:
        """Planes that enter the network: every channel's slice, and the reference channel's neighbors."""
        return self.channels + 2 * self.neighbors


def _convolution(normalization: str, inputs: int, outputs: int, stride: int = 1) -> nn.Sequential:
    norm = nn.BatchNorm2d(outputs) if normalization == "batch" else nn.GroupNorm(max(1, outputs // _GROUP), outputs)
    return nn.Sequential(nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False), norm, nn.ReLU(inplace=True))


def _transformer_layer(settings: NetworkSettings) -> TransformerBlock:
    from monai.networks.blocks import TransformerBlock  # MONAI takes a second to import

    layer = TransformerBlock(settings.embedding, 2 * settings.embedding, settings.heads, settings.dropout)
    # Of a cross-attention that is off: it would be stored in every bundle, and never learned.
    del layer.norm_cross_attn
    return layer


class _UpStage(nn.Module):
    """Double the size, add the skip connection, convolve."""

    def __init__(self, normalization: str, inputs: int, outputs: int) -> None:
        super().__init__()
        self.reduce = nn.Conv2d(inputs, outputs, 1)
        self.convolve = _convolution(normalization, outputs, outputs)

    def forward(self, features: torch.Tensor, skip: torch.Tensor) -> torch.Tensor:
        return self.convolve(functional.interpolate(self.reduce(features), scale_factor=2.0).add_(skip))


class TransUNet(nn.Module):
    """Encoder with convolutional stem and transformer, and a decoder for tumor and masked-image modeling."""

    def __init__(self, settings: NetworkSettings) -> None:
        super().__init__()
        widths, convolution = settings.widths, partial(_convolution, settings.normalization)
        self.settings = settings
        self.stages = nn.ModuleList(
            nn.Sequential(convolution(before, width, 1 if level == 0 else 2), convolution(width, width))
            for level, (before, width) in enumerate(zip((settings.inputs, *widths[:-1]), widths, strict=True))
        )
        self.to_tokens = convolution(widths[-1], settings.embedding, 2)
        reduction = 2 ** len(widths)
        places = (settings.rows // reduction) * (settings.columns // reduction)
        self.position = nn.Parameter(torch.zeros(1, places, settings.embedding))
        self.transformer = nn.ModuleList(_transformer_layer(settings) for _ in range(settings.layers))
        self.token_norm = nn.LayerNorm(settings.embedding)
        decoder = (settings.embedding, *widths[::-1])
        self.up_stages = nn.ModuleList(_UpStage(settings.normalization, a, b) for a, b in pairwise(decoder))
        self.tumor = nn.Conv2d(widths[0], 1, 1)
        nn.init.constant_(self.tumor.get_parameter("bias"), RARE_LOGIT)
        self.reconstruction = nn.Conv2d(widths[0], settings.channels, 1)

    def tokens(self, planes: torch.Tensor) -> tuple[torch.Tensor, list[torch.Tensor]]:
        """Encode slices.

        Args:
            planes: ``[slices, inputs, rows, columns]``; rows and columns are multiples of 16.

        Returns:
            Tokens as a map ``[slices, embedding, rows / 16, columns / 16]``, and the skip connections.
        """
        skips = []
        features = planes
        for stage in self.stages:
            features = stage(features)
            skips.append(features)
        features = self.to_tokens(features)
        sequence = features.flatten(2).transpose(1, 2) + self.position
        for block in self.transformer:
            sequence = block(sequence)
        return self.token_norm(sequence).transpose(1, 2).reshape(features.shape), skips

    def decode(self, tokens: torch.Tensor, skips: list[torch.Tensor]) -> torch.Tensor:
        """Return full-size features ``[slices, widths[0], rows, columns]``."""
        features = tokens
        for stage, skip in zip(self.up_stages, reversed(skips), strict=True):
            features = stage(features, skip)
        return features

    def forward(self, planes: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        """Return tumor logits ``[slices, 1, rows, columns]``, reconstructed channels, and the token map."""
        tokens, skips = self.tokens(planes)
        features = self.decode(tokens, skips)
        return self.tumor(features), self.reconstruction(features), tokens
