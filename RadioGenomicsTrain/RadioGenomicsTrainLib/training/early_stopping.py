"""Stop a training when patients that it does not learn from are no longer predicted better, and keep the best."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import torch
from torch import nn

_INNER_SHARE = 0.2


def inner_split(patients: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Split the patients of a training fold once more, into four fifths to learn from and a fifth to stop by.

    Args:
        patients: of the training fold; the test fold has no part in this.
        seed: of the random order.

    Returns:
        Sorted indices of both parts.
    """
    order = np.random.default_rng(seed).permutation(patients)
    inner = max(1, round(_INNER_SHARE * patients))
    return np.sort(order[inner:]), np.sort(order[:inner])


class EarlyStopping:
    """The best state so far of the networks, by their error on the inner split.

    Args:
        patience: epochs without a lower error after which training ends; None never ends it and keeps the last state.
        networks: by name, whose best state is kept.

    Attributes:
        lowest: the lowest error so far.
        waited: epochs since then.
        best: parameters and buffers at that epoch, by network and name.
    """

    def __init__(self, patience: int | None, networks: Mapping[str, nn.Module]) -> None:
        self.patience = patience
        self.lowest, self.waited = float("inf"), 0
        self.best: dict[str, torch.Tensor] = {}
        self._networks = networks

    def note(self, error: float) -> None:
        """Take the error after an epoch; where it is the lowest, keep the networks as they are now."""
        self.waited += 1
        if error < self.lowest:
            self.lowest, self.waited = error, 0
            self.best = {name: tensor.detach().clone() for name, tensor in self._tensors().items()}

    @property
    def finished(self) -> bool:
        """Whether the patience is at its end."""
        return self.patience is not None and self.waited >= self.patience

    @torch.no_grad()
    def put_back(self) -> None:
        """Give the networks their best state, if one was kept."""
        for name, tensor in self._tensors().items():
            if name in self.best:
                tensor.copy_(self.best[name])

    def _tensors(self) -> dict[str, torch.Tensor]:
        return {
            f"{network}.{name}": tensor
            for network, module in self._networks.items()
            for name, tensor in module.state_dict().items()
        }
