"""Where mixed precision is used."""

from __future__ import annotations

import pytest
import torch

from RadioGenomicsTrainLib.training.precision import has_bfloat16_units
from RadioGenomicsTrainLib.training.precision import mixed_precision

CPU = torch.device("cpu")


@pytest.mark.parametrize(
    ("capabilities", "expected"),
    [({"avx2": True}, torch.float32), ({"amx_bf16": True}, torch.bfloat16), ({"avx512_bf16": True}, torch.bfloat16)],
)
def test_a_processor_computes_in_bfloat16_only_with_units_for_it(
    monkeypatch: pytest.MonkeyPatch, capabilities: dict[str, bool], expected: torch.dtype
) -> None:
    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: capabilities)
    with mixed_precision(CPU):
        assert (torch.ones(2, 2) @ torch.ones(2, 2)).dtype == expected


def test_a_processor_that_cannot_be_asked_computes_in_float32(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(torch.cpu, "get_capabilities")
    assert not has_bfloat16_units(CPU)


@pytest.mark.parametrize("native", [True, False])
def test_a_graphics_card_that_only_imitates_bfloat16_is_not_asked_to(
    monkeypatch: pytest.MonkeyPatch, native: bool
) -> None:
    monkeypatch.setattr(torch.cuda, "is_bf16_supported", lambda including_emulation: native or including_emulation)
    assert has_bfloat16_units(torch.device("cuda")) is native
