"""Put the tumors of a cohort in numbers once, and find them again by the patients and the code that made them."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np

import RadioGenomicsLib
from RadioGenomicsLib.model.preprocessing import Preprocessing
from RadioGenomicsLib.progress import Progress
from RadioGenomicsLib.progress import silent
from RadioGenomicsLib.resources import resource_path
from RadioGenomicsTrainLib.training.prepared import PreparedPatient
from RadioGenomicsTrainLib.training.tumor_embedding import CohortEmbedding
from RadioGenomicsTrainLib.training.tumor_embedding import embed_cohort
from RadioGenomicsTrainLib.validation.array_cache import cached

# What a tumor passes through: a changed line in it makes other numbers, for all that anybody knows.
_PASSED_THROUGH = (
    "imaging/descriptors/*.py",
    "model/tumor_embedding.py",
    "model/deep_features.py",
    "model/efficientnet_lite.py",
    "model/batches.py",
)


def embed_once(
    patients: Sequence[PreparedPatient], settings: Preprocessing, cache: Path, progress: Progress = silent
) -> CohortEmbedding:
    """Return the experts' outlines in numbers, as :func:`.tumor_embedding.embed_cohort` does.

    Args:
        patients: of the cohort.
        settings: of the bundle.
        cache: folder of earlier results.
        progress: told of every patient.
    """

    def make() -> dict[str, np.ndarray]:
        made = embed_cohort(patients, settings, progress=progress)
        described = [[group, name] for group, names in made.layout.items() for name in names]
        return {
            "values": made.values,
            "groups": np.array(made.groups),
            "group_names": np.array(made.group_names),
            "described": np.array(described),
        }

    digests = [patient.digest() for patient in patients]
    kept = cached(cache, "embedding", [_code(), settings.to_json(), digests], make)
    layout: dict[str, tuple[str, ...]] = {}
    for group, name in kept["described"].tolist():
        layout[group] = (*layout.get(group, ()), name)
    groups = tuple(kept["groups"].tolist())
    return CohortEmbedding(layout, tuple(kept["group_names"].tolist()), groups, kept["values"], None)


def _code() -> list[str]:
    """Return digests of the source and the weights that put a tumor in numbers."""
    package = Path(RadioGenomicsLib.__file__).parent
    source = [file for pattern in _PASSED_THROUGH for file in sorted(package.glob(pattern))]
    weights = sorted(resource_path("Encoders").glob("*.safetensors"))
    return [hashlib.sha256(file.read_bytes()).hexdigest() for file in [*source, *weights]]
