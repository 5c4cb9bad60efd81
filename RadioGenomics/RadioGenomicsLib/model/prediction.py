"""What a prediction says."""

from __future__ import annotations

from dataclasses import dataclass
from dataclasses import field
from typing import TYPE_CHECKING
from typing import Any

import numpy as np

from RadioGenomicsLib.imaging.volume import Volume

if TYPE_CHECKING:
    from RadioGenomicsLib.model.bundle import Bundle


@dataclass(frozen=True)
class Prediction:
    """Predicted mRNA levels of one tumor; gene arrays ``[G]`` are in the order of ``bundle.genes``.

    Attributes:
        bundle: the model.
        predicted_z: in standard deviations of the training patients.
        predicted_log2: in log2 units; NaN for genes that the model knows only as z-scores.
        interval_low, interval_high: 90 % interval of the z.
        percentile: share of the training patients with a lower measured level, 0 to 100.
        embedding: ``[d]`` what the head saw.
        distance: root mean square distance to the five nearest training patients, in standard deviations.
        distance_percentile: share of the training patients that are nearer to their neighbors, 0 to 100.
        far: whether the scan is unlike the training data.
        attribution: on the input's grid: what each part of the tumor adds to the panel's mean predicted z.
        tumor_ml: size of the tumor region in milliliters.
        warnings: for the user, in plain words.
        provenance: what the result was made with, as JSON types.
    """

    bundle: Bundle
    predicted_z: np.ndarray
    predicted_log2: np.ndarray
    interval_low: np.ndarray
    interval_high: np.ndarray
    percentile: np.ndarray
    embedding: np.ndarray
    distance: float
    distance_percentile: float
    far: bool
    attribution: Volume
    tumor_ml: float
    warnings: list[str] = field(default_factory=list)
    provenance: dict[str, Any] = field(default_factory=dict)
