"""A study on the network's grid: what the encoder and the descriptors look at."""

from __future__ import annotations

from collections.abc import Collection
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from RadioGenomicsLib.errors import ChannelError
from RadioGenomicsLib.errors import RegionError
from RadioGenomicsLib.imaging.drawn_on import followed
from RadioGenomicsLib.imaging.drawn_on import motion
from RadioGenomicsLib.imaging.drawn_on import scans_drawn_on
from RadioGenomicsLib.imaging.grid import canonical
from RadioGenomicsLib.imaging.grid import resample
from RadioGenomicsLib.imaging.normalize import normalize
from RadioGenomicsLib.imaging.registration import displacement_mm
from RadioGenomicsLib.imaging.registration import register_all
from RadioGenomicsLib.imaging.study import align
from RadioGenomicsLib.imaging.volume import Volume
from RadioGenomicsLib.model.preprocessing import Preprocessing
from RadioGenomicsLib.model.preprocessing import brain_grid


@dataclass(frozen=True)
class Study:
    """One patient's scan, ready for the network.

    Attributes:
        channels: role to normalized intensities ``[slice, row, column]`` on ``grid``; None for an absent channel.
        brain: brain mask on ``grid``.
        grid: the network's grid.
        reference: the scan whose grid results return to.
        placed: every scan that the model reads, moved to fit the reference; voxels as they were.
        moved_mm: how far each of them was moved.
        motions: role to the rigid motion (4 x 4, RAS mm) of every scan that was registered; a region that was drawn on
            one of them has to follow it.
        outline: the brain mask on the grid it was given on, where the scan that it was drawn on has been moved to.
        outline_on: that scan's role.
        unread: roles that were given and that the model does not read; they are not brought to fit, which takes long.
        settings: the preprocessing that was applied.
    """

    channels: Mapping[str, np.ndarray | None]
    brain: Volume
    grid: Volume
    reference: Volume
    placed: Mapping[str, Volume]
    moved_mm: Mapping[str, float]
    motions: Mapping[str, np.ndarray]
    outline: Volume
    outline_on: str
    unread: tuple[str, ...]
    settings: Preprocessing

    @property
    def slice_per_pixel(self) -> float:
        """Slice spacing over pixel size of the grid."""
        return self.grid.spacing[2] / self.grid.spacing[0]

    def stacked(self) -> np.ndarray:
        """Return ``[channel, slice, row, column]`` in the model's order, absent channels as zeros."""
        empty = np.zeros(self.grid.array.shape, np.float32)
        return np.stack([empty if channel is None else channel for channel in self.channels.values()])


def reference_role(roles: Mapping[str, object], settings: Preprocessing) -> str:
    """Return the role whose slices and grid count for the whole study.

    Raises:
        ChannelError: a channel that the model needs is missing.
    """
    missing = [role for role in settings.required if role not in roles]
    if missing:
        raise ChannelError(
            ", ".join(missing),
            "the model needs this channel and the study has none",
            f"Give it by its role, e.g. {missing[0]}=scan.nii.gz; the model reads {', '.join(settings.channels)}.",
        )
    return settings.required[0]


def prepare(
    channels: Mapping[str, Volume],
    settings: Preprocessing,
    brain: Volume,
    *,
    brain_on: str = "",
    follow: Collection[str] = (),
) -> Study:
    """Bring a study to the network's grid: undo movement between channels, crop to the brain, resample, normalize.

    Args:
        channels: role to scan, each on its own grid; roles that the model does not read are left out.
        settings: the bundle's preprocessing.
        brain: mask on any grid, nonzero inside.
        brain_on: role of the scan that the brain was drawn on; by the mask's grid where not given.
        follow: roles to register even if the model does not read them, for a region was drawn on them.

    Raises:
        ChannelError: a needed channel is missing.
        GeometryError: the channels do not lie at the same place.
        RegionError: the brain mask is empty or does not cover the scan.
    """
    fixed = reference_role(channels, settings)
    reference = channels[fixed]
    read = {role: scan for role, scan in channels.items() if role in settings.channels}
    upright = canonical(reference)
    possible = [brain_on] if brain_on else scans_drawn_on(brain, channels)
    outline = brain
    if possible and fixed not in possible:
        # Where the brain lies in the reference is known once its own scan is registered, the first time without it.
        everything = reference.with_array(np.ones(reference.array.shape, np.uint8))
        first = register_all({role: channels[role] for role in possible}, reference, everything)
        outline, _ = followed(brain, possible, fixed, channels, _motions(channels, first))
    mask = _touching(outline, upright)
    placed = register_all(read | {role: channels[role] for role in (*follow, *possible)}, reference, mask)
    motions = _motions(channels, placed)
    outline, outline_on = followed(brain, possible, fixed, channels, motions)
    if outline is not brain:
        mask = _touching(outline, upright)
    grid = brain_grid(mask, settings)
    inside = resample(mask, grid, nearest=True)
    placed = {role: placed[role] for role in read}
    on_grid = {
        role: normalize(volume, inside, clip=settings.clip).array for role, volume in align(placed, grid).items()
    }
    return Study(
        channels={role: on_grid.get(role) for role in settings.channels},
        brain=inside,
        grid=grid,
        reference=reference,
        placed=placed,
        moved_mm={role: displacement_mm(channels[role], volume) for role, volume in placed.items()},
        motions=motions,
        outline=outline,
        outline_on=outline_on,
        unread=tuple(role for role in channels if role not in read),
        settings=settings,
    )


def _motions(channels: Mapping[str, Volume], placed: Mapping[str, Volume]) -> dict[str, np.ndarray]:
    """Return the motion of every scan that was moved."""
    return {role: motion(channels[role], scan) for role, scan in placed.items() if scan is not channels[role]}


def _touching(brain: Volume, scan: Volume) -> Volume:
    """Return the brain mask on the grid of a scan.

    Raises:
        RegionError: nothing of it lies there.
    """
    mask = resample(brain, scan, nearest=True)
    if not mask.array.any():
        raise RegionError(brain.name or "brain", "the mask does not touch the scan", "Check that it is of this study.")
    return mask


def mask_on_grid(mask: Volume, study: Study) -> np.ndarray:
    """Return a mask as bool ``[slice, row, column]`` on the network's grid, inside the brain.

    Raises:
        RegionError: nothing of it lies inside the brain.
    """
    share = resample(mask.with_array((mask.array > 0).astype(np.float32)), study.grid)
    inside = (share.array > 0.5) & (study.brain.array > 0)
    if not inside.any():
        raise RegionError(mask.name or "tumor", "no part of it lies inside the brain", "Outline the tumor again.")
    return inside
