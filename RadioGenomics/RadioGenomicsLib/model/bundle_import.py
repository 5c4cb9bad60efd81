"""Take a bundle in from a folder or a zip file: nothing comes into place before all of it was checked."""

from __future__ import annotations

import json
import lzma
import stat
import struct
import zipfile
import zlib
from collections.abc import Callable
from functools import partial
from pathlib import Path
from pathlib import PurePosixPath
from typing import IO

from RadioGenomicsLib.errors import BundleError
from RadioGenomicsLib.model.bundle import CARD
from RadioGenomicsLib.model.bundle import GENES
from RadioGenomicsLib.model.bundle import WEIGHTS
from RadioGenomicsLib.model.bundle import load_bundle
from RadioGenomicsLib.model.user_models import user_models_folder
from RadioGenomicsLib.whole_outputs import folder_aside
from RadioGenomicsLib.whole_outputs import remove_remains

# The largest bundle that is taken in, and what a zip file may grow to when it is unpacked: weights hardly shrink,
# tables shrink some ten times, zip bombs a thousand times.
MOST_BYTES = 4 << 30
MOST_GROWTH = 100
_MOST_ENTRIES = 1000
_CHUNK = 1 << 20
# Bundles on their way in lie in hidden folders of this name, before their own names are known.
_ASIDE = "import"
_FILES = (CARD, WEIGHTS, GENES)
_AGAIN = "Get the bundle again from where it was published."
# What zipfile lets through of its decompressors and of its own parsing.
_DAMAGE = (zlib.error, lzma.LZMAError, struct.error, IndexError, OverflowError)

Opener = Callable[[], IO[bytes]]


def add_bundle(source: Path | str) -> str:
    """Copy a bundle into the user's folder and return its id.

    Only the files of a bundle are taken, whatever else lies beside them. What killed imports left is removed first.

    Args:
        source: a bundle's folder, or a zip file with the bundle's files at its top or in its one folder.

    Raises:
        BundleError: it is no bundle, is damaged, is unsafe (paths, links, size), or one of this id was added before.
    """
    source, root = Path(source), user_models_folder()
    try:
        root.mkdir(parents=True, exist_ok=True)
        remove_remains(root / _ASIDE)
        with folder_aside(root / _ASIDE) as aside:
            if source.is_dir():
                _copy(source, {name: _from_folder(source, name) for name in _FILES}, aside)
            else:
                _unpack(source, aside)
            name = load_bundle(aside).id
            target = root / name
            if target.exists():
                raise BundleError(
                    name, "a model of this name was added before", "Remove that one first; nothing is overwritten."
                )
            aside.rename(target)
    except OSError as error:
        reason = f"it cannot be copied ({error.strerror or error})"
        raise BundleError(source, reason, f"Check that there is room in {root}.") from error
    return name


def _from_folder(folder: Path, name: str) -> Opener:
    file = folder / name
    if file.is_symlink() or not file.is_file():
        raise BundleError(folder, f"{name} is missing, or is a link", "Choose the folder that holds model.json.")
    return lambda: file.open("rb")


def _unpack(source: Path, folder: Path) -> None:
    try:
        with zipfile.ZipFile(source) as archive:
            chosen = _entries(source, archive)
            _copy(source, {name: partial(archive.open, entry) for name, entry in chosen.items()}, folder)
    except (zipfile.BadZipFile, NotImplementedError, EOFError, ValueError, *_DAMAGE) as error:
        raise BundleError(source, f"it is no zip file that can be read ({error})", _AGAIN) from error
    except RuntimeError as error:
        # zipfile's word for a password.
        mend = "Unpack it yourself and add the folder."
        raise BundleError(source, f"it cannot be unpacked ({error})", mend) from error


def _entries(source: Path, archive: zipfile.ZipFile) -> dict[str, zipfile.ZipInfo]:
    """Return the entries of the bundle's files, after a look at every entry."""
    # Not entry.is_dir(), which fails on an empty name.
    entries = [entry for entry in archive.infolist() if not entry.filename.endswith("/")]
    if len(entries) > _MOST_ENTRIES:
        raise BundleError(source, f"it holds {len(entries)} files, a bundle has {len(_FILES)}", _AGAIN)
    for entry in entries:
        _refuse_unsafe(source, entry)
    cards = [PurePosixPath(entry.filename) for entry in entries if PurePosixPath(entry.filename).name == CARD]
    cards = [card for card in cards if len(card.parts) <= 2 and card.parts[0] != "__MACOSX"]
    if len(cards) != 1:
        reason = f"it holds no {CARD}" if not cards else f"it holds {len(cards)} bundles"
        raise BundleError(source, reason, "Choose the zip file of one bundle.")
    wanted = {str(cards[0].with_name(name)): name for name in _FILES}
    chosen: dict[str, zipfile.ZipInfo] = {}
    for entry in entries:
        name = wanted.get(entry.filename)
        if name in chosen:
            raise BundleError(source, f"it holds {name} twice", _AGAIN)
        if name:
            chosen[name] = entry
    if missing := [name for name in _FILES if name not in chosen]:
        raise BundleError(source, f"it lacks {missing[0]}", _AGAIN)
    return chosen


def _refuse_unsafe(source: Path, entry: zipfile.ZipInfo) -> None:
    name = entry.filename
    if name.startswith("/") or "\\" in name or ":" in name or ".." in PurePosixPath(name).parts:
        raise BundleError(source, f"the path {name!r} leads out of the folder", "Do not use this file.")
    kind = stat.S_IFMT(entry.external_attr >> 16)
    if kind not in (0, stat.S_IFREG):
        raise BundleError(source, f"{name!r} is a link or a device, not a file", "Do not use this file.")
    if entry.file_size > _CHUNK and entry.file_size > MOST_GROWTH * max(entry.compress_size, 1):
        raise BundleError(source, f"{name!r} would unpack to a suspicious size", "Do not use this file.")


def _copy(source: Path, files: dict[str, Opener], folder: Path) -> None:
    """Copy files, counting what really comes: sizes that a zip file states may be lies."""
    left = MOST_BYTES
    for name, open_ in files.items():
        with open_() as stream, (folder / name).open("xb") as out:
            while chunk := stream.read(_CHUNK):
                left -= len(chunk)
                if left < 0:
                    raise BundleError(source, f"it is larger than {MOST_BYTES >> 30} GB", "Do not use this file.")
                out.write(chunk)
        if name == CARD:
            _refuse_no_card(source, folder / name)


def _refuse_no_card(source: Path, path: Path) -> None:
    """Stop before large files are copied where the card already tells that this is no bundle."""
    try:
        card = json.loads(path.read_bytes())
    except ValueError as error:
        raise BundleError(source, f"{CARD} cannot be read ({error})", _AGAIN) from error
    if not isinstance(card, dict) or "id" not in card:
        raise BundleError(source, f"{CARD} is not the card of a bundle", _AGAIN)
