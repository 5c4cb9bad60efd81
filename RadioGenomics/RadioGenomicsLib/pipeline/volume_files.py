"""One volume as a NRRD file and a JSON entry, so that it comes back to the last bit."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import SimpleITK as sitk

from RadioGenomicsLib.errors import InputError
from RadioGenomicsLib.errors import OutputError
from RadioGenomicsLib.imaging.itk import to_image
from RadioGenomicsLib.imaging.volume import Volume

_MEND = "Check the disk's free space and the folder's rights."


def write_exactly(volume: Volume, folder: Path, name: str) -> dict[str, Any]:
    """Write ``<name>.nrrd`` and return the JSON entry that :func:`read_exactly` needs.

    The entry holds the affine: the file's header splits it into spacing and direction, which rounds the last bit.

    Raises:
        OutputError: it cannot be written whole.
    """
    path = folder / f"{name}.nrrd"
    try:
        sitk.WriteImage(to_image(volume), str(path), useCompression=False)
        whole = path.stat().st_size > volume.array.nbytes
    except (RuntimeError, OSError) as error:
        raise OutputError(
            path, "it cannot be written", "Check the disk's free space and the folder's rights."
        ) from error
    if not whole:
        raise OutputError(path, "it cannot be written whole", "Check the disk's free space.")
    return {
        "file": path.name,
        "affine": volume.affine.tolist(),
        "name": volume.name,
        "notes": list(volume.notes),
        "source": volume.source,
    }


def read_exactly(entry: dict[str, Any], folder: Path) -> Volume:
    """Read what :func:`write_exactly` wrote.

    Raises:
        InputError: the file is missing or damaged.
    """
    path, affine = folder / Path(entry["file"]).name, np.array(entry["affine"], dtype=np.float64)
    if affine.shape != (4, 4):
        raise InputError(path, f"its affine has the shape {affine.shape}", "Start the work again.")
    try:
        array = sitk.GetArrayFromImage(sitk.ReadImage(str(path)))
    except RuntimeError as error:
        raise InputError(path, "it cannot be read", "Start the work again.") from error
    notes = tuple(str(note) for note in entry["notes"])
    return Volume(array, affine, str(entry["name"]), notes, str(entry["source"]))
