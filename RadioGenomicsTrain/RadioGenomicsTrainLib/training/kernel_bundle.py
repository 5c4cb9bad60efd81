"""The default gene head of a bundle: embedding of the tumor, kernel ridge regression, exact null."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from RadioGenomicsLib.model.bundle import kernel_head_tensors
from RadioGenomicsLib.model.deep_features import shipped_network
from RadioGenomicsLib.model.kernel_head import EmbeddingSpace
from RadioGenomicsLib.model.kernel_head import KernelHead
from RadioGenomicsLib.model.preprocessing import Preprocessing
from RadioGenomicsLib.model.tumor_embedding import DEEP_REGIONS
from RadioGenomicsLib.progress import Progress
from RadioGenomicsLib.progress import silent
from RadioGenomicsLib.progress import within
from RadioGenomicsTrainLib.cohort.clinical import ClinicalTraits
from RadioGenomicsTrainLib.training.bundle_writing import FittedHead
from RadioGenomicsTrainLib.training.bundle_writing import gene_index
from RadioGenomicsTrainLib.training.gene_targets import GeneBlock
from RadioGenomicsTrainLib.training.gene_validation import HeadSettings
from RadioGenomicsTrainLib.training.gene_validation import score_other_outlines
from RadioGenomicsTrainLib.training.gene_validation import validate_block
from RadioGenomicsTrainLib.training.prepared import PreparedPatient
from RadioGenomicsTrainLib.training.programme_head import fit_programme_head
from RadioGenomicsTrainLib.training.subtype_validation import subtype_areas
from RadioGenomicsTrainLib.training.tumor_embedding import embed_cohort

_NULL = "the exact null of the out-of-fold matrix"
_JOINT_NULL = "permutations of the patients with all that the head is fitted to"


def fit_kernel_head(
    patients: Sequence[PreparedPatient],
    probabilities: Sequence[np.ndarray] | None,
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
        probabilities: of tumor ``[slice, row, column]``, each patient's from the encoder that held them out; None
            where those encoders are not there, and the head is validated on the experts' outlines alone.
        traits: of each, for the subtypes.
        blocks: genes.
        folds: the split of those encoders.
        preprocessing: of the bundle.
        settings: of the head.
        progress: told now and then.
    """
    embedding = embed_cohort(patients, preprocessing, probabilities, within(progress, 0.0, 0.3))
    values, groups = embedding.values, embedding.groups
    validations = [
        validate_block(block, values, settings, within(progress, 0.3 + 0.6 * i / len(blocks), 0.9), groups=groups)
        for i, block in enumerate(blocks)
    ]
    told = any(block.fitted_to is not block.z for block in blocks)
    taught = told or any(block.programmes is not None for block in blocks)
    fitted = [_fit(block, values[block.rows], settings.ridge, groups) for block in blocks]
    tensors = {f"frozen.{name}": tensor.numpy() for name, tensor in shipped_network().state_dict().items()}
    for index, (head, _) in enumerate(fitted):
        tensors |= kernel_head_tensors(head, index)
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
        card={
            "kind": "kernel",
            "ridge": settings.ridge,
            "subtype_weight": settings.subtype_weight if told else 0.0,
            "programme_ridges": [ridges for _, ridges in fitted],
            "descriptors": {group: list(names) for group, names in embedding.layout.items()},
            "deep_features": {"network": "efficientnet-lite0-stride16", "regions": list(DEEP_REGIONS)},
        },
        tensors=tensors,
        space=EmbeddingSpace.fit(values, groups),
        genes=gene_index(
            blocks,
            cv_r=np.concatenate([v.head.max_t.r for v in validations]),
            cv_p=np.concatenate([v.head.p for v in validations]),
            cv_p_adjusted=np.concatenate([v.head.max_t.p_adjusted for v in validations]),
            half_width=np.concatenate([v.scores.half_width for v in validations]),
        ),
        scheme=f"{settings.repeats} x {settings.folds}-fold by patient, predictions averaged; one-sided p from "
        f"{_JOINT_NULL if taught else _NULL}, adjusted within each matrix by step-down max-T over "
        f"{settings.permutations:,} permutations of the patients",
        validation={
            "genes": figures,
            "genes_from_proposed_outlines": [
                score_other_outlines(block, values, embedding.proposed, folds, settings.ridge, groups)
                for block in blocks
                if embedding.proposed is not None
            ],
            "subtypes": subtype_areas(traits, values, settings, groups),
        },
    )


def _fit(
    block: GeneBlock, embedding: np.ndarray, ridge: float, groups: tuple[int, ...]
) -> tuple[KernelHead, list[float]]:
    """Return the head of a block, and the ridge of each programme; none where it predicts the genes themselves."""
    if block.programmes is None:
        return KernelHead.fit(embedding, block.fitted_to, ridge, groups), []
    return fit_programme_head(embedding, block.fitted_to, block.programmes, groups)
