"""Mixed precision where it is faster: a processor without bfloat16 units takes many times as long in bfloat16."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch

# As PyTorch names what the processor can do.
_BFLOAT16_UNITS = ("amx_bf16", "avx512_bf16")


def mixed_precision(device: torch.device, bfloat16: bool | None = None) -> torch.autocast:
    """Return a context that computes in bfloat16 where the device has units for it, and in float32 elsewhere.

    Args:
        device: that computes.
        bfloat16: whether to, where several processes have agreed on it; None asks the device.
    """
    enabled = has_bfloat16_units(device) if bfloat16 is None else bfloat16
    return torch.autocast(device.type, torch.bfloat16, enabled=enabled)


def has_bfloat16_units(device: torch.device) -> bool:
    """Tell whether the device multiplies bfloat16 natively; of a processor that PyTorch cannot ask, no."""
    if device.type == "cuda":
        return torch.cuda.is_bf16_supported(including_emulation=False)
    if device.type == "cpu":
        # PyTorch before 2.11 cannot be asked.
        capabilities: Mapping[str, Any] = getattr(torch.cpu, "get_capabilities", dict)()
        return any(capabilities.get(unit, False) for unit in _BFLOAT16_UNITS)
    return True
