"""One patient, prepared for training: the arrays a prediction would use, and the expert's tumor mask."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import fields

import numpy as np

from RadioGenomicsLib.imaging.brain import extract_brain
from RadioGenomicsLib.imaging.drawn_on import followed
from RadioGenomicsLib.imaging.drawn_on import scans_drawn_on
from RadioGenomicsLib.imaging.mask_loss import notes_on_place
from RadioGenomicsLib.imaging.volume import Volume
from RadioGenomicsLib.model.preprocessing import Preprocessing
from RadioGenomicsLib.model.study import mask_on_grid
from RadioGenomicsLib.model.study import prepare
from RadioGenomicsLib.model.study import reference_role

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class PreparedPatient:
    """A patient on the network's grid.

    Attributes:
        channels: ``[channel, slice, row, column]`` normalized intensities, float16; an absent channel is all zero.
        present: ``[channel]`` whether the scan has that channel.
        brain, tumor: ``[slice, row, column]`` masks, bool.
        affine: 4 x 4 from the grid's ``(i, j, k)`` to RAS millimeters.
    """

    channels: np.ndarray
    present: np.ndarray
    brain: np.ndarray
    tumor: np.ndarray
    affine: np.ndarray

    def digest(self) -> str:
        """Return the SHA-256 of all arrays."""
        digest = hashlib.sha256()
        for field in fields(self):
            array = np.ascontiguousarray(getattr(self, field.name))
            digest.update(f"{field.name}{array.dtype}{array.shape}".encode())
            digest.update(array.tobytes())
        return digest.hexdigest()


def prepare_patient(
    channels: Mapping[str, Volume], tumor: Volume, settings: Preprocessing, drawn_on: str = ""
) -> PreparedPatient:
    """Take a patient through the very steps of a prediction, up to the network's door.

    Args:
        channels: role to scan.
        tumor: the expert's mask.
        settings: the preprocessing of the bundle to be made.
        drawn_on: role of the scan that the mask was drawn on; by the mask's grid where empty.

    Raises:
        RadioGenomicsError: the patient cannot be used; the message says why.
    """
    reference = reference_role(channels, settings)
    brain = extract_brain(channels[reference])
    possible = [drawn_on] if drawn_on in channels else scans_drawn_on(tumor, channels)
    study = prepare(channels, settings, brain, follow=possible)
    placed, _ = followed(tumor, possible, reference, channels, study.motions)
    for note in (*placed.notes, *notes_on_place(tumor, placed, study.reference, channels)):
        log.warning("the tumor mask of a patient: %s", note)
    return PreparedPatient(
        channels=study.stacked().astype(np.float16),
        present=np.array([array is not None for array in study.channels.values()]),
        brain=study.brain.array > 0,
        tumor=mask_on_grid(placed, study),
        affine=np.array(study.grid.affine),
    )
