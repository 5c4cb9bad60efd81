"""From a study and its tumor to the one vector that the gene head is fitted on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np



@dataclass(frozen=True)
class EmbeddingSettings:
    """What a bundle's ``embedding`` block says.

    Attributes:
        descriptors: names in order.
        tokens: length of the mean tumor token of the encoder; 0 where it is not part of the embedding.
        token_share: share of the squared distance between two patients that the token makes up.
    """

    descriptors: tuple[str, ...]
    tokens: int = 0
    token_share: float = 0.0

    def to_json(self) -> dict:
        """Return the block as plain JSON types."""
        return {"descriptors": list(self.descriptors), "tokens": self.tokens, "token_share": self.token_share}

    @classmethod
    def from_json(cls, block: dict) -> EmbeddingSettings:
        """Read the block of a bundle."""
        return cls(tuple(block["descriptors"]), block["tokens"], block["token_share"])

    def column_weights(self) -> np.ndarray:
        """Return ``[d]`` the weight of every column in the squared distance; they sum to 1."""
        described = np.full(len(self.descriptors), (1 - self.token_share) / len(self.descriptors))
        tokens = np.full(self.tokens, self.token_share / max(self.tokens, 1))
        return np.concatenate([described, tokens])


def embed(described: Mapping[str, float], token: np.ndarray, settings: EmbeddingSettings) -> np.ndarray:
    """Return the embedding ``[d]``: the descriptors by name, then the mean tumor token."""
    values = np.array([described[name] for name in settings.descriptors], dtype=np.float64)
    return np.concatenate([values, token[: settings.tokens]])


def mean_token(tokens: np.ndarray, tumor: np.ndarray) -> np.ndarray:
    """Return the mean token of the tumor, each token weighted by how much tumor its patch holds.

    Args:
        tokens: ``[slice, embedding, row / p, column / p]``.
        tumor: mask ``[slice, row, column]``, not empty.
    """
    slices, _, rows, columns = tokens.shape
    patch = tumor.shape[1] // rows, tumor.shape[2] // columns
    coverage = tumor.reshape(slices, rows, patch[0], columns, patch[1]).mean(axis=(2, 4))
    return np.einsum("serc,src->e", tokens, coverage, dtype=np.float64) / coverage.sum()


