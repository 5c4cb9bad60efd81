"""Brain and tumor as they were given, brought to where registration has moved the scans that they were drawn on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from RadioGenomicsLib.errors import ChannelError
from RadioGenomicsLib.imaging.drawn_on import TOLD_MM
from RadioGenomicsLib.imaging.drawn_on import followed
from RadioGenomicsLib.imaging.drawn_on import scans_drawn_on
from RadioGenomicsLib.imaging.mask_loss import TOLD_SHARE
from RadioGenomicsLib.imaging.mask_loss import notes_on_place
from RadioGenomicsLib.imaging.volume import Volume
from RadioGenomicsLib.pipeline.request import Box
from RadioGenomicsLib.pipeline.request import PredictionRequest
from RadioGenomicsLib.pipeline.request import TumorRequest

if TYPE_CHECKING:
    from RadioGenomicsLib.model.study import Study


def check_drawn_on(request: PredictionRequest | TumorRequest) -> None:
    """Refuse a region that was drawn on a scan which is not given.

    Raises:
        ChannelError: so it is.
    """
    for role in (request.brain_on, request.tumor_on):
        if role and role not in request.channels:
            mend = f"Choose one of {', '.join(request.channels)}, or give that scan, too."
            raise ChannelError(role, "a region is said to be drawn on it, but there is no such scan", mend)


def scans_to_follow(request: PredictionRequest | TumorRequest) -> list[str]:
    """Return the roles of the scans that the tumor may have been drawn on, so that their motion has to be known."""
    if request.tumor is None or request.tumor_on:
        return [request.tumor_on] if request.tumor_on else []
    return scans_drawn_on(request.tumor, request.channels) if isinstance(request.tumor, Volume) else []


def tumor_in_place(
    request: PredictionRequest | TumorRequest, study: Study, reference_role: str
) -> tuple[Volume | np.ndarray | Box | None, str, list[str]]:
    """Return the tumor where the scan that it was drawn on was moved to, that scan's role, and notes for the user.

    Args:
        request: what was asked; without a tumor there is nothing to do.
        study: the prepared scans.
        reference_role: the scan that did not move.

    Raises:
        RegionError: a mask lies outside the reference scan for the most part.
    """
    tumor = request.tumor
    if tumor is None:
        return None, "", []
    if isinstance(tumor, Volume):
        mask, role = followed(tumor, scans_to_follow(request), reference_role, request.channels, study.motions)
        return mask, role, [*mask.notes, *notes_on_place(tumor, mask, study.reference, request.channels)]
    role = request.tumor_on or reference_role
    told = [f"{other} by {mm:.0f} mm" for other, mm in study.moved_mm.items() if mm >= TOLD_MM]
    if role in study.motions:
        return _moved_mark(tumor, study.motions[role]), role, [f"it was placed on {role} and moved with it"]
    if told and not request.tumor_on:
        note = (
            f"it was taken to be placed on {role}, to which other scans were moved ({', '.join(told)}); say which scan "
            "it was placed on if that is wrong"
        )
        return tumor, role, [note]
    return tumor, role, []


def notes_on_brain(tumor: Volume, brain: Volume | None) -> list[str]:
    """Return what the user has to know where a tumor mask reaches out of the brain; both are on one grid."""
    if brain is None:
        return []
    lost = 1.0 - float((brain.array[tumor.array > 0] > 0).mean())
    return [f"{100 * lost:.0f} % of it lies outside the brain and was left out"] if lost > TOLD_SHARE else []


def _moved_mark(mark: np.ndarray | Box, motion: np.ndarray) -> np.ndarray | Box:
    turn, shift = motion[:3, :3], motion[:3, 3]
    if isinstance(mark, Box):
        return Box(center=turn @ mark.center + shift, half_axes=mark.half_axes @ turn.T)
    return mark @ turn.T + shift


def warnings_of(notes: Mapping[str, list[str]]) -> list[str]:
    """Return notes on scans and regions, by what they are about, as sentences."""
    return [f"{subject}: {note}." for subject, texts in notes.items() for note in texts]
