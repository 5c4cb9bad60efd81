"""Where a NIfTI header puts the voxels: by its sform or its qform, and what is wrong where these differ.

The standard (https://nifti.nimh.nih.gov/nifti-1/documentation/nifti1fields) knows both and does not say which one
counts where they differ. nibabel and FSL take the sform wherever its code is above 0; so does this, while ITK takes
the qform for most codes.
"""

from __future__ import annotations

import itertools

import numpy as np

from RadioGenomicsLib.errors import GeometryError
from RadioGenomicsLib.imaging.orientation import Place

# Between the places of one voxel: what the float32 numbers of two sound forms leave is far less.
_APART_MM = 1.0
_SKEW_TOLERANCE = 1e-3


def nifti_place(
    subject: str,
    size: np.ndarray,
    pixdim: np.ndarray,
    qform: np.ndarray | None,
    sform: np.ndarray | None,
) -> Place:
    """Return where the voxels lie.

    Args:
        subject: what messages call the file.
        size: number of voxels along i, j, k.
        pixdim: the handedness (-1 or 1) and the voxel sizes along i, j, k as they stand in the header.
        qform: quaternion b, c, d and offset ``[6]``; None where its code is 0.
        sform: its three rows ``[3, 4]``; None where its code is 0.

    Raises:
        GeometryError: both forms are given, and an axis points the opposite way in the one and in the other.
    """
    if qform is None and sform is None:
        return Place(None, "its header has neither a qform nor an sform (both codes are 0)")
    negative = (pixdim[1:] < 0).any()
    by_s = None if sform is None else np.vstack([sform, [0, 0, 0, 1]])
    by_q = None if qform is None else _by_quaternion(qform, pixdim)
    if by_s is None or (by_q is not None and not _is_upright(by_s) and _is_upright(by_q)):
        if negative:
            return Place(None, "its header has a negative voxel size, which readers take in different ways")
        sheared = "its sform is sheared or has no volume: the qform was taken"
        return Place(by_q, notes=() if by_s is None else (sheared,))
    notes = []
    if negative:
        notes.append("its header has a negative voxel size, which means nothing: the place is that of the sform")
    elif by_q is not None:
        apart = _apart_mm(by_q, by_s, size)
        if apart > _APART_MM and _opposite(by_q, by_s):
            raise GeometryError(
                subject,
                "left and right cannot be told: its qform and its sform contradict each other (an axis points the "
                "opposite way)",
                "Find out which one is right and copy it over the other, as fslorient -copysform2qform does.",
            )
        if apart > _APART_MM:
            notes.append(
                f"its qform and its sform differ by {apart:.0f} mm: the sform was taken, as nibabel and FSL do, while "
                "ITK and Slicer may take the qform"
            )
    return Place(by_s, notes=tuple(notes))


def _by_quaternion(qform: np.ndarray, pixdim: np.ndarray) -> np.ndarray:
    """Return the affine of a quaternion; its real part is what its length lacks of 1."""
    b, c, d = qform[:3]
    lacking = 1.0 - (b * b + c * c + d * d)
    # As niftilib: so near a half turn, rounding leaves nothing of the real part.
    if lacking < 1e-7:
        b, c, d = np.array([b, c, d]) / np.sqrt(b * b + c * c + d * d)
        lacking = 0.0
    a = np.sqrt(lacking)
    turn = np.array(
        [
            [a * a + b * b - c * c - d * d, 2 * (b * c - a * d), 2 * (b * d + a * c)],
            [2 * (b * c + a * d), a * a + c * c - b * b - d * d, 2 * (c * d - a * b)],
            [2 * (b * d - a * c), 2 * (c * d + a * b), a * a + d * d - b * b - c * c],
        ]
    )
    sizes = np.where(pixdim[1:] == 0, 1.0, np.abs(pixdim[1:])) * (1, 1, -1 if pixdim[0] < 0 else 1)
    affine = np.eye(4)
    affine[:3, :3], affine[:3, 3] = turn * sizes, qform[3:]
    return affine


def _is_upright(affine: np.ndarray) -> bool:
    """Tell whether the axes have a length and are at right angles."""
    lengths = np.linalg.norm(affine[:3, :3], axis=0)
    if not np.isfinite(lengths).all() or lengths.min() <= 0:
        return False
    axes = affine[:3, :3] / lengths
    return bool(np.abs(axes.T @ axes - np.eye(3)).max() <= _SKEW_TOLERANCE)


def _apart_mm(one: np.ndarray, other: np.ndarray, size: np.ndarray) -> float:
    """Return how far apart two affines put a voxel at most."""
    corners = np.array([[*corner, 1] for corner in itertools.product(*((0, n - 1) for n in size))])
    return float(np.linalg.norm((corners @ (one - other).T)[:, :3], axis=1).max())


def _opposite(one: np.ndarray, other: np.ndarray) -> bool:
    """Tell whether an axis of the voxels points the opposite way in two affines."""
    return bool((np.einsum("ri,ri->i", one[:3, :3], other[:3, :3]) < 0).any())
