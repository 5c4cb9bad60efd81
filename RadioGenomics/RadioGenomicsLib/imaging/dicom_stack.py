"""Make a volume of DICOM slices by their places in the patient."""

from __future__ import annotations

import logging
import math
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import SimpleITK as sitk
from scipy import ndimage

from RadioGenomicsLib.errors import InputError
from RadioGenomicsLib.imaging.dicom_file import compression
from RadioGenomicsLib.imaging.dicom_file import only_pixels
from RadioGenomicsLib.imaging.dicom_padding import Padding
from RadioGenomicsLib.imaging.dicom_padding import fill_padding
from RadioGenomicsLib.imaging.dicom_pixels import PlainPixels
from RadioGenomicsLib.imaging.dicom_woven import Acquired
from RadioGenomicsLib.imaging.dicom_woven import alternates
from RadioGenomicsLib.imaging.dicom_woven import woven
from RadioGenomicsLib.imaging.image_file import quiet_itk
from RadioGenomicsLib.imaging.image_size import refuse_size
from RadioGenomicsLib.imaging.volume import Volume

log = logging.getLogger(__name__)

# Distances that differ by less than this part are even: scanners round positions to 0.01 mm.
_EVEN = 0.02
# Over the whole stack, less than this part of a pixel sideways is no tilt.
_STRAIGHT = 0.5
_SAME_PLACE_MM = 0.01
_GAP = 1.5


@dataclass(frozen=True)
class Slice:
    """One image of a series.

    Attributes:
        file: where its pixels are.
        frame: which one in the file.
        shape: rows, columns.
        position: LPS millimeters of the first pixel's center.
        orientation: unit vectors along a row and along a column, LPS.
        spacing: millimeters between rows, between columns.
        thickness: millimeters; 0 where not given.
        plain: where its pixels lie; None where GDCM has to find them.
        rescale: slope and intercept of a frame whose file has several; None where the file has one of each.
        padding: which values are no data; None where none are.
        acquired: what parts it from images of other scans; of :func:`~RadioGenomicsLib.imaging.dicom_woven.acquired`.
    """

    file: Path
    frame: int
    shape: tuple[int, int]
    position: tuple[float, ...]
    orientation: tuple[float, ...]
    spacing: tuple[float, ...]
    thickness: float
    plain: PlainPixels | None = None
    rescale: tuple[float, float] | None = None
    padding: Padding | None = None
    acquired: Acquired = ()


def stack(slices: Sequence[Slice], name: str) -> Volume:
    """Return the slices as one volume (float32; CT in HU), at even distances and right angles.

    Args:
        slices: of one series, all with one size, spacing and orientation.
        name: the volume's name and the messages' subject.

    Raises:
        InputError: several slices at one place, missing slices, or damaged files.
    """
    row, column, normal, offsets = _frame(slices)
    order = np.argsort(offsets[:, 2], kind="stable")
    slices, offsets = [slices[s] for s in order], offsets[order]
    steps = np.diff(offsets[:, 2])
    reason = woven([one.acquired for one in slices], offsets[:, 2])
    if reason:
        raise InputError(name, reason, "Export the images that are wanted as a series of their own.")
    _refuse_gaps(steps, slices, name)
    refuse_size(len(slices) * math.prod(slices[0].shape), name)
    voxels = pixels(slices, name)
    padded = fill_padding(voxels, [one.padding for one in slices])

    sideways = np.abs(offsets[:, :2] - offsets[0, :2]).max(axis=0)
    tilted = bool((sideways > _STRAIGHT * np.array(slices[0].spacing[::-1])).any())
    uneven = bool(np.abs(steps - steps.mean()).max() > _EVEN * steps.mean())
    start, step = offsets[0], float(steps.mean())
    notes = []
    if padded:
        notes.append(
            f"{max(padded, 0.01):.0%} of its voxels are padding (Pixel Padding Value) and were read as no tissue"
        )
    if alternates(voxels):
        notes.append("its odd and even slices look like two scans woven together, or the patient moved between them")
    if tilted:
        notes.append("the gantry was tilted; the slices are shifted onto an upright grid")
        voxels, start = _upright(voxels, offsets, slices[0].spacing, name)
    if uneven:
        step = float(np.median(steps))
        notes.append(f"the slices are unevenly spaced; they are interpolated every {step:.2f} mm")
        refuse_size(int((offsets[-1, 2] - offsets[0, 2]) / step) * voxels[0].size, name)
        voxels = _even(voxels, offsets[:, 2], step)

    rotation = np.stack([row, column, normal], axis=1)
    affine = np.eye(4)
    affine[:3, :3] = rotation * np.array([slices[0].spacing[1], slices[0].spacing[0], step])
    affine[:3, 3] = rotation @ start
    return Volume(voxels, np.diag([-1.0, -1.0, 1.0, 1.0]) @ affine, name).noting(*notes)


def _frame(slices: Sequence[Slice]) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Return the unit vectors of row, column and normal, and every slice's position along them in millimeters."""
    row, column = np.array(slices[0].orientation).reshape(2, 3)
    row = row / np.linalg.norm(row)
    normal = np.cross(row, column)
    normal = normal / np.linalg.norm(normal)
    column = np.cross(normal, row)
    positions = np.array([s.position for s in slices])
    return row, column, normal, positions @ np.stack([row, column, normal], axis=1)


