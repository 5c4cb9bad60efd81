"""The slices that an encoder is trained on, and which of them an epoch sees."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Self

import numpy as np
import torch

from RadioGenomicsLib.model.encoder import stack_planes
from RadioGenomicsTrainLib.training.prepared import PreparedPatient


@dataclass(frozen=True)
class Slices:
    """All slices of the training patients, in the patients' order.

    Attributes:
        planes: ``[slice, plane, row, column]`` float16.
        tumor: ``[slice, 1, row, column]`` bool.
        owner: ``[slice]`` the patient that each belongs to.
    """

    planes: torch.Tensor
    tumor: torch.Tensor
    owner: np.ndarray

    @classmethod
    def of(cls, patients: Sequence[PreparedPatient], reference: int, neighbors: int) -> Self:
        """Stack the planes of all slices of the patients.

        Args:
            patients: of the training set.
            reference: the channel whose neighboring slices are added.
            neighbors: slices to each side.
        """
        planes = [torch.from_numpy(stack_planes(p.channels, reference, neighbors)) for p in patients]
        tumor = torch.cat([torch.from_numpy(p.tumor) for p in patients])
        owner = np.repeat(np.arange(len(patients)), [len(p.tumor) for p in patients])
        return cls(torch.cat(planes), tumor[:, None], owner)

    def of_patients(self, chosen: np.ndarray) -> Self:
        """Return the slices of some patients, by number; the patients keep their numbers."""
        kept = np.isin(self.owner, chosen)
        index = torch.from_numpy(np.flatnonzero(kept))
        return type(self)(self.planes[index], self.tumor[index], self.owner[kept])

    def to(self, device: str | torch.device) -> Self:
        """Return the slices on a device, where they stay for the whole training."""
        return type(self)(self.planes.to(device), self.tumor.to(device), self.owner)

    def digest(self) -> str:
        """Return the SHA-256 of all arrays."""
        digest = hashlib.sha256(self.owner.tobytes())
        for tensor in (self.planes, self.tumor):
            digest.update(tensor.cpu().contiguous().numpy().data)
        return digest.hexdigest()

    def draw(self, tumor_slices: int, other_slices: int, generator: np.random.Generator) -> np.ndarray:
        """Draw the slices of one epoch, in random order.

        Args:
            tumor_slices, other_slices: drawn per patient with and without tumor, at most.
            generator: of the random numbers.
        """
        drawn = []
        for patient in np.unique(self.owner):
            own = self.owner == patient
            for candidates, most in ((own & self._has_tumor, tumor_slices), (own & ~self._has_tumor, other_slices)):
                drawn.append(generator.permutation(np.flatnonzero(candidates))[:most])
        return generator.permutation(np.concatenate(drawn))

    @cached_property
    def _has_tumor(self) -> np.ndarray:
        return self.tumor.flatten(1).any(dim=1).cpu().numpy()
