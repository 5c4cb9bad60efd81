"""Score refits on a graphics card: what :class:`.linear_refit.LinearRefit` does, to the rounding of float32."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from RadioGenomicsTrainLib.validation.linear_refit import LinearRefit

if TYPE_CHECKING:
    import torch


def refit_on(
    device: str, z: np.ndarray, bounds: Sequence[int] | None = None, right: np.ndarray | None = None
) -> LinearRefit | DeviceRefit:
    """Return what scores refits on a device: "cpu", or "cuda" or "mps" as PyTorch names them."""
    return LinearRefit(z, bounds, right) if device == "cpu" else DeviceRefit(device, z, bounds, right)


class DeviceRefit:
    """Scores predictions A B against z for many left factors A; z and B stay in the device's memory.

    Args:
        device: as PyTorch names it.
        z, bounds, right: as for :class:`.linear_refit.LinearRefit`.
    """

    def __init__(
        self, device: str, z: np.ndarray, bounds: Sequence[int] | None = None, right: np.ndarray | None = None
    ) -> None:
        import torch

        bounds = (0, len(z)) if bounds is None else tuple(bounds)
        self._groups = [slice(start, stop) for start, stop in pairwise(bounds)]
        self._scored, self._device = bounds[-1], torch.device(device)
        self._z = self._on_device(z)
        self._given = self._z if right is None else self._on_device(right)

    def __call__(self, left: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return what the correlations are made of; as of :class:`.linear_refit.LinearRefit`."""
        import torch

        predicted = self._on_device(left[: self._scored]) @ self._given
        products = [
            torch.stack([(one[rows] * predicted[rows]).sum(dim=0) for rows in self._groups])
            for one in (self._z, predicted)
        ]
        dot, square = torch.stack(products).cpu().numpy()
        return dot, square

    def _on_device(self, values: np.ndarray) -> torch.Tensor:
        import torch

        return torch.from_numpy(np.ascontiguousarray(values, dtype=np.float32)).to(self._device)
