"""What the trials of encoders share: the patients of TCGA-LGG, their expression and subtypes, and two halves."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from RadioGenomicsLib.progress import Progress
from RadioGenomicsTrainLib.doors.prepare import prepare
from RadioGenomicsTrainLib.doors.request import CohortRequest
from RadioGenomicsTrainLib.training.embedding_cache import embed_once
from RadioGenomicsTrainLib.training.prepared import PreparedPatient
from RadioGenomicsTrainLib.training.subtype_validation import GLIOMA
from RadioGenomicsTrainLib.training.tumor_embedding import CohortEmbedding
from RadioGenomicsTrainLib.training.validation_blocks import validation_blocks
from RadioGenomicsTrainLib.validation.folds import patient_folds


@dataclass(frozen=True, eq=False)
class Trial:
    """The cohort.

    Attributes:
        patients: n of them.
        z: ``[n, G]`` log2 RSEM, standardized; a row of NaN where it was not measured.
        classes: ``[n, 2]`` IDH wild type and 1p/19q codeletion, 0 or 1; NaN where unknown.
        halves: the patients held out by each of two encoders; subtypes are spread evenly.
        default: the embedding of the default head.
    """

    patients: list[PreparedPatient]
    z: np.ndarray
    classes: np.ndarray
    halves: list[np.ndarray]
    default: CohortEmbedding


def load_trial(work: Path, progress: Progress) -> Trial:
    """Prepare what is not in the work folder yet."""
    request = CohortRequest("tcga-lgg", work)
    settings, prepared = request.settings(), prepare(request, progress)
    names, patients = list(prepared.patients), list(prepared.patients.values())
    traits = {patient.id: patient.traits for patient in prepared.cohort.patients}
    subtypes = np.array([traits[name].subtype or "" for name in names])
    block = validation_blocks(prepared.cohort.description, names, {}, settings.splits).blocks[0]
    z = np.full((len(names), block.families[0].y.shape[1]), np.nan)
    z[block.rows] = block.families[0].y
    classes = np.stack([subtypes == case for case in GLIOMA.values()], axis=1).astype(float)
    classes[subtypes == ""] = np.nan
    halves = patient_folds(len(names), 2, settings.seed, stratify=subtypes.tolist())
    default = embed_once(patients, settings.preprocessing, work / "validation-cache", progress)
    return Trial(patients, z, classes, halves, default)
