"""Write what training and validation found as a bundle."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING
from typing import Any

import numpy as np
from RadioGenomicsLib import __version__
from RadioGenomicsLib.model.bundle import QUANTILES
from RadioGenomicsLib.model.bundle import Bundle
from RadioGenomicsLib.model.bundle import head_tensors
from RadioGenomicsLib.model.bundle import write_bundle
from RadioGenomicsLib.model.embedding import EmbeddingSettings
from RadioGenomicsLib.model.genes import GeneIndex
from RadioGenomicsLib.model.kernel_head import KernelHead

from RadioGenomicsTrainLib.cohort.description import CohortDescription
from RadioGenomicsTrainLib.training.gene_targets import GeneBlock
from RadioGenomicsTrainLib.training.gene_validation import BlockValidation

if TYPE_CHECKING:
    from RadioGenomicsLib.model.network import TransUNet

    from RadioGenomicsTrainLib.training.build import BuildSettings

_ALPHA = 0.05
# Kept in the card; the rest of the record stays with the run.
_SUMMARY = ("mean_dice", "median_dice", "patients", "folds")


def write_trained_bundle(
    output: Path,
    description: CohortDescription,
    settings: BuildSettings,
    encoder: TransUNet,
    layout: EmbeddingSettings,
    embedding: np.ndarray,
    blocks: Sequence[tuple[GeneBlock, BlockValidation]],
    record: dict[str, Any],
) -> Bundle:
    """Fit the heads on everybody and write the bundle.

    Args:
        output: folder, not there yet.
        description: of the cohort.
        settings: what was trained.
        encoder: trained on everybody.
        layout: of the embedding.
        embedding: ``[n, d]`` of all patients.
        blocks: genes and their validation.
        record: the whole validation.
    """
    weight = layout.column_weights()
    tensors = {f"encoder.{name}": tensor.numpy() for name, tensor in encoder.state_dict().items()}
    for index, (block, _) in enumerate(blocks):
        head = KernelHead.fit(embedding[block.rows], block.z, settings.head.ridge, weight)
        tensors |= head_tensors(head, index)
    quantiles = [np.percentile(block.z, QUANTILES, axis=0) for block, _ in blocks]
    tensors["quantiles"] = np.concatenate(quantiles, axis=1).astype(np.float32)
    card = _card(description, settings, layout, [block for block, _ in blocks], len(embedding), record)
    return write_bundle(output, card, gene_index(blocks), tensors)


def gene_index(blocks: Sequence[tuple[GeneBlock, BlockValidation]]) -> GeneIndex:
    """Return what a bundle says of every gene."""

    def joined(columns: list) -> np.ndarray:
        return np.concatenate([np.asarray(column) for column in columns])

    adjusted = joined([v.head.max_t.p_adjusted for _, v in blocks])
    return GeneIndex(
        symbol=joined([b.expression.symbols for b, _ in blocks]),
        ensembl_id=joined([b.expression.ensembl_ids for b, _ in blocks]),
        unit=joined([b.expression.units for b, _ in blocks]),
        mean=joined([b.mean for b, _ in blocks]),
        sd=joined([b.sd for b, _ in blocks]),
        cv_r=joined([v.head.max_t.r for _, v in blocks]),
        cv_p=joined([v.head.p for _, v in blocks]),
        cv_p_adjusted=adjusted,
        interval_half_width=joined([v.scores.half_width for _, v in blocks]),
        reliable=adjusted <= _ALPHA,
    )


def _card(
    description: CohortDescription,
    settings: BuildSettings,
    layout: EmbeddingSettings,
    blocks: Sequence[GeneBlock],
    patients: int,
    record: dict[str, Any],
) -> dict[str, Any]:
    return {
        "schema_version": 1,
        "id": description.id,
        "title": description.title,
        "cohort": description.id.upper(),
        "patients": patients,
        "preprocessing": settings.preprocessing.to_json(),
        "network": settings.network.to_json(),
        "embedding": layout.to_json(),
        "head": {"kind": "kernel", "ridge": settings.head.ridge},
        "matrices": [{"unit": b.unit, "patients": len(b.rows), "genes": len(b.mean)} for b in blocks],
        "training": {
            "software": f"RadioGenomics {__version__}",
            "encoder": settings.encoder.to_json(),
            "expression": "z: standard deviations from the training patients' mean, clipped at 3",
        },
        "validation": {
            "segmentation": {key: record["segmentation"][key] for key in _SUMMARY},
            **{key: record[key] for key in ("genes", "genes_from_proposed_outlines", "subtypes", "interval_coverage")},
            "scheme": f"{settings.head.repeats} x {settings.head.folds}-fold by patient, predictions averaged; "
            "one-sided p from the exact null of the out-of-fold matrix, adjusted by step-down max-T over "
            f"{settings.head.permutations} permutations of the patients",
        },
        "limitations": _limitations(description, blocks, patients),
        "license": description.licence,
        "citation": list(description.citation),
    }


def _limitations(description: CohortDescription, blocks: Sequence[GeneBlock], patients: int) -> list[str]:
    relative = sum(len(block.mean) for block in blocks if block.unit == "z")
    return [
        f"Trained and validated on {patients} patients of one cohort; there was no external validation.",
        f"{relative:,} of {sum(len(b.mean) for b in blocks):,} genes were only to be had as z-scores: they have no "
        "log2 level.",
        "Descriptors and head were settled by the team while looking at cross-validated figures of this cohort, "
        "which are therefore somewhat optimistic.",
        f"Data: {description.licence}.",
    ]
