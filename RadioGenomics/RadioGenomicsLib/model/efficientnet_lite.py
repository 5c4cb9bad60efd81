"""EfficientNet-Lite0 up to stride 16: a frozen network, trained on photographs, that reads texture and form.

Tan and Le, EfficientNet, ICML 2019 (arXiv:1905.11946); the Lite variant has ReLU6 and no squeeze-and-excitation. Batch
normalization is folded into the convolutions. Networks trained on ImageNet are a usual frozen encoder in radiomics, for
their early stages are about edges and textures and not about things.
"""

from __future__ import annotations

import torch
from torch import nn
from torch.nn import functional

# Stages as (blocks, kernel, stride, expansion, output channels), from Table 1 of the paper.
_STAGES = ((1, 3, 1, 1, 16), (2, 3, 2, 6, 24), (2, 5, 2, 6, 40), (3, 3, 2, 6, 80), (3, 5, 1, 6, 112))
_STEM = 32
# The two stages at stride 16 are what is read.
_READ = 2
FEATURES = sum(stage[-1] for stage in _STAGES[-_READ:])


class EfficientNetLite(nn.Module):
    """Three planes in, the features of both stages at stride 16 out."""

    def __init__(self) -> None:
        super().__init__()
        self.stem = _SameConvolution(3, _STEM, 3, stride=2)
        stages, inputs = [], _STEM
        for blocks, kernel, stride, expansion, outputs in _STAGES:
            stage = []
            for index in range(blocks):
                stage.append(_InvertedResidual(inputs, outputs, kernel, stride if index == 0 else 1, expansion))
                inputs = outputs
            stages.append(nn.Sequential(*stage))
        self.stages = nn.ModuleList(stages)

    def forward(self, planes: torch.Tensor) -> torch.Tensor:
        """Return ``[count, 192, rows / 16, columns / 16]`` of ``[count, 3, rows, columns]``, multiples of 16."""
        features = functional.relu6(self.stem(planes))
        read = []
        for stage in self.stages:
            features = stage(features)
            read.append(features)
        return torch.cat(read[-_READ:], dim=1)


class _SameConvolution(nn.Conv2d):
    """A convolution padded as TensorFlow does it: where a stride leaves an odd pixel, it goes to the far side."""

    def __init__(self, inputs: int, outputs: int, kernel: int, stride: int = 1, groups: int = 1) -> None:
        super().__init__(inputs, outputs, kernel, stride, groups=groups)
        total = kernel - stride
        self._padding = (total // 2, total - total // 2) * 2

    def forward(self, planes: torch.Tensor) -> torch.Tensor:
        return super().forward(functional.pad(planes, self._padding))


class _InvertedResidual(nn.Module):
    """Widen, filter each channel, narrow again (Sandler et al., MobileNetV2)."""

    def __init__(self, inputs: int, outputs: int, kernel: int, stride: int, expansion: int) -> None:
        super().__init__()
        wide = inputs * expansion
        self.widen = nn.Conv2d(inputs, wide, 1) if expansion > 1 else None
        self.filter = _SameConvolution(wide, wide, kernel, stride, groups=wide)
        self.narrow = nn.Conv2d(wide, outputs, 1)
        self._adds = stride == 1 and inputs == outputs

    def forward(self, features: torch.Tensor) -> torch.Tensor:
        wide = features if self.widen is None else functional.relu6(self.widen(features))
        narrow = self.narrow(functional.relu6(self.filter(wide)))
        return features + narrow if self._adds else narrow