def _refuse_gaps(steps: np.ndarray, slices: Sequence[Slice], name: str) -> None:
    if steps.min() < _SAME_PLACE_MM:
        raise InputError(
            name,
            "it has several images at one place (echoes, time points or b-values)",
            "Export the one that is wanted as a series of its own.",
        )
    thickness = np.array([s.thickness for s in slices[1:]])
    median = float(np.median(steps))
    gaps = np.flatnonzero((steps > _GAP * median) & (steps > _GAP * np.maximum(thickness, slices[0].thickness)))
    if gaps.size:
        raise InputError(
            name,
            f"slices are missing: {steps[gaps[0]]:.1f} mm between slices {gaps[0] + 1} and {gaps[0] + 2}, "
            f"{median:.1f} mm elsewhere",
            "Export the whole series again.",
        )


def pixels(slices: Sequence[Slice], name: str) -> np.ndarray:
    """Read the pixels ``[slice, row, column]``, rescaled, as float32."""
    result = np.empty((len(slices), *slices[0].shape), np.float32)
    places: dict[Path, list[int]] = defaultdict(list)
    for place, one in enumerate(slices):
        places[one.file].append(place)
    for file, of_file in places.items():
        try:
            _read_into(result, of_file, slices)
        except (RuntimeError, ValueError, OSError) as error:
            log.debug("a slice of %s could not be read: %s", name, error)
            packed = compression(file)
            raise InputError(
                file.name,
                f"its pixels are damaged, or their compression ({packed}) is unknown here"
                if packed
                else "its pixels are damaged or cut off",
                "Export it uncompressed, or decompress it, as with gdcmconv --raw." if packed else "Export it again.",
            ) from error
    return result


def _read_into(result: np.ndarray, places: Sequence[int], slices: Sequence[Slice]) -> None:
    """Put the images of one file where they belong."""
    first = slices[places[0]]
    if first.plain is not None:
        first.plain.read_into(result[places[0]], first.file)
        return
    frames = [slices[place].frame for place in places]
    array = _read(first.file, stored=first.rescale is not None)
    if array.ndim != 3 or array.shape[1:] != first.shape or len(array) <= max(frames):
        raise InputError(
            first.file.name, "its image is in color or has another size than its header says", "Export it again."
        )
    for place, frame in zip(places, frames, strict=True):
        scale = slices[place].rescale
        # In double precision, and only then float32, as ITK does it.
        result[place] = array[frame] if scale is None else array[frame] * np.float64(scale[0]) + scale[1]


def _read(file: Path, *, stored: bool = False) -> np.ndarray:
    """Return the rescaled pixels of one file by GDCM, ``[frame, row, column]`` unless they are in color.

    Args:
        file: of a DICOM image.
        stored: without the rescaling of single frames.
    """
    reader = sitk.ImageFileReader()
    # Else ITK tries all of its readers, and some take gigabytes for a file that is not theirs.
    reader.SetImageIO("GDCMImageIO")
    with only_pixels(file, stored=stored) as copy, quiet_itk():
        reader.SetFileName(str(copy))
        return sitk.GetArrayFromImage(reader.Execute()).astype(np.float32)


def _upright(
    pixels: np.ndarray, offsets: np.ndarray, spacing: tuple[float, ...], name: str
) -> tuple[np.ndarray, np.ndarray]:
    """Shift the slices within their planes so that equal pixels of all lie on one line along the normal.

    Args:
        pixels: ``[slice, row, column]``.
        offsets: position of each slice along row, column and normal in millimeters.
        spacing: between rows, between columns.
        name: the messages' subject.

    Returns:
        The shifted slices in a frame that holds them all, and the position of its first pixel.
    """
    size = np.array(spacing)
    # In pixels along rows (index j) and columns (index i), relative to the frame's corner.
    place = offsets[:, 1::-1] / size
    corner = place.min(axis=0)
    place = place - corner
    frame = np.ceil(place.max(axis=0)).astype(int) + pixels.shape[1:]
    refuse_size(len(pixels) * int(frame[0]) * int(frame[1]), name)
    air = float(pixels.min())
    shifted = np.full((len(pixels), *frame), air, np.float32)
    for target, source, shift in zip(shifted, pixels, place, strict=True):
        target[: source.shape[0], : source.shape[1]] = source
        target[:] = ndimage.shift(target, shift, order=1, mode="constant", cval=air)
    start = offsets[0].copy()
    start[:2] = (corner * size)[::-1]
    return shifted, start


def _even(pixels: np.ndarray, heights: np.ndarray, step: float) -> np.ndarray:
    """Interpolate linearly between slices at ``heights`` (mm, rising) to one slice every ``step``."""
    wanted = np.arange(heights[0], heights[-1] + 1e-3, step)
    upper = np.clip(np.searchsorted(heights, wanted), 1, len(heights) - 1)
    weight = (wanted - heights[upper - 1]) / (heights[upper] - heights[upper - 1])
    weight = np.clip(weight, 0.0, 1.0).astype(np.float32)[:, None, None]
    return pixels[upper - 1] * (1 - weight) + pixels[upper] * weight
