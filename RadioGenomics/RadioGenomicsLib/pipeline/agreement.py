"""Whether the scans of a study can be of one patient."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from RadioGenomicsLib.model.study import Study

_BINS = 32
# Far enough that folds of the cortex no longer meet, near enough that the brain as a whole still does.
_SHIFT_MM = 6.5
# Measured on TCGA-LGG: 162 scans of the FLAIR's own patient had 1.23 and more (median 2.5), while of 26 scans of
# another patient, registered to it, 19 had less than this.
_LEAST_SHARPNESS = 1.22


def doubtful_channels(study: Study, reference_role: str) -> list[str]:
    """Return the roles of the scans that may be of another patient than the reference scan, or are not aligned to it.

    A scan of another patient fits as a brain does, and hardly worse when it is shifted a little; one of the same
    patient fits in every fold, and much worse when it is shifted.

    Args:
        study: the channels after registration, on one grid.
        reference_role: what the others are compared with, inside the brain.
    """
    others = {
        role: channel for role, channel in study.channels.items() if role != reference_role and channel is not None
    }
    return [role for role, channel in others.items() if sharpness(study, channel, reference_role) < _LEAST_SHARPNESS]


def sharpness(study: Study, channel: np.ndarray, reference_role: str) -> float:
    """Return how much more a channel tells of the reference where it lies than shifted to the four sides."""
    reference, inside = study.channels[reference_role], study.brain.array > 0
    assert reference is not None  # or it would not be the reference
    step = round(_SHIFT_MM / study.grid.spacing[0])
    shifted = [np.roll(channel, n, axis) for axis in (1, 2) for n in (step, -step)]
    there = _mutual_information(channel[inside], reference[inside])
    beside = np.mean([_mutual_information(away[inside], reference[inside]) for away in shifted])
    return float(there / beside) if beside > 0 else 0.0


def _mutual_information(one: np.ndarray, other: np.ndarray) -> float:
    """Return the mutual information of paired intensities in nats; equally filled bins leave the scale out of it."""
    counts, _, _ = np.histogram2d(_ranked(one), _ranked(other), bins=_BINS, range=[[-0.5, _BINS - 0.5]] * 2)
    together = counts / counts.sum()
    apart = np.outer(together.sum(axis=1), together.sum(axis=0))
    there = together > 0
    return float((together[there] * np.log(together[there] / apart[there])).sum())


def _ranked(values: np.ndarray) -> np.ndarray:
    return np.digitize(values, np.quantile(values, np.linspace(0, 1, _BINS + 1)[1:-1]))
