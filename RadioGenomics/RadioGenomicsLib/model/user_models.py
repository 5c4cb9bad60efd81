"""Where bundles are: those shipped with the software, and the user's own."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from RadioGenomicsLib.resources import resource_path


def user_models_folder() -> Path:
    """Return the user's own bundles' folder, outside any Slicer installation; it need not exist yet."""
    if os.environ.get("RADIOGENOMICS_MODELS"):
        return Path(os.environ["RADIOGENOMICS_MODELS"])
    if sys.platform == "win32":
        base = Path(os.environ.get("APPDATA", Path.home() / "AppData" / "Roaming"))
    elif sys.platform == "darwin":
        base = Path.home() / "Library" / "Application Support"
    else:
        base = Path(os.environ.get("XDG_DATA_HOME", Path.home() / ".local" / "share"))
    return base / "RadioGenomics" / "Models"


def bundle_folders() -> dict[str, Path]:
    """Return every bundle's folder by its name; a user's bundle stands before a shipped one of the same name."""
    folders: dict[str, Path] = {}
    for root in (resource_path("Models"), user_models_folder()):
        if root.is_dir():
            folders |= {path.parent.name: path.parent for path in sorted(root.glob("*/model.json"))}
    return folders
