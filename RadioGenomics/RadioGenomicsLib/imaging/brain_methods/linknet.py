"""LinkNet for volumes, as deepbet's networks are built: Chaurasia and Culurciello 2017, arXiv:1707.03718.

Layers are named as in deepbet's weight files. Its own TorchScript ends in the chances of two classes at full size; here
the last layer only tells which is greater. That spares the two largest arrays and a fifth of the time.
"""

from __future__ import annotations

import torch
from torch import nn


class LinkNet(nn.Module):
    """Tells brain from the rest in a picture whose sides are multiples of 32 voxels."""

    def __init__(self) -> None:
        super().__init__()
        self.init = nn.Sequential(*_normed(nn.Conv3d(1, 16, 7, 2, 3, bias=False)), nn.MaxPool3d(3, 2, 1))
        self.down0, self.down1, self.down2, self.down3 = _Down(16, 16), _Down(16, 32), _Down(32, 64), _Down(64, 128)
        self.up0, self.up1, self.up2, self.up3 = _Up(128, 64), _Up(64, 32), _Up(32, 16), _Up(16, 16, stride=1)
        self.tp_conv1 = _normed(nn.ConvTranspose3d(16, 8, 3, 2, 1, 1))
        self.conv = _normed(nn.Conv3d(8, 8, 3, 1, 1))
        self.tp_conv2 = nn.ConvTranspose3d(8, 2, 2, 2)

    def forward(self, picture: torch.Tensor) -> torch.Tensor:
        """Return where brain is the likelier class (bool [x, y, z]), of a picture [x, y, z]."""
        start = self.init(picture[None, None])
        half = self.down0(start)
        quarter = self.down1(half)
        eighth = self.down2(quarter)
        features = self.up0(self.down3(eighth)).add_(eighth)
        features = self.up1(features).add_(quarter)
        features = self.up2(features).add_(half)
        features = self.up3(features).add_(start)
        features = self.conv(self.tp_conv1(features))[0]
        # Each voxel becomes 2 x 2 x 2, of which each has weights of its own: [features, classes, 2, 2, 2].
        weights, bias = self.tp_conv2.weight, self.tp_conv2.get_parameter("bias")
        more_for_brain = (weights[:, 1] - weights[:, 0]).flatten(1).T
        brain = more_for_brain @ features.flatten(1) > bias[0] - bias[1]
        return brain.reshape(2, 2, 2, *features.shape[1:]).permute(3, 0, 4, 1, 5, 2).reshape(picture.shape)


class _Block(nn.Module):
    """Two convolutions beside a shortcut (He et al. 2016); half the size where the features become more."""

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        stride = 1 if inputs == outputs else 2
        self.double_conv = nn.Sequential(
            *_normed(nn.Conv3d(inputs, outputs, 3, stride, 1, bias=False)),
            nn.Conv3d(outputs, outputs, 3, 1, 1, bias=False),
            nn.InstanceNorm3d(outputs),
        )
        self.downsample = nn.Sequential()
        if stride > 1:
            self.downsample.extend([nn.Conv3d(inputs, outputs, 1, stride, bias=False), nn.InstanceNorm3d(outputs)])

    def forward(self, features: torch.Tensor) -> torch.Tensor:
        return self.double_conv(features).add_(self.downsample(features)).relu_()


class _Down(nn.Module):
    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        self.block1, self.block2 = _Block(inputs, outputs), _Block(outputs, outputs)

    def forward(self, features: torch.Tensor) -> torch.Tensor:
        return self.block2(self.block1(features))


class _Up(nn.Module):
    """Enlarge in a quarter of the features."""

    def __init__(self, inputs: int, outputs: int, stride: int = 2) -> None:
        super().__init__()
        inner = inputs // 4
        self.conv1 = _normed(nn.Conv3d(inputs, inner, 1, bias=False))
        self.tp_conv = _normed(nn.ConvTranspose3d(inner, inner, 3, stride, 1, stride - 1, bias=False))
        self.conv2 = _normed(nn.Conv3d(inner, outputs, 1, bias=False))

    def forward(self, features: torch.Tensor) -> torch.Tensor:
        return self.conv2(self.tp_conv(self.conv1(features)))


def _normed(convolution: nn.Conv3d | nn.ConvTranspose3d) -> nn.Sequential:
    return nn.Sequential(convolution, nn.InstanceNorm3d(convolution.out_channels), nn.ReLU(inplace=True))
