"""Where the shipped data files are: bundles, gene panels, cohorts, sample list."""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent


def resource_path(*parts: str) -> Path:
    """Return the path of a shipped resource.

    Installed (wheel or Slicer extension), ``Resources`` lies inside this package; in the source
    tree it lies at the repository's root.
    """
    installed = _PACKAGE / "Resources"
    root = installed if installed.is_dir() else _PACKAGE.parents[1] / "Resources"
    return root.joinpath(*parts)
