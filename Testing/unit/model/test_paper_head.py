"""The published gene head."""

from __future__ import annotations

import pytest
import torch

from RadioGenomicsLib.model.paper_head import PaperHead


@pytest.mark.parametrize("training", [True, False])
def test_it_gives_one_finite_value_per_tumor_and_gene(training: bool) -> None:
    head = PaperHead(embedding=8, genes=5).train(training)
    valid = torch.arange(7)[None] < torch.tensor([[7], [1], [3]])
    predicted = head(torch.randn(3, 8, 7), valid)
    assert predicted.shape == (3, 5)
    assert predicted.isfinite().all()


def test_what_padding_holds_does_not_matter() -> None:
    head = PaperHead(embedding=8, genes=5).eval()
    tokens, valid = torch.randn(1, 8, 6), torch.tensor([[True] * 4 + [False] * 2])
    other = tokens.clone()
    other[:, :, 4:] = 1000.0
    torch.testing.assert_close(head(tokens, valid), head(other, valid), rtol=0, atol=0)


def test_in_evaluation_it_is_the_mean_over_all_shares() -> None:
    head = PaperHead(embedding=1, genes=1).eval()
    torch.nn.init.ones_(head.to_genes.weight)
    torch.nn.init.zeros_(head.to_genes.bias)
    tokens = torch.arange(1.0, 21.0)[None, None]
    predicted = head(tokens, torch.ones(1, 20, dtype=torch.bool))
    # The best 1, 2, 4, 10 and 20 of 20.
    assert predicted.item() == pytest.approx((20 + 19.5 + 18.5 + 15.5 + 10.5) / 5)


def test_a_tumor_without_a_token_is_refused() -> None:
    with pytest.raises(ValueError, match="valid token"):
        PaperHead(embedding=8, genes=5)(torch.randn(1, 8, 6), torch.zeros(1, 6, dtype=torch.bool))
