"""The embedding of the default gene head: what the bundle is fitted on and what the ladder validates, in one place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from RadioGenomicsLib.errors import RegionError
from RadioGenomicsLib.model.deep_features import shipped_network
from RadioGenomicsLib.model.efficientnet_lite import EfficientNetLite
from RadioGenomicsLib.model.preprocessing import Preprocessing
from RadioGenomicsLib.model.tumor_embedding import TumorEmbedding
from RadioGenomicsLib.model.tumor_embedding import TumorView
from RadioGenomicsLib.model.tumor_proposal import outline_tumor
from RadioGenomicsLib.progress import Progress
from RadioGenomicsLib.progress import silent
from RadioGenomicsTrainLib.training.prepared import PreparedPatient


@dataclass(frozen=True, eq=False)
class CohortEmbedding:
    """The tumors of a cohort in numbers.

    Attributes:
        layout: names of the descriptors by group.
        group_names: of all groups of columns, those of descriptors first.
        groups: number of columns of each.
        values: ``[n, d]`` of the experts' outlines; NaN where a channel is absent.
        proposed: ``[n, d]`` of the network's own outlines; None where none were asked for.
    """

    layout: dict[str, tuple[str, ...]]
    group_names: tuple[str, ...]
    groups: tuple[int, ...]
    values: np.ndarray
    proposed: np.ndarray | None

    @property
    def descriptor_names(self) -> list[str]:
        """Names of the descriptors, in the order of their columns."""
        return [name for names in self.layout.values() for name in names]

    @property
    def descriptors(self) -> np.ndarray:
        """The columns of the descriptors ``[n, descriptors]``."""
        return self.values[:, : len(self.descriptor_names)]

    @property
    def deep(self) -> np.ndarray:
        """The columns of the frozen network's features ``[n, d - descriptors]``."""
        return self.values[:, len(self.descriptor_names) :]

    @property
    def deep_groups(self) -> tuple[int, ...]:
        """Number of columns of each of their groups."""
        return self.groups[len(self.layout) :]


def embed_cohort(
    patients: Sequence[PreparedPatient],
    settings: Preprocessing,
    probabilities: Sequence[np.ndarray] | None = None,
    progress: Progress = silent,
) -> CohortEmbedding:
    """Put the tumors of a cohort in numbers, as a prediction would.

    Args:
        patients: of the cohort.
        settings: of the bundle.
        probabilities: of tumor ``[slice, row, column]``, each patient's from an encoder that did not see them; None
            for no outlines but the experts'.
        progress: told of every patient.
    """
    network = shipped_network()
    outlined, proposed = [], []
    for index, patient in enumerate(patients):
        view = view_patient(patient, settings, network)
        outlined.append(view.embed(patient.tumor))
        if probabilities is not None:
            proposed.append(_embed_proposal(view, patient, probabilities[index]))
        progress((index + 1) / len(patients), f"described {index + 1} of {len(patients)} tumors")
    layout = outlined[0].layout
    return CohortEmbedding(
        layout=layout,
        group_names=(*layout, *outlined[0].deep),
        groups=outlined[0].groups,
        values=np.stack([one.vector(layout) for one in outlined]),
        proposed=np.stack([one.vector(layout) for one in proposed]) if proposed else None,
    )


def view_patient(patient: PreparedPatient, settings: Preprocessing, network: EfficientNetLite) -> TumorView:
    """Return a patient as the default head sees them, whichever outline the tumor is given."""
    spacing = np.linalg.norm(patient.affine[:3, :3], axis=0)
    channels = {
        role: patient.channels[index].astype(np.float32) if patient.present[index] else None
        for index, role in enumerate(settings.channels)
    }
    return TumorView(channels, patient.brain, float(spacing[2] / spacing[0]), network)


def _embed_proposal(view: TumorView, patient: PreparedPatient, probability: np.ndarray) -> TumorEmbedding:
    """Embed the network's own outline; the expert's where it gives none that a prediction takes."""
    proposed = outline_tumor(np.where(patient.brain, probability, np.float32(0)))
    try:
        return view.embed(proposed if proposed.any() else patient.tumor)
    except RegionError:
        return view.embed(patient.tumor)
