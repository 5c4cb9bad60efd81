"""HE2RNA's pooling of gene scores over the tokens of a tumor."""

from __future__ import annotations

import torch


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

    Raises:
        ValueError: a row has no valid token.
    """
    if not valid.any(dim=1).all():
        raise ValueError("a tumor without a single valid token cannot be pooled")
    masked = scores.masked_fill(~valid[:, None], -torch.inf)
    ranked = masked.sort(dim=2, descending=True).values
    count = (valid.sum(dim=1) * share).ceil().clamp(min=1)
    taken = torch.arange(scores.shape[2], device=scores.device) < count[:, None]
    return ranked.masked_fill(~taken[:, None], 0.0).sum(dim=2) / count[:, None]
