"""Gene symbols: earlier and common names, and where a gene is in a model's list."""

from __future__ import annotations

import json
from collections.abc import Iterable
from functools import lru_cache

import numpy as np

from RadioGenomicsLib.resources import resource_path


def current_symbol(symbol: str) -> str:
    """Return the HGNC symbol in use now for an earlier or common one; any other symbol as it is."""
    return _aliases().get(symbol, symbol)


def find_genes(symbols: Iterable[str], wanted: Iterable[str]) -> np.ndarray:
    """Return where the wanted genes are in a list of symbols.

    A gene is found under the very symbol first, then under any other name of it.

    Args:
        symbols: the list to look in, old symbols and all.
        wanted: the genes to look for.

    Returns:
        Positions ``[wanted]`` (int); -1 for a gene that is not there.
    """
    exact: dict[str, int] = {}
    renamed: dict[str, int] = {}
    for position, symbol in enumerate(symbols):
        exact.setdefault(str(symbol), position)
        renamed.setdefault(current_symbol(str(symbol)), position)
    return np.array([exact.get(symbol, renamed.get(current_symbol(symbol), -1)) for symbol in wanted], dtype=np.intp)


@lru_cache(maxsize=1)
def _aliases() -> dict[str, str]:
    path = resource_path("GenePanels", "common", "aliases.json")
    return json.loads(path.read_text(encoding="utf-8"))["symbols"]
