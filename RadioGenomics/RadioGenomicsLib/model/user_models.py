"""Where bundles are: those shipped with the software, and the user's own, which can be removed."""

from __future__ import annotations

import json
import os
import shutil
import sys
import uuid
from functools import lru_cache
from pathlib import Path
from typing import Any

from RadioGenomicsLib.errors import BundleError
from RadioGenomicsLib.resources import resource_path

_CARD = "model.json"
# Of a card, what is shown of a model; the whole card is checked when the bundle is loaded.
_SHOWN = {
    "id": str,
    "title": str,
    "cohort": str,
    "patients": int,
    "preprocessing": dict,
    "validation": dict,
    "limitations": list,
    "license": str,
    "citation": list,
}


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
            cards = sorted(path for path in root.glob(f"*/{_CARD}") if not path.parent.name.startswith("."))
            folders |= {path.parent.name: path.parent for path in cards}
    return folders


def is_users_own(folder: Path) -> bool:
    """Tell whether a bundle is the user's, which may be removed, and not a shipped one."""
    return folder.resolve().parent == user_models_folder().resolve()


def read_card(folder: Path) -> dict[str, Any]:
    """Read a bundle's card to show it; nothing but Python's own library is needed for it.

    Raises:
        BundleError: the card cannot be read, or lacks what is shown of it.
    """
    mend = "Remove the model, or get it again."
    try:
        card = json.loads((folder / _CARD).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise BundleError(folder.name, f"its card cannot be read ({error})", mend) from error
    version = card.get("schema_version") if isinstance(card, dict) else None
    if version != _schema_version():
        reason = f"its card is of schema version {version}, this software reads {_schema_version()}"
        raise BundleError(folder.name, reason, mend)
    flawed = [name for name, kind in _SHOWN.items() if not isinstance(card.get(name), kind)]
    flawed += [f"preprocessing/{name}" for name in ("channels", "required") if not _is_list(card, name)]
    if flawed:
        raise BundleError(folder.name, f"its card lacks {flawed[0]}", mend)
    return card


@lru_cache(maxsize=1)
def _schema_version() -> int:
    schema = json.loads(resource_path("Schemas", "model.schema.json").read_text(encoding="utf-8"))
    return schema["properties"]["schema_version"]["const"]


def _is_list(card: dict[str, Any], name: str) -> bool:
    preprocessing = card.get("preprocessing")
    return isinstance(preprocessing, dict) and isinstance(preprocessing.get(name), list)


def remove_bundle(name: str) -> None:
    """Delete one of the user's own bundles, whole.

    Raises:
        BundleError: there is no such bundle, or it is shipped with the software, or it cannot be deleted.
    """
    folder = bundle_folders().get(name)
    if folder is None:
        raise BundleError(name, "there is no such model", "Choose one from the list.")
    if not is_users_own(folder):
        raise BundleError(name, "it is shipped with RadioGenomics", "Only models that you added can be removed.")
    aside = folder.with_name(f".{folder.name}.{uuid.uuid4().hex[:8]}.removed")
    try:
        # What is half deleted must not look like a bundle.
        folder.rename(aside)
        if aside.is_symlink():
            aside.unlink()
        else:
            shutil.rmtree(aside)
    except OSError as error:
        raise BundleError(
            name,
            f"it cannot be deleted ({error.strerror or error})",
            "Close other programs that use it, or delete its folder yourself.",
        ) from error
