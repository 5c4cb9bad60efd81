"""What the pipeline finds, free of nodes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from RadioGenomicsLib.imaging.volume import Volume
from RadioGenomicsLib.report.facts import is_synthetic

if TYPE_CHECKING:
    from RadioGenomicsLib.genes.panels import Panel
    from RadioGenomicsLib.model.prediction import Prediction


@dataclass(frozen=True, eq=False)
class Result:
    """Answer to a :class:`~RadioGenomicsLib.pipeline.request.PredictionRequest`.

    Attributes:
        prediction: the predictor's answer.
        panel: the marker panel that the attribution map explains.
        channels: the scans by role, in world RAS, moved to fit the reference.
        reference_role: the scan whose grid the masks and the attribution map are on.
        brain: brain mask on that grid; None where there is none (CT).
        tumor: tumor mask on that grid.
    """

    prediction: Prediction
    panel: Panel
    channels: Mapping[str, Volume]
    reference_role: str
    brain: Volume | None
    tumor: Volume

    @property
    def reference(self) -> Volume:
        """The scan whose grid the masks are on."""
        return self.channels[self.reference_role]

    @property
    def origin(self) -> str:
        """Start of every name where the scans were made up; empty for a patient's."""
        return "synthetic " if is_synthetic(self.prediction) else ""


@dataclass(frozen=True, eq=False)
class Region:
    """Answer to a :class:`~RadioGenomicsLib.pipeline.request.TumorRequest` or ``BrainRequest``.

    Attributes:
        kind: "brain" or "tumor".
        mask: uint8, on the grid of one of the scans that were given.
        role: that scan's role; empty where only one scan was given.
        found_by: how it was found, in words: "deepbet", "network outline".
    """

    kind: str
    mask: Volume
    role: str
    found_by: str
