"""Read a mask: from NIfTI, NRRD, MetaImage, MGH, a Slicer segmentation, or a series of DICOM images."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pydicom
import SimpleITK as sitk
from pydicom.errors import InvalidDicomError

from RadioGenomicsLib.errors import InputError
from RadioGenomicsLib.errors import RegionError
from RadioGenomicsLib.imaging.dicom import read_image
from RadioGenomicsLib.imaging.image_file import open_image
from RadioGenomicsLib.imaging.itk import check_geometry
from RadioGenomicsLib.imaging.itk import from_image
from RadioGenomicsLib.imaging.labels import inside_of
from RadioGenomicsLib.imaging.reading import component_count
from RadioGenomicsLib.imaging.reading import pick_component
from RadioGenomicsLib.imaging.reading import split_choice
from RadioGenomicsLib.imaging.reading import volume_name
from RadioGenomicsLib.imaging.volume import Volume

# DICOM objects that hold regions otherwise than as a stack of images.
_REGION_OBJECTS = {"SEG": "a DICOM segmentation (SEG)", "RTSTRUCT": "a DICOM structure set (RTSTRUCT)"}


def read_mask(path: Path | str, orientation: str = "") -> Volume:
    """Read a mask as uint8: 1 inside, 0 outside; notes say what was assumed.

    Args:
        path: a file or a DICOM folder. ``mask.nii.gz#2`` picks a label of a label map, ``#1+2+4`` several;
            ``study.nii.gz#3`` a component of a file with several, and ``study.nii.gz#3#2`` a label in it;
            ``rois.seg.nrrd#Tumor`` a segment by name or ID.
        orientation: of a file that does not tell left from right; as of
            :func:`~RadioGenomicsLib.imaging.reading.read_volume`.

    Raises:
        InputError: as for :func:`~RadioGenomicsLib.imaging.reading.read_volume`; or several labels or segments and
            none picked, or neither labels nor probabilities, or a DICOM object that is not read yet.
        GeometryError: as for :func:`~RadioGenomicsLib.imaging.reading.read_volume`.
        RegionError: nothing is inside.
    """
    file, label = split_choice(path)
    file, part = split_choice(file)
    if os.path.isdir(file) or _is_dicom(file):
        mask = _dicom_mask(file, part, label)
    else:
        mask = _file_mask(file, part, label, orientation)
    check_geometry(mask)
    if not mask.array.any():
        reason = f"the mask is empty ({'; '.join(mask.notes)})" if mask.notes else "the mask is empty"
        raise RegionError(file.name, reason, "Draw the region again, or leave the mask out.")
    return mask


def _file_mask(file: Path, component: str, label: str, orientation: str) -> Volume:
    """Read ``file``, ``file#label`` (or a component or segment, where there are any) or ``file#component#label``."""
    with open_image(file, orientation) as opened:
        image = opened.image
        count = component_count(image)
        segment = _segment(image, file, f"{component}#{label}" if component else label)
        if segment is not None:
            layer, value = segment
            volume = from_image(pick_component(image, file, str(layer) if count > 1 else ""), volume_name(file))
            return volume.with_array((volume.array == value).astype(np.uint8)).noting(*opened.notes)
        if count > 1 and not component:
            component, label = label, ""
        volume = from_image(pick_component(image, file, component), volume_name(file))
    inside, notes = inside_of(volume.array, f"{file.name}#{component}" if component else file.name, label)
    return volume.with_array(inside.astype(np.uint8)).noting(*opened.notes, *notes)


def _dicom_mask(place: Path, series: str, label: str) -> Volume:
    """Read ``folder``, ``folder#series`` or ``folder#series#label``: a mask that was saved as a series of images."""
    file = next((one for one in sorted(place.rglob("*")) if _is_dicom(one)), None) if place.is_dir() else place
    kind = "" if file is None else _REGION_OBJECTS.get(_modality(file), "")
    if kind:
        mend = (
            "Load it in Slicer and export the segment, as .seg.nrrd from Save or as a label map (.nii.gz, .nrrd) from "
            "Segmentations, and give that file."
        )
        raise InputError(place.name, f"it is {kind}, which is not read yet", mend)
    if not series:
        series, label = label, ""
    scan = read_image(f"{place}#{series}" if series else place)
    inside, notes = inside_of(scan.array, f"{place.name}#{scan.name}", label)
    return scan.with_array(inside.astype(np.uint8)).noting(*notes)


def _is_dicom(file: Path) -> bool:
    """Tell whether a file has DICOM's mark."""
    try:
        with open(file, "rb") as stream:
            return stream.read(132).endswith(b"DICM")
    except (OSError, ValueError):
        return False


def _modality(file: Path) -> str:
    try:
        return str(pydicom.dcmread(file, stop_before_pixels=True, specific_tags=["Modality"]).get("Modality", ""))
    except (InvalidDicomError, OSError, ValueError, KeyError, AttributeError, EOFError):
        return ""


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
