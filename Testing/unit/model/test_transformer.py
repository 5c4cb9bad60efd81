"""A transformer layer, against PyTorch's own."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from RadioGenomicsLib.model.transformer import TransformerLayer


def test_it_is_the_pre_norm_layer_of_pytorch() -> None:
    torch.manual_seed(0)
    ours = TransformerLayer(24, 48, 6, 0.0).eval()
    theirs = nn.TransformerEncoderLayer(24, 6, 48, 0.0, "gelu", batch_first=True, norm_first=True).eval()
    weights = {
        "self_attn.in_proj_weight": ours.attn.qkv.weight,
        "self_attn.in_proj_bias": torch.zeros(72),
        "self_attn.out_proj.weight": ours.attn.out_proj.weight,
        "self_attn.out_proj.bias": ours.attn.out_proj.bias,
    }
    for name in ("linear1", "linear2"):
        part = getattr(ours.mlp, name)
        weights |= {f"{name}.weight": part.weight, f"{name}.bias": part.bias}
    for name in ("norm1", "norm2"):
        part = getattr(ours, name)
        nn.init.normal_(part.weight)
        weights |= {f"{name}.weight": part.weight, f"{name}.bias": part.bias}
    theirs.load_state_dict(weights)
    tokens = torch.randn(3, 42, 24)
    with torch.inference_mode():
        torch.testing.assert_close(ours(tokens), theirs(tokens))


def test_dropout_works_in_training_alone() -> None:
    torch.manual_seed(0)
    layer, tokens = TransformerLayer(24, 48, 6, 0.5), torch.randn(1, 42, 24)
    assert not torch.equal(layer(tokens), layer(tokens))
    layer.eval()
    torch.testing.assert_close(layer(tokens), layer(tokens))


def test_tokens_that_heads_cannot_share_are_refused() -> None:
    with pytest.raises(ValueError, match="24 numbers cannot be shared among 5 heads"):
        TransformerLayer(24, 48, 5, 0.0)
