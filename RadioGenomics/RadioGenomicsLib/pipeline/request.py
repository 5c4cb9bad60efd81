"""What can be asked of the pipeline, free of nodes: scans, regions and choices."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from RadioGenomicsLib.errors import InputError
from RadioGenomicsLib.imaging.volume import Volume

_LONGEST_PSEUDONYM = 100


@dataclass(frozen=True, eq=False)
class Box:
    """A box that may be turned.

    Attributes:
        center: its middle, RAS mm.
        half_axes: 3 x 3, row n runs from the middle to the face along the box's n-th axis, RAS mm.
    """

    center: np.ndarray
    half_axes: np.ndarray


@dataclass(frozen=True, eq=False)
class PredictionRequest:
    """Ask for the expression of a tumor.

    Attributes:
        channels: role ("T1", "T1c", "T2", "FLAIR", "CT") to scan, in world RAS. A scan is named after its role, never
            after a node or file: those often hold a patient's name, and this name gets into warnings and reports. The
            name of a made-up scan starts with "synthetic".
        model: a bundle's id or folder.
        brain: "auto", "none", a method's name, or a mask on any grid.
        tumor: a mask on any grid; points inside the tumor ``[n, 3]`` in RAS mm; a box around it; None lets the
            network propose it.
        panel: id of the marker panel that the attribution map explains.
        device: "auto", "cpu", "cuda" or "mps".
        study: what provenance and report call the study; no name of a patient.
        brain_on, tumor_on: role of the scan that the brain mask and the tumor (mask, points, box) were drawn on, so
            that they follow it where it is moved to fit the reference; where empty, a mask belongs to the scan whose
            grid it has, and points and a box to the reference.
    """

    channels: Mapping[str, Volume]
    model: str = "tcga-lgg"
    brain: str | Volume = "auto"
    tumor: Volume | np.ndarray | Box | None = None
    panel: str = "glioma"
    device: str = "auto"
    study: str = ""
    brain_on: str = ""
    tumor_on: str = ""


@dataclass(frozen=True, eq=False)
class TumorRequest:
    """Ask for the outline of a tumor only; attributes as in :class:`PredictionRequest`."""

    channels: Mapping[str, Volume]
    model: str = "tcga-lgg"
    brain: str | Volume = "auto"
    tumor: np.ndarray | Box | None = None
    device: str = "auto"
    brain_on: str = ""
    tumor_on: str = ""


@dataclass(frozen=True, eq=False)
class BrainRequest:
    """Ask for the brain in one MR scan.

    Attributes:
        scan: the scan, named after its role.
        method: "auto" or a method's name.
        device: "auto", "cpu" or "cuda".
    """

    scan: Volume
    method: str = "auto"
    device: str = "auto"


Request = PredictionRequest | TumorRequest | BrainRequest


def check_pseudonym(text: str) -> str:
    """Return what a report may call a patient.

    Raises:
        InputError: it is too long for a heading, or holds what cannot be printed.
    """
    if len(text) > _LONGEST_PSEUDONYM or not text.isprintable():
        reason = f"it cannot stand in a report as a pseudonym ({len(text)} characters)"
        raise InputError(repr(text[:40]), reason, f"Use up to {_LONGEST_PSEUDONYM} printable characters.")
    return text
