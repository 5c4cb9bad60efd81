"""Which scan a mask was drawn on, by its grid, and how it follows that scan when registration moves it."""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Sequence

import numpy as np

from RadioGenomicsLib.imaging.registration import displacement_mm
from RadioGenomicsLib.imaging.volume import Volume

# What a NIfTI quaternion in float32 leaves of a place at the edge of a scan.
_SAME_MM = 0.1
# Less is not worth a word: a voxel of most scans.
TOLD_MM = 1.0
# Of scans on one grid that all moved, the one that tumors are mostly drawn on.
_LIKELIEST = ("T1c", "FLAIR", "T2", "T1")


def scans_drawn_on(mask: Volume, channels: Mapping[str, Volume]) -> list[str]:
    """Return the roles of the scans that a mask may have been drawn on: those whose grid it has.

    Axes may be flipped or swapped. Where no scan has its whole grid, those count of whose grid it is a part, as of a
    segmentation that was cropped to its segment.

    Args:
        mask: where it was drawn; its voxels are not looked at.
        channels: role to scan, before anything is moved.
    """
    matches = {role: _match(mask, scan) for role, scan in channels.items()}
    whole = [role for role, match in matches.items() if match == "whole"]
    return whole or [role for role, match in matches.items() if match == "part"]


def motion(before: Volume, after: Volume) -> np.ndarray:
    """Return the rigid motion (4 x 4, RAS mm) that took a scan from one place to another."""
    return after.affine @ np.linalg.inv(before.affine)


def moved(image: Volume, motion_ras: np.ndarray) -> Volume:
    """Return an image at another place; its voxels are not interpolated."""
    return Volume(image.array, motion_ras @ image.affine, image.name, image.notes)


def followed(
    mask: Volume,
    possible: Sequence[str],
    reference_role: str,
    channels: Mapping[str, Volume],
    motions: Mapping[str, np.ndarray],
) -> tuple[Volume, str]:
    """Return a mask where the scan that it was drawn on has been moved to, and that scan's role.

    Notes of the mask say what was done and what was assumed.

    Args:
        mask: where it was drawn.
        possible: roles of the scans that it may have been drawn on; none: it counts as drawn in the reference's space.
        reference_role: the scan that the others were registered to.
        channels: role to scan, before anything was moved.
        motions: role to the motion of every scan that was moved.
    """
    if reference_role in possible:
        return mask, reference_role
    if not possible:
        far = {role: _moved_mm(channels[role], motions[role]) for role in motions}
        told = [f"{role} by {mm:.0f} mm" for role, mm in far.items() if mm >= TOLD_MM]
        note = (
            f"its grid is that of no scan, so it was taken to lie in the space of {reference_role}, to which other "
            f"scans were moved ({', '.join(told)}); say which scan it was drawn on if that is wrong"
        )
        return mask.noting(note) if told else mask, reference_role
    on = next((role for role in possible if role not in motions), "")
    on = on or next((role for role in _LIKELIEST if role in possible), possible[0])
    there = moved(mask, motions[on]) if on in motions else mask
    far_mm = _moved_mm(channels[on], motions[on]) if on in motions else 0.0
    if far_mm >= TOLD_MM:
        there = there.noting(f"it was drawn on {on} and moved with it, by {far_mm:.0f} mm")
    scan = moved(channels[on], motions[on]) if on in motions else channels[on]
    apart = [role for role in possible if _apart_mm(channels[on], scan, motions.get(role)) >= TOLD_MM]
    if apart:
        there = there.noting(
            f"{', '.join(possible)} have its grid and were moved differently; it was taken to be drawn on {on}: say "
            "which scan it was drawn on if that is wrong"
        )
    return there, on


def _moved_mm(scan: Volume, motion_ras: np.ndarray) -> float:
    return displacement_mm(scan, moved(scan, motion_ras))


def _apart_mm(before: Volume, after: Volume, other: np.ndarray | None) -> float:
    """Return how far apart two motions of one scan end, in millimeters on average."""
    return displacement_mm(before if other is None else moved(before, other), after)


def _match(mask: Volume, scan: Volume) -> str:
    """Return whether a mask has the "whole" grid of a scan, a "part" of it, or another one ("")."""
    to_scan = np.linalg.inv(scan.affine) @ mask.affine
    steps = np.rint(to_scan)
    axes = np.abs(steps[:3, :3])
    if not ((axes.sum(axis=0) == 1).all() and (axes.sum(axis=1) == 1).all()):
        return ""
    corners = np.array([[i, j, k, 1] for i in (0, 1) for j in (0, 1) for k in (0, 1)]) * [*(np.array(mask.size) - 1), 1]
    found = corners @ steps.T
    off = (corners @ to_scan.T - found)[:, :3] @ scan.affine[:3, :3].T
    if np.linalg.norm(off, axis=1).max() > _SAME_MM:
        return ""
    low, high = found[:, :3].min(axis=0), found[:, :3].max(axis=0)
    return "whole" if (low == 0).all() and (high == np.array(scan.size) - 1).all() else "part"
