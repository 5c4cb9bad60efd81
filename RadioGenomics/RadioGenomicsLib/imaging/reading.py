"""Read and write scans and masks: NIfTI, NRRD and MetaImage."""

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
from RadioGenomicsLib.errors import RegionError
from RadioGenomicsLib.imaging.grid import room_for
from RadioGenomicsLib.imaging.image_file import open_image
from RadioGenomicsLib.imaging.image_file import read_plain
from RadioGenomicsLib.imaging.itk import check_geometry
from RadioGenomicsLib.imaging.itk import from_image
from RadioGenomicsLib.imaging.itk import grid_in
from RadioGenomicsLib.imaging.itk import to_image
from RadioGenomicsLib.imaging.volume import Volume

log = logging.getLogger(__name__)


def read_volume(path: Path | str, name: str = "") -> Volume:
    """Read a scan as float32.

    Voxels that are not finite (NaN, infinity: the padding of some tools) become the lowest finite value,
    and the log says how many.

    Args:
        path: a file; ``scan.nii.gz#1`` picks the second component of a file with several.
        name: what to call it; the file's name where not given.

    Raises:
        InputError: not there, not an image, several components and none picked, empty or constant.
        GeometryError: the grid is sheared or its voxel size implausible.
    """
    file, choice = split_choice(path)
    name = name or volume_name(file)
    volume, finite = None if choice else read_plain(file, name), True
    if volume is None:
        with open_image(file) as image:
            picked = _pick(image, file, choice)
            finite = "integer" in picked.GetPixelIDTypeAsString()
            grid = grid_in(picked, name)
            voxels = room_for(grid)
            voxels[...] = sitk.GetArrayViewFromImage(picked)
            volume = grid.with_array(voxels)
    return require_usable(volume, file.name, finite=finite)


def read_mask(path: Path | str) -> Volume:
    """Read a mask as uint8: 1 inside, 0 outside.

    In a label map every label counts as inside. In a segmentation (``.seg.nrrd``) it is the one segment there
    is, or the one picked by name or ID: ``rois.seg.nrrd#Tumor``.

    Raises:
        InputError: as for :func:`read_volume`; or several segments and none picked.
        GeometryError: as for :func:`read_volume`.
        RegionError: nothing is inside.
    """
    file, choice = split_choice(path)
    with open_image(file) as image:
        segment = _segment(image, file, choice)
        if segment is not None and _components(image) > 1:
            choice = str(segment[0])
        elif segment is not None:
            choice = ""
        volume = from_image(_pick(image, file, choice), volume_name(file))
    inside = volume.array > 0 if segment is None else volume.array == segment[1]
    check_geometry(volume)
    if not inside.any():
        raise RegionError(file.name, "the mask is empty", "Draw the region again, or leave the mask out.")
    return volume.with_array(inside.astype(np.uint8))


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
    return scan.with_array(array)


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
    for ending in (".gz", ".nii", ".nrrd", ".seg", ".mha", ".mhd", ".nhdr"):
        if name.lower().endswith(ending):
            name = name[: -len(ending)]
    return name


def _components(image: sitk.Image) -> int:
    """Number of values per voxel, or of volumes in a 4-D file."""
    if image.GetDimension() == 4:
        return image.GetSize()[3] * image.GetNumberOfComponentsPerPixel()
    return image.GetNumberOfComponentsPerPixel()


def _pick(image: sitk.Image, file: Path, choice: str) -> sitk.Image:
    """Return the one scalar 3-D image that is asked for."""
    dimension, vector = image.GetDimension(), image.GetNumberOfComponentsPerPixel()
    if dimension not in (3, 4) or (dimension == 4 and vector > 1):
        raise InputError(file.name, f"it is {dimension}-D with {vector} values per voxel", "Use a 3-D scan.")
    count = _components(image)
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


def _segment(image: sitk.Image, file: Path, choice: str) -> tuple[int, int] | None:
    """Return (layer, label value) of the wanted segment of a Slicer segmentation file, None for other files."""
    keys = set(image.GetMetaDataKeys())
    count = 0
    while f"Segment{count}_ID" in keys:
        count += 1
    if not count:
        return None
    names = [image.GetMetaData(f"Segment{s}_Name") if f"Segment{s}_Name" in keys else "" for s in range(count)]
    ids = [image.GetMetaData(f"Segment{s}_ID") for s in range(count)]
    wanted = [s for s in range(count) if choice in (names[s], ids[s])] if choice else list(range(count))
    if len(wanted) != 1:
        reason = f"it has no segment {choice!r}" if choice and not wanted else f"it holds {len(wanted)} segments"
        raise InputError(
            file.name, reason, f"Pick one, as {file.name}#{names[0] or ids[0]}; there are: {', '.join(names)}."
        )
    layer, value = (
        image.GetMetaData(f"Segment{wanted[0]}_{key}") if f"Segment{wanted[0]}_{key}" in keys else default
        for key, default in (("Layer", "0"), ("LabelValue", "1"))
    )
    try:
        return int(layer), int(value)
    except ValueError as error:
        reason = f"the layer or label value of {names[wanted[0]]!r} is no number"
        raise InputError(file.name, reason, "Export the segmentation again.") from error
