"""From the tokens of many slices to one vector for a tumor."""

from __future__ import annotations

import torch
from torch.nn import functional


def token_coverage(tumor: torch.Tensor, rows: int, columns: int) -> torch.Tensor:
    """Return how much of each token's patch is tumor: ``[slices, rows, columns]``, 0 to 1."""
    return functional.adaptive_avg_pool2d(tumor.float()[:, None], (rows, columns))[:, 0]


def mean_token(tokens: torch.Tensor, coverage: torch.Tensor) -> torch.Tensor:
    """Return the tumor-weighted mean token ``[embedding]``.

    Args:
        tokens: ``[slices, embedding, rows, columns]``.
        coverage: ``[slices, rows, columns]``, not all zero.
    """
    weights = coverage / coverage.sum()
    return (tokens * weights[:, None]).sum(dim=(0, 2, 3))


def top_k_mean(scores: torch.Tensor, valid: torch.Tensor, share: float) -> torch.Tensor:
    """Return the mean of the highest scores of each gene over the valid tokens (HE2RNA's pooling).

    Tokens that are not valid are set to minus infinity, so that padding never beats a negative score, as it does
    where padded scores are left at zero.

    Args:
        scores: ``[batch, genes, tokens]``.
        valid: ``[batch, tokens]``, at least one true per row.
        share: share of the valid tokens to average, at least one of them.

    Returns:
        ``[batch, genes]``.
    """
    masked = scores.masked_fill(~valid[:, None], -torch.inf)
    ranked = masked.sort(dim=2, descending=True).values
    count = (valid.sum(dim=1) * share).ceil().clamp(min=1)
    taken = torch.arange(scores.shape[2], device=scores.device) < count[:, None]
    return ranked.masked_fill(~taken[:, None], 0.0).sum(dim=2) / count[:, None]
