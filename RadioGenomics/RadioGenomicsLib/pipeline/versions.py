"""Which packages a result was made with."""

from __future__ import annotations

from importlib import metadata

import numpy as np
import scipy
import SimpleITK as sitk


def package_versions() -> dict[str, str]:
    """Return the versions that a result can depend on, beside Python's and PyTorch's."""
    return {
        "numpy": np.__version__,
        "scipy": scipy.__version__,
        # Slicer's own build comes without the metadata of a package.
        "simpleitk": sitk.Version.VersionString(),
        "monai": _installed("monai"),
        "deepbet": _installed("deepbet"),
    }


def _installed(package: str) -> str:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return "not installed"
