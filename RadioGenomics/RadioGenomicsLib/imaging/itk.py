"""Between :class:`Volume` (RAS) and SimpleITK images (LPS)."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import SimpleITK as sitk

from RadioGenomicsLib.errors import GeometryError
from RadioGenomicsLib.imaging.volume import Volume

_LPS_FROM_RAS = np.diag([-1.0, -1.0, 1.0])
# Headers keep direction cosines in float32 or in print: this much skew (0.06 degrees) is rounding.
_SKEW_TOLERANCE = 1e-3
# Farther out, positions lose digits.
_FARTHEST_MM = 1e6


def to_image(volume: Volume) -> sitk.Image:
    """Return the volume as a SimpleITK image with the same voxels at the same places."""
    array = volume.array.astype(np.uint8) if volume.array.dtype == bool else volume.array
    image = sitk.GetImageFromArray(array)
    spacing = np.array(volume.spacing)
    image.SetSpacing(spacing.tolist())
    image.SetDirection((_LPS_FROM_RAS @ volume.affine[:3, :3] / spacing).ravel().tolist())
    image.SetOrigin((_LPS_FROM_RAS @ volume.affine[:3, 3]).tolist())
    return image


def from_image(image: sitk.Image, name: str, dtype: npt.DTypeLike | None = None) -> Volume:
    """Return a scalar 3-D SimpleITK image as a volume, of the same voxel type where no other is asked for."""
    return Volume(np.array(sitk.GetArrayViewFromImage(image), dtype), affine_of(image), name)


def grid_in(image: Any, name: str) -> Volume:
    """Return the grid (no voxels: zeros that take no memory) of a 3-D SimpleITK image, or of a reader of one.

    Raises:
        GeometryError: as for :func:`check_geometry`.
    """
    zeros = np.broadcast_to(np.float32(0), image.GetSize()[::-1])
    return check_geometry(Volume(zeros, affine_of(image), name))


def affine_of(image: Any) -> np.ndarray:
    """Return the affine to RAS of a 3-D or 4-D SimpleITK image, or of a reader that has seen its header."""
    axes = image.GetDimension()
    direction = np.array(image.GetDirection()).reshape(axes, axes)[:3, :3]
    affine = np.eye(4)
    affine[:3, :3] = _LPS_FROM_RAS @ direction * np.array(image.GetSpacing()[:3])
    affine[:3, 3] = _LPS_FROM_RAS @ np.array(image.GetOrigin()[:3])
    return affine


def put_at(image: sitk.Image, affine: np.ndarray, subject: str) -> None:
    """Put the voxels of a 3-D or 4-D SimpleITK image elsewhere.

    Raises:
        GeometryError: SimpleITK cannot hold that affine.
    """
    axes = image.GetDimension()
    spacing = np.linalg.norm(affine[:3, :3], axis=0)
    direction = np.eye(axes)
    try:
        if not np.isfinite(affine).all() or spacing.min() <= 0:
            raise RuntimeError("an axis without length")
        direction[:3, :3] = _LPS_FROM_RAS @ affine[:3, :3] / spacing
        image.SetSpacing([*spacing.tolist(), *image.GetSpacing()[3:]])
        image.SetDirection(direction.ravel().tolist())
        image.SetOrigin([*(_LPS_FROM_RAS @ affine[:3, 3]).tolist(), *image.GetOrigin()[3:]])
    except RuntimeError as error:
        reason = "its axes are not at right angles, or have no length (sheared or singular grid)"
        raise GeometryError(subject, reason, "Resample it to an upright grid first.") from error


def check_geometry(volume: Volume) -> Volume:
    """Return the volume if its grid can be worked on.

    Raises:
        GeometryError: the affine is not finite, singular, sheared or far away, or its voxel size is implausible.
    """
    subject = volume.name or "the volume"
    if not np.isfinite(volume.affine).all():
        raise GeometryError(subject, "its geometry holds values that are not numbers", "Export the scan again.")
    # Beyond measure is infinite, and implausible.
    with np.errstate(over="ignore"):
        spacing = np.array(volume.spacing)
    if spacing.min() < 0.01 or spacing.max() > 100.0:
        size = " x ".join(f"{s:.3g}" for s in spacing)
        raise GeometryError(subject, f"a voxel size of {size} mm is implausible", "Check the units of the file.")
    if np.abs(volume.affine[:3, 3]).max() > _FARTHEST_MM:
        raise GeometryError(subject, "it lies more than a kilometer away from the scanner", "Export the scan again.")
    axes = volume.affine[:3, :3] / spacing
    skew = np.abs(axes.T @ axes - np.eye(3)).max()
    if skew > _SKEW_TOLERANCE:
        raise GeometryError(
            subject,
            "its axes are not at right angles (sheared grid, as from a tilted gantry or an affine registration)",
            "Resample it to an upright grid first, e.g. with Slicer's Resample Scalar/Vector/DWI Volume.",
        )
    return volume
