"""Where the networks of an installed package lie."""

from __future__ import annotations

import importlib.util
from collections.abc import Sequence
from pathlib import Path


def weight_files(package: str, folder: str, names: Sequence[str]) -> list[Path]:
    """Return files that a package brings along, without importing it; none where not all of them are there.

    Args:
        package: its import name.
        folder: as seen from the package.
        names: of the files.
    """
    spec = importlib.util.find_spec(package)
    if spec is None or spec.origin is None:
        return []
    files = [Path(spec.origin).parent / folder / name for name in names]
    return files if all(file.is_file() for file in files) else []
