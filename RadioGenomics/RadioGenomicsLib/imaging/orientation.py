"""Where the voxels of a file lie in the patient, where its header tells, and what becomes of a file that does not."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from RadioGenomicsLib.errors import GeometryError
from RadioGenomicsLib.errors import InputError

_DIRECTIONS = {
    "R": (1, 0, 0),
    "L": (-1, 0, 0),
    "A": (0, 1, 0),
    "P": (0, -1, 0),
    "S": (0, 0, 1),
    "I": (0, 0, -1),
}


@dataclass(frozen=True)
class Place:
    """Where a header puts the voxels.

    Attributes:
        affine: 4 x 4 from (i, j, k) to RAS millimeters; None where it does not tell.
        why: where it does not tell: why, a clause without a subject.
        notes: what had to be assumed.
    """

    affine: np.ndarray | None
    why: str = ""
    notes: tuple[str, ...] = ()


def check_orientation(codes: str) -> str:
    """Return an orientation in capitals, as "RAS": where the axes i, j and k of a file point to, in this order.

    The codes are those of nibabel: of R or L, A or P, S or I one each.

    Raises:
        InputError: it is none.
    """
    codes = codes.upper()
    if len(codes) != 3 or any(sum(letter in pair for letter in codes) != 1 for pair in ("RL", "AP", "SI")):
        mend = "Write where the axes i, j, k point to, as RAS, LPS or LAS: one of R/L, A/P and S/I each."
        raise InputError(codes or "the orientation", "it is no orientation", mend)
    return codes


def affine_told(
    place: Place, subject: str, orientation: str, spacing: np.ndarray, size: np.ndarray
) -> tuple[np.ndarray, tuple[str, ...]]:
    """Return the affine (4 x 4 from i, j, k to RAS mm) that the header tells, or else the user, and notes.

    Args:
        place: what the header says.
        subject: what messages call the file.
        orientation: what the user says of files whose header does not tell, as "RAS"; empty for nothing. The middle of
            the voxels is then put at 0 mm, so that files of one size lie on one another.
        spacing: voxel size along i, j, k, mm.
        size: number of voxels along i, j, k.

    Raises:
        GeometryError: neither the header nor the user tells.
        InputError: the orientation is none.
    """
    if place.affine is not None:
        return place.affine, place.notes
    if not orientation:
        mend = (
            "Convert it again from its source, or, if you know where its axes i, j, k point to, say so, as "
            "--orientation RAS."
        )
        raise GeometryError(subject, f"left and right cannot be told: {place.why}", mend)
    codes = check_orientation(orientation)
    affine = np.eye(4)
    affine[:3, :3] = np.array([_DIRECTIONS[letter] for letter in codes], float).T * np.abs(spacing)
    affine[:3, 3] = -affine[:3, :3] @ ((size - 1) / 2)
    return affine, (f"{place.why}; it was read as {codes}, as you said",)
