"""The published head: dropout and a 1-D convolution over tokens, pooled per gene (Farooq et al.; tRNAsformer)."""

from __future__ import annotations

import torch
from torch import nn

from RadioGenomicsLib.model.token_pooling import top_k_mean

_SHARES = (0.05, 0.1, 0.2, 0.5, 1.0)


class PaperHead(nn.Module):
    """Gene scores per token, averaged over the highest-scoring tokens of the tumor.

    In training a share of tokens is drawn at every step; in evaluation all shares are averaged, as HE2RNA does
    (Schmauch et al., Nat Commun 2020).
    """

    def __init__(self, embedding: int, genes: int, dropout: float = 0.25) -> None:
        super().__init__()
        self.dropout = nn.Dropout(dropout)
        self.to_genes = nn.Conv1d(embedding, genes, 1)

    def forward(self, tokens: torch.Tensor, valid: torch.Tensor) -> torch.Tensor:
        """Return predicted z ``[batch, genes]`` from tokens ``[batch, embedding, tokens]`` and their validity."""
        scores = self.to_genes(self.dropout(tokens))
        if self.training:
            share = _SHARES[int(torch.randint(len(_SHARES), (1,)))]
            return top_k_mean(scores, valid, share)
        return torch.stack([top_k_mean(scores, valid, share) for share in _SHARES]).mean(dim=0)
