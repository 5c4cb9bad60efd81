"""Top-k pooling over the tokens of a tumor."""

from __future__ import annotations

import pytest
import torch

from RadioGenomicsLib.model.token_pooling import top_k_mean


def test_a_negative_score_of_a_valid_token_beats_padding() -> None:
    scores = torch.tensor([[[-3.0, -1.0, 0.0, 0.0]]])
    valid = torch.tensor([[True, True, False, False]])
    assert top_k_mean(scores, valid, 0.5).item() == -1.0
    assert top_k_mean(scores, valid, 1.0).item() == -2.0


@pytest.mark.parametrize(("share", "expected"), [(0.01, 10.0), (0.1, 10.0), (0.11, 9.5), (0.5, 8.0), (1.0, 5.5)])
def test_the_share_counts_valid_tokens_only_and_is_rounded_up(share: float, expected: float) -> None:
    scores = torch.cat([torch.arange(1.0, 11.0), torch.full((30,), 99.0)])[None, None]
    valid = (torch.arange(40) < 10)[None]
    assert top_k_mean(scores, valid, share).item() == pytest.approx(expected)


def test_every_gene_and_every_tumor_picks_its_own_tokens() -> None:
    scores = torch.tensor([[[1.0, 5.0], [7.0, 2.0]], [[4.0, 3.0], [0.0, 9.0]]])
    valid = torch.tensor([[True, True], [True, False]])
    torch.testing.assert_close(top_k_mean(scores, valid, 0.5), torch.tensor([[5.0, 7.0], [4.0, 0.0]]))


def test_padding_gets_no_gradient() -> None:
    scores = torch.zeros(1, 1, 4, requires_grad=True)
    top_k_mean(scores, torch.tensor([[True, True, False, False]]), 1.0).sum().backward()
    torch.testing.assert_close(scores.grad[0, 0], torch.tensor([0.5, 0.5, 0.0, 0.0]))


def test_a_tumor_without_a_valid_token_is_refused() -> None:
    valid = torch.tensor([[True, True], [False, False]])
    with pytest.raises(ValueError, match="single valid token"):
        top_k_mean(torch.zeros(2, 1, 2), valid, 0.5)
