"""Write what training and validation found as a bundle."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from typing import Any

import numpy as np

from RadioGenomicsLib import __version__
from RadioGenomicsLib.model.bundle import QUANTILES
from RadioGenomicsLib.model.bundle import SCHEMA_VERSION
from RadioGenomicsLib.model.bundle import Bundle
from RadioGenomicsLib.model.bundle import load_bundle
from RadioGenomicsLib.model.bundle import space_tensors
from RadioGenomicsLib.model.bundle import write_bundle
from RadioGenomicsLib.model.genes import GeneIndex
from RadioGenomicsLib.model.kernel_head import EmbeddingSpace
from RadioGenomicsLib.pipeline.folders import written_whole
from RadioGenomicsTrainLib.cohort.description import CohortDescription
from RadioGenomicsTrainLib.training.gene_targets import GeneBlock
from RadioGenomicsTrainLib.validation.expected_r import ExpectedR
from RadioGenomicsTrainLib.validation.held_out_tests import held_out_tests

if TYPE_CHECKING:
    from RadioGenomicsLib.model.network import TransUNet
    from RadioGenomicsTrainLib.training.build import BuildSettings


@dataclass(frozen=True)
class FittedHead:
    """A gene head, fitted on everybody, and its validation.

    Attributes:
        card: the bundle's ``head`` block.
        tensors: ``head.*``.
        space: the training patients, in which distances to the training data are measured.
        genes: what it predicts and how well, in the order of its outputs.
        scheme: how the validation was done, in a sentence.
        validation: its figures.
    """

    card: dict[str, Any]
    tensors: dict[str, np.ndarray]
    space: EmbeddingSpace
    genes: GeneIndex
    scheme: str
    validation: dict[str, Any]


def gene_index(
    blocks: Sequence[GeneBlock],
    cv_r: np.ndarray,
    cv_p: np.ndarray,
    cv_p_adjusted: np.ndarray,
    half_width: np.ndarray,
    expected: ExpectedR | None = None,
    alpha: float = 0.05,
) -> GeneIndex:
    """Return what a bundle says of every gene; the arrays ``[G]`` follow the blocks.

    ``expected`` is None where it was not measured. A gene whose adjusted p is not known (NaN) or above alpha is not
    reliable.
    """

    def joined(columns: list[Any]) -> np.ndarray:
        return np.concatenate([np.asarray(column) for column in columns])

    return GeneIndex(
        symbol=joined([block.expression.symbols for block in blocks]),
        ensembl_id=joined([block.expression.ensembl_ids for block in blocks]),
        unit=joined([block.expression.units for block in blocks]),
        mean=joined([block.mean for block in blocks]),
        sd=joined([block.sd for block in blocks]),
        cv_r=cv_r,
        cv_p=cv_p,
        cv_p_adjusted=cv_p_adjusted,
        interval_half_width=half_width,
        reliable=cv_p_adjusted <= alpha,
        expected_r=None if expected is None else expected.r,
        expected_r_low=None if expected is None else expected.low,
        expected_r_high=None if expected is None else expected.high,
    )


def write_trained_bundle(
    output: Path,
    description: CohortDescription,
    settings: BuildSettings,
    encoder: TransUNet,
    head: FittedHead,
    blocks: Sequence[GeneBlock],
    segmentation: dict[str, Any],
    started_from: str | None = None,
) -> Bundle:
    """Write a bundle and load it back.

    Args:
        output: folder, not there yet.
        description: of the cohort.
        settings: what was trained.
        encoder: trained on everybody.
        head: fitted on everybody.
        blocks: the genes.
        segmentation: figures of the tumor outlines of held-out patients.
        started_from: SHA-256 of the weights that the encoders were trained from; None for random ones.

    Raises:
        OutputError: it cannot be written.
    """
    tensors = {f"encoder.{name}": tensor.numpy() for name, tensor in encoder.state_dict().items()}
    tensors |= head.tensors | space_tensors(head.space, "space.")
    quantiles = [np.percentile(block.z, QUANTILES, axis=0) for block in blocks]
    tensors["quantiles"] = np.concatenate(quantiles, axis=1).astype(np.float32)
    card = {
        "schema_version": SCHEMA_VERSION,
        "id": description.id,
        "title": description.title,
        "cohort": description.id.upper(),
        "patients": len(head.space.points),
        "preprocessing": settings.preprocessing.to_json(),
        "network": settings.network.to_json(),
        "head": head.card,
        "matrices": [{"unit": b.unit, "patients": len(b.rows), "genes": len(b.mean)} for b in blocks],
        "training": {
            "software": f"RadioGenomics {__version__}",
            "encoder": settings.encoder.to_json(),
            "encoder_started_from_sha256": started_from,
            "expression": "z: standard deviations from the training patients' mean, clipped at 3",
        },
        "validation": {
            "scheme": head.scheme,
            "segmentation": segmentation,
            **head.validation,
            "held_out_tests": held_out_tests(description.id),
        },
        "limitations": _limitations(description, blocks, len(head.space.points)),
        "license": description.licence,
        "citation": list(description.citation),
    }
    with written_whole(output) as aside:
        write_bundle(aside, card, head.genes, tensors)
    return load_bundle(output)


def _limitations(description: CohortDescription, blocks: Sequence[GeneBlock], patients: int) -> list[str]:
    relative = sum(len(block.mean) for block in blocks if block.unit == "z")
    total = sum(len(block.mean) for block in blocks)
    return [
        f"Trained and validated on {patients} patients of one cohort; not yet tested on held-out patients.",
        f"{relative:,} of {total:,} genes were only to be had as z-scores: they have no log2 level.",
        *description.limitations,
        f"Data: {description.licence}.",
    ]
