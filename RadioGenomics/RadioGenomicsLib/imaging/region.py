"""Where a tumor can be: the lungs of a CT, the body of any scan; and what they are made with."""

from __future__ import annotations

import numpy as np
import SimpleITK as sitk
from scipy import ndimage

from RadioGenomicsLib.errors import RegionError
from RadioGenomicsLib.imaging.body_part import is_ct
from RadioGenomicsLib.imaging.grid import resample
from RadioGenomicsLib.imaging.itk import to_image
from RadioGenomicsLib.imaging.volume import Volume

# Between aerated lung (-850 HU) and soft tissue (40 HU).
_LUNG_EDGE_HU = -400.0
# Both lungs of a small child; less is bowel gas or the trachea.
_LEAST_LUNG_ML = 100.0
# Tumors that sit on the pleura, and the hilar vessels, are closed into the lung from this distance.
_PLEURA_MM = 12.0


def lung_mask(ct: Volume) -> Volume:
    """Return both lungs with what lies in them, tumors on the pleura included (uint8).

    Args:
        ct: a chest CT in HU.

    Raises:
        RegionError: there is no lung in it.
    """
    body = body_mask(ct).array > 0
    air = (ct.array < _LUNG_EDGE_HU) & body
    labels, count = ndimage.label(air)
    sizes_ml = np.bincount(labels.ravel(), minlength=count + 1)[1:] * ct.voxel_ml
    # Two lungs, or one part where they touch; the trachea may hang on.
    kept = [label + 1 for label in np.argsort(-sizes_ml)[:2] if sizes_ml[label] >= _LEAST_LUNG_ML]
    if not kept:
        raise RegionError(
            ct.name or "the CT", "no lung was found in it", "Check that it is a chest CT, or draw the region."
        )
    lungs = np.isin(labels, kept)
    box = ndimage.find_objects(lungs.view(np.uint8))[0]
    # Every other pixel of a plane is fine enough for a closing of this size.
    coarse = closed(lungs[box][:, ::2, ::2], (2 * ct.spacing[0], 2 * ct.spacing[1], ct.spacing[2]), _PLEURA_MM)
    lungs[box] |= coarse.repeat(2, axis=1).repeat(2, axis=2)[:, : lungs[box].shape[1], : lungs[box].shape[2]]
    lungs &= body
    return ct.with_array(_filled_slices(lungs).astype(np.uint8), "Lungs")


def body_mask(volume: Volume) -> Volume:
    """Return the body without the air around it (uint8): above -400 HU in a CT, by Otsu's threshold in MR.

    Raises:
        RegionError: nothing stands out of the background.
    """
    if is_ct(volume):
        bright = volume.array > _LUNG_EDGE_HU
    else:
        bright = sitk.GetArrayFromImage(sitk.OtsuThreshold(to_image(volume), 0, 1)) > 0
    labels, count = ndimage.label(bright)
    if not count:
        raise RegionError(volume.name or "the scan", "nothing stands out of the background", "Check the scan.")
    largest = labels == np.bincount(labels.ravel())[1:].argmax() + 1
    return volume.with_array(_filled_slices(largest).astype(np.uint8), "Body")


def on_grid(mask: Volume, like: Volume) -> np.ndarray:
    """Return a mask as booleans on another grid: what the mask covers by half."""
    if mask.same_grid(like):
        return mask.array > 0
    return resample(mask.with_array((mask.array > 0).astype(np.float32)), like).array >= 0.5


def closed(mask: np.ndarray, spacing: tuple[float, float, float], radius_mm: float) -> np.ndarray:
    """Close by a ball of a radius in millimeters: gaps narrower than twice the radius are filled."""
    pad = [int(np.ceil(radius_mm / s)) + 1 for s in spacing[::-1]]
    padded = np.pad(mask, [(p, p) for p in pad])
    grown = ndimage.distance_transform_edt(~padded, spacing[::-1]) <= radius_mm
    shrunk = ndimage.distance_transform_edt(grown, spacing[::-1]) > radius_mm
    inner = tuple(slice(p, -p) for p in pad)
    return (shrunk | padded)[inner]


def _filled_slices(mask: np.ndarray) -> np.ndarray:
    """Fill the holes slice by slice: the trachea opens the lungs to the outside in 3-D."""
    return np.stack([ndimage.binary_fill_holes(plane) for plane in mask])
