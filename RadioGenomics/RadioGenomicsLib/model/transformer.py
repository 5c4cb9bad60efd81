"""One layer of a vision transformer (Dosovitskiy et al., arXiv:2010.11929, equations 2 and 3)."""

from __future__ import annotations

from collections import OrderedDict

import torch
from torch import nn
from torch.nn import functional


class TransformerLayer(nn.Module):
    """Self-attention and a perceptron, each after a layer norm and around a shortcut.

    Weights are named, and first drawn, as in MONAI's ``TransformerBlock``, whose import takes a second. PyTorch's own
    layer is the same function, but takes twice as long to train in bfloat16 on a CPU: its attention is fused.

    Args:
        embedding: token length, a multiple of ``heads``.
        hidden: width of the perceptron.
        heads: attention heads.
        dropout: of attention weights and of what each part adds.
    """

    def __init__(self, embedding: int, hidden: int, heads: int, dropout: float) -> None:
        super().__init__()
        self.mlp = nn.Sequential(
            OrderedDict(
                linear1=nn.Linear(embedding, hidden),
                activation=nn.GELU(),
                dropout1=nn.Dropout(dropout),
                linear2=nn.Linear(hidden, embedding),
                dropout2=nn.Dropout(dropout),
            )
        )
        self.norm1 = nn.LayerNorm(embedding)
        self.attn = _SelfAttention(embedding, heads, dropout)
        self.norm2 = nn.LayerNorm(embedding)

    def forward(self, tokens: torch.Tensor) -> torch.Tensor:
        """Return tokens ``[slices, places, embedding]`` that have seen one another."""
        tokens = tokens + self.attn(self.norm1(tokens))
        return tokens + self.mlp(self.norm2(tokens))


class _SelfAttention(nn.Module):
    def __init__(self, embedding: int, heads: int, dropout: float) -> None:
        super().__init__()
        if embedding % heads:
            raise ValueError(f"tokens of {embedding} numbers cannot be shared among {heads} heads")
        self.heads, self.dropout = heads, dropout
        self.out_proj = nn.Linear(embedding, embedding)
        self.qkv = nn.Linear(embedding, 3 * embedding, bias=False)

    def forward(self, tokens: torch.Tensor) -> torch.Tensor:
        # [slices, places, 3 x embedding] to three of [slices, heads, places, embedding / heads].
        query, key, value = self.qkv(tokens).unflatten(-1, (3, self.heads, -1)).permute(2, 0, 3, 1, 4)
        dropout = self.dropout if self.training else 0.0
        weights = (query * query.shape[-1] ** -0.5 @ key.transpose(-2, -1)).softmax(-1)
        seen = functional.dropout(weights, dropout) @ value
        return functional.dropout(self.out_proj(seen.transpose(1, 2).flatten(2)), dropout)
