"""The default gene head of a bundle: descriptors of the tumor, kernel ridge regression, exact null."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from RadioGenomicsLib.model.bundle import kernel_head_tensors
from RadioGenomicsLib.model.gene_models import ordered
from RadioGenomicsLib.model.kernel_head import KernelHead
from RadioGenomicsLib.model.preprocessing import Preprocessing
from RadioGenomicsLib.progress import Progress
from RadioGenomicsLib.progress import silent
from RadioGenomicsLib.progress import within
from RadioGenomicsTrainLib.cohort.clinical import ClinicalTraits
from RadioGenomicsTrainLib.training.bundle_writing import FittedHead
from RadioGenomicsTrainLib.training.bundle_writing import gene_index
from RadioGenomicsTrainLib.training.encoder_validation import UnseenPatient
from RadioGenomicsTrainLib.training.encoder_validation import describe_patient
from RadioGenomicsTrainLib.training.encoder_validation import describe_proposal
from RadioGenomicsTrainLib.training.gene_targets import GeneBlock
from RadioGenomicsTrainLib.training.gene_validation import HeadSettings
from RadioGenomicsTrainLib.training.gene_validation import score_other_outlines
from RadioGenomicsTrainLib.training.gene_validation import validate_block
from RadioGenomicsTrainLib.training.prepared import PreparedPatient
from RadioGenomicsTrainLib.training.subtype_validation import subtype_areas


def fit_kernel_head(
    patients: Sequence[PreparedPatient],
    unseen: Sequence[UnseenPatient],
    traits: Sequence[ClinicalTraits],
    blocks: Sequence[GeneBlock],
    folds: Sequence[np.ndarray],
    preprocessing: Preprocessing,
    settings: HeadSettings,
    progress: Progress = silent,
) -> FittedHead:
    """Describe the tumors, validate the head, and fit it on everybody.

    Args:
        patients: of the cohort.
        unseen: each through the encoder that held them out.
        traits: of each, for the subtypes.
        blocks: genes.
        folds: the split of those encoders.
        preprocessing: of the bundle.
        settings: of the head.
        progress: told now and then.
    """
    progress(0.0, "describing the tumors")
    described = [describe_patient(patient, preprocessing, patient.tumor) for patient in patients]
    names = list(described[0])
    embedding = np.stack([ordered(values, names) for values in described])
    outlined = [describe_proposal(p, preprocessing, found) for p, found in zip(patients, unseen, strict=True)]
    proposed = np.stack([ordered(values, names) for values in outlined])
    validations = [
        validate_block(block, embedding, settings, within(progress, 0.3 + 0.6 * i / len(blocks), 0.9))
        for i, block in enumerate(blocks)
    ]
    tensors: dict[str, np.ndarray] = {}
    for index, block in enumerate(blocks):
        tensors |= kernel_head_tensors(KernelHead.fit(embedding[block.rows], block.z, settings.ridge), index)
    figures = [
        {
            "unit": block.unit,
            **{k: round(v, 4) if isinstance(v, float) else v for k, v in validation.head.summary.as_row().items()},
            "interval_coverage": round(float(np.nanmean(validation.scores.coverage)), 4),
            "calibration_slope": round(float(np.nanmedian(validation.scores.slope)), 4),
        }
        for block, validation in zip(blocks, validations, strict=True)
    ]
    return FittedHead(
        card={"kind": "kernel", "ridge": settings.ridge, "descriptors": names},
        tensors=tensors,
        embedding=embedding,
        genes=gene_index(
            blocks,
            cv_r=np.concatenate([v.head.max_t.r for v in validations]),
            cv_p=np.concatenate([v.head.p for v in validations]),
            cv_p_adjusted=np.concatenate([v.head.max_t.p_adjusted for v in validations]),
            half_width=np.concatenate([v.scores.half_width for v in validations]),
        ),
        scheme=f"{settings.repeats} x {settings.folds}-fold by patient, predictions averaged; one-sided p from the "
        "exact null of the out-of-fold matrix, adjusted within each matrix by step-down max-T over "
        f"{settings.permutations:,} permutations of the patients",
        validation={
            "genes": figures,
            "genes_from_proposed_outlines": [
                score_other_outlines(block, embedding, proposed, folds, settings.ridge) for block in blocks
            ],
            "subtypes": subtype_areas(traits, embedding, settings),
        },
    )
