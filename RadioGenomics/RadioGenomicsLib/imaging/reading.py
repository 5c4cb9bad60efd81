"""Read and write scans: NIfTI, NRRD, MetaImage and MGH."""

from __future__ import annotations

import logging
import os
import re
import uuid
from pathlib import Path

import numpy as np
import SimpleITK as sitk

from RadioGenomicsLib.errors import InputError
from RadioGenomicsLib.errors import OutputError
from RadioGenomicsLib.imaging.grid import room_for
from RadioGenomicsLib.imaging.image_file import open_image
from RadioGenomicsLib.imaging.image_file import read_plain
from RadioGenomicsLib.imaging.itk import check_geometry
from RadioGenomicsLib.imaging.itk import grid_in
from RadioGenomicsLib.imaging.itk import to_image
from RadioGenomicsLib.imaging.padding import without_padding
from RadioGenomicsLib.imaging.volume import Volume

log = logging.getLogger(__name__)


def read_volume(path: Path | str, name: str = "", orientation: str = "") -> Volume:
    """Read a scan as float32.

    Voxels that are not finite (NaN, infinity: the padding of some tools) become the lowest finite value,
    and the log says how many.

    Args:
        path: a file; ``scan.nii.gz#1`` picks the second component of a file with several.
        name: what to call it; the file's name where not given.
        orientation: where the axes i, j, k point to of a file that does not tell left from right, as "RAS", "LPS" or
            "LAS"; what a header does tell is not changed by it.

    Raises:
        InputError: not there, not an image, several components and none picked, empty or constant.
        GeometryError: the grid is sheared or its voxel size implausible, or left and right cannot be told.
    """
    file, choice = split_choice(path)
    name = name or volume_name(file)
    volume, finite = None if choice else read_plain(file, name, orientation), True
    if volume is None:
        with open_image(file, orientation) as opened:
            picked = pick_component(opened.image, file, choice)
            finite = "integer" in picked.GetPixelIDTypeAsString()
            grid = grid_in(picked, name).noting(*opened.notes)
            voxels = room_for(grid)
            # What float32 cannot hold becomes infinite, and is told with what is not finite.
            with np.errstate(over="ignore"):
                voxels[...] = sitk.GetArrayViewFromImage(picked)
            volume = grid.with_array(voxels)
    return require_usable(volume, file.name, finite=finite)


def write_volume(volume: Volume, path: Path | str) -> None:
    """Write a volume whole or not at all; the format follows from the file's ending.

    Raises:
        OutputError: the format is unknown or the place cannot be written to.
    """
    path = Path(path)
    ending = (
        "".join(s for s in path.suffixes[-2:] if s in (".nii", ".gz", ".seg")) if path.suffix == ".gz" else path.suffix
    )
    aside = path.with_name(f".{uuid.uuid4().hex}{ending}")
    try:
        sitk.WriteImage(to_image(volume), str(aside), useCompression=True)
        os.replace(aside, path)
    except (RuntimeError, OSError) as error:
        aside.unlink(missing_ok=True)
        log.debug("SimpleITK could not write %s: %s", path.name, error)
        raise OutputError(
            path, "the volume cannot be written", "Check the folder, the free space and the ending (.nrrd, .nii.gz)."
        ) from error


def require_usable(scan: Volume, subject: str, *, finite: bool = False) -> Volume:
    """Return a scan (float32) whose voxels are all finite and not all alike.

    Args:
        scan: as it was read.
        subject: what messages call it.
        finite: its voxels are known to be finite, since they were whole numbers.

    Raises:
        InputError: no voxel holds a finite number, or all hold the same.
        GeometryError: as for :func:`read_volume`.
    """
    check_geometry(scan)
    array = scan.array if finite else _finite(scan.array, subject)
    # Plane by plane, for in nearly every scan the first one tells.
    if all((plane == array[0, 0, 0]).all() for plane in array):
        raise InputError(subject, "every voxel has the same value", "The channel is empty: leave it out.")
    return without_padding(scan.with_array(array))


def _finite(array: np.ndarray, subject: str) -> np.ndarray:
    """Return the voxels with the lowest finite value where they are not finite."""
    # NaN and infinity show in the extremes, which need no memory.
    if all(np.isfinite((plane.min(), plane.max())).all() for plane in array):
        return array
    good = np.isfinite(array)
    if not good.any():
        raise InputError(subject, "no voxel holds a finite number", "Export the scan again.")
    log.warning("%s: %d voxels are not finite and were set to the lowest value", subject, (~good).sum())
    return np.where(good, array, array[good].min())


def split_choice(path: Path | str) -> tuple[Path, str]:
    """Split ``file#choice``; a file that is really called so is taken as it is."""
    whole = Path(path)
    file, mark, choice = str(path).rpartition("#")
    if not mark or os.path.exists(whole):
        return whole, ""
    return Path(file), choice


def volume_name(file: Path) -> str:
    """Return the file's name without its endings."""
    name = file.name
    for ending in (".gz", ".nii", ".nrrd", ".seg", ".mha", ".mhd", ".nhdr", ".img", ".hdr", ".mgh", ".mgz"):
        if name.lower().endswith(ending):
            name = name[: -len(ending)]
    return name


def component_count(image: sitk.Image) -> int:
    """Number of values per voxel, or of volumes in a 4-D file."""
    if image.GetDimension() == 4:
        return image.GetSize()[3] * image.GetNumberOfComponentsPerPixel()
    return image.GetNumberOfComponentsPerPixel()


def pick_component(image: sitk.Image, file: Path, choice: str) -> sitk.Image:
    """Return the one scalar 3-D image that is asked for."""
    dimension, vector = image.GetDimension(), image.GetNumberOfComponentsPerPixel()
    if dimension not in (3, 4) or (dimension == 4 and vector > 1):
        raise InputError(file.name, f"it is {dimension}-D with {vector} values per voxel", "Use a 3-D scan.")
    count = component_count(image)
    if count > 1 and not choice:
        raise InputError(
            file.name,
            f"it holds {count} components (4-D, several channels, or a color picture)",
            f"Pick one: {file.name}#0 to {file.name}#{count - 1}.",
        )
    index = 0 if not choice else int(choice) if re.fullmatch("[0-9]{1,9}", choice) else -1
    if not 0 <= index < count:
        raise InputError(f"{file.name}#{choice[:20]}", "there is no such component", f"Use #0 to #{count - 1}.")
    if dimension == 4:
        return image[:, :, :, index]
    # A vector may have one value, too.
    return sitk.VectorIndexSelectionCast(image, index) if "vector" in image.GetPixelIDTypeAsString() else image
