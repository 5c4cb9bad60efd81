"""The default gene head of a bundle: embedding of the tumor, kernel ridge regression, exact null."""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Sequence
from dataclasses import dataclass
from dataclasses import replace
from pathlib import Path
from typing import Any

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
from RadioGenomicsTrainLib.training.chosen_head import chosen_block
from RadioGenomicsTrainLib.training.chosen_head import chosen_embedding
from RadioGenomicsTrainLib.training.embedding_cache import embed_once
from RadioGenomicsTrainLib.training.gene_targets import GeneBlock
from RadioGenomicsTrainLib.training.gene_validation import BlockValidation
from RadioGenomicsTrainLib.training.gene_validation import HeadSettings
from RadioGenomicsTrainLib.training.gene_validation import score_other_outlines
from RadioGenomicsTrainLib.training.gene_validation import validate_block
from RadioGenomicsTrainLib.training.prepared import PreparedPatient
from RadioGenomicsTrainLib.training.programme_head import fit_programme_head
from RadioGenomicsTrainLib.training.set_kernels import set_kernels
from RadioGenomicsTrainLib.training.subtype_validation import subtype_areas
from RadioGenomicsTrainLib.training.tumor_embedding import embed_cohort
from RadioGenomicsTrainLib.validation.cohort_data import ValidationSettings
from RadioGenomicsTrainLib.validation.expected_r import ExpectedR
from RadioGenomicsTrainLib.validation.nested_choice import Targets
from RadioGenomicsTrainLib.validation.nested_findings import ChosenFrom
from RadioGenomicsTrainLib.validation.nested_findings import NestedFindings
from RadioGenomicsTrainLib.validation.nested_findings import find_nested
from RadioGenomicsTrainLib.validation.nested_rows import gene_columns
from RadioGenomicsTrainLib.validation.nested_rows import nested_card

_NULL = "the exact null of the out-of-fold matrix"
_JOINT_NULL = "permutations of the patients with all that the head is fitted to"
_NESTED = (
    "; the genes' own figures are nested: features, subtype weight, programmes and ridges chosen anew in every "
    "training fold, and in every permutation"
)


def fit_kernel_head(
    patients: Sequence[PreparedPatient],
    probabilities: Sequence[np.ndarray] | None,
    traits: Sequence[ClinicalTraits],
    blocks: Sequence[GeneBlock],
    folds: Sequence[np.ndarray],
    preprocessing: Preprocessing,
    settings: HeadSettings,
    cache: Path,
    progress: Progress = silent,
    *,
    sites: Sequence[str] = (),
) -> FittedHead:
    """Describe the tumors, choose and validate the head, and fit it on everybody.

    The head of every block is what the nested procedure chooses on all patients, and the genes' figures are those of
    the nested procedure. Of fewer patients than it takes, the head is the default and the figures are its own.

    Args:
        patients: of the cohort.
        probabilities: of tumor ``[slice, row, column]``, each patient's from the encoder that held them out; None
            where those encoders are not there, and the head is validated on the experts' outlines alone.
        traits: of each, for the subtypes.
        blocks: genes.
        folds: the split of those encoders.
        preprocessing: of the bundle.
        settings: of the head.
        cache: folder of earlier results.
        progress: told now and then.
        sites: of each patient; none where they are not known.
    """
    told = within(progress, 0.0, 0.3)
    if probabilities is None:
        embedding = embed_once(patients, preprocessing, cache, told)
    else:
        embedding = embed_cohort(patients, preprocessing, probabilities, told)
    values, groups = embedding.values, embedding.groups
    named = dict(zip(embedding.group_names, groups, strict=True))
    strata = np.array([trait.subtype or "" for trait in traits], dtype=str)
    where = np.array(sites or [""] * len(patients), dtype=str)
    given = ChosenFrom(values, named, set_kernels, where, strata)
    heads = []
    for number, block in enumerate(blocks):
        part = within(progress, 0.3 + 0.6 * number / len(blocks), 0.3 + 0.6 * (number + 1) / len(blocks))
        heads.append(_choose(block, given, settings, cache, part))
    blocks = [head.block for head in heads]
    validations = [head.validation for head in heads]
    drawn = any(block.fitted_to is not block.z for block in blocks)
    taught = drawn or any(block.programmes is not None for block in blocks)
    fitted = [_fit(head.block, head.values[head.block.rows], head.ridge, head.groups) for head in heads]
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
            "subtype_weight": heads[0].subtype_weight if drawn else 0.0,
            "programme_ridges": [ridges for _, ridges in fitted],
            "descriptors": {group: list(names) for group, names in embedding.layout.items()},
            "deep_features": {"network": "efficientnet-lite0-stride16", "regions": list(DEEP_REGIONS)},
        },
        tensors=tensors,
        space=EmbeddingSpace.fit(values, groups),
        genes=gene_index(
            blocks,
            **_figures_of_genes(heads),
        ),
        scheme=f"{settings.repeats} x {settings.folds}-fold by patient, predictions averaged; one-sided p from "
        f"{_JOINT_NULL if taught else _NULL}, adjusted within each matrix by step-down max-T over "
        f"{settings.permutations:,} permutations of the patients{_NESTED if all(h.nested for h in heads) else ''}",
        validation={
            "genes": figures,
            "nested": [nested_card(head.block.unit, head.nested) for head in heads if head.nested],
            "genes_from_proposed_outlines": [
                score_other_outlines(
                    head.block, head.values, head.seen(embedding.proposed, named), folds, head.ridge, head.groups
                )
                for head in heads
                if embedding.proposed is not None
            ],
            "subtypes": subtype_areas(traits, values, settings, groups),
        },
    )


@dataclass(frozen=True, eq=False)
class _Head:
    """The head of one block: what it is fitted to and looks at, and how it did.

    Attributes:
        block: with the levels and programmes that it is fitted to.
        values: ``[patients, d]``, what it does not look at absent.
        groups: of the columns.
        ridge: where there are no programmes.
        subtype_weight: how far the levels are drawn.
        validation: with choices made on the same patients.
        nested: with every choice made inside the folds; empty where nothing was chosen.
    """

    block: GeneBlock
    values: np.ndarray
    groups: tuple[int, ...]
    ridge: float
    subtype_weight: float
    validation: BlockValidation
    nested: Sequence[NestedFindings]

    def seen(self, values: np.ndarray, groups: Mapping[str, int]) -> np.ndarray:
        """Return other values of the same columns as this head sees them."""
        return chosen_embedding(values, groups, self.nested[0].for_everybody)[0] if self.nested else values


def _choose(block: GeneBlock, given: ChosenFrom, settings: HeadSettings, cache: Path, progress: Progress) -> _Head:
    """Choose the head of a block on all patients, and validate it both ways."""
    effort = ValidationSettings(settings.folds, settings.repeats, settings.permutations, seed=settings.seed)
    targets = Targets(block.z, block.subtype_levels, block.programmes)
    nested = find_nested(given.take(block.rows), targets, effort, cache, within(progress, 0.0, 0.7))
    values, groups = given.embedding, tuple(given.groups.values())
    ridge, weight = settings.ridge, settings.subtype_weight
    if nested:
        choice = nested[0].for_everybody
        block, weight = chosen_block(block, choice), choice.subtype_weight
        values, groups = chosen_embedding(values, given.groups, choice)
        ridge = settings.ridge if choice.ridge is None else choice.ridge
    validation = validate_block(
        block, values, replace(settings, ridge=ridge), within(progress, 0.7, 1.0), groups=groups
    )
    return _Head(block, values, groups, ridge, weight, validation, nested)


def _figures_of_genes(heads: Sequence[_Head]) -> dict[str, Any]:
    """Return the genes' figures: the nested ones, or where nothing was chosen those of the default head."""
    if not all(head.nested for head in heads):
        found = [head.validation for head in heads]
        return {
            "cv_r": np.concatenate([one.head.max_t.r for one in found]),
            "cv_p": np.concatenate([one.head.p for one in found]),
            "cv_p_adjusted": np.concatenate([one.head.max_t.p_adjusted for one in found]),
            "half_width": np.concatenate([one.scores.half_width for one in found]),
        }
    columns = [gene_columns(head.nested, head.block.z.shape[1]) for head in heads]
    joined = {name: np.concatenate([one[name] for one in columns]) for name in columns[0]}
    return {
        "cv_r": joined["r_nested"],
        "cv_p": joined["p_nested"],
        "cv_p_adjusted": joined["p_nested_max_t"],
        "half_width": joined["half_width_nested"],
        "expected": ExpectedR(joined["expected_r"], joined["expected_r_low"], joined["expected_r_high"], np.nan),
    }


def _fit(
    block: GeneBlock, embedding: np.ndarray, ridge: float, groups: tuple[int, ...]
) -> tuple[KernelHead, list[float]]:
    """Return the head of a block, and the ridge of each programme; none where it predicts the genes themselves."""
    if block.programmes is None:
        return KernelHead.fit(embedding, block.fitted_to, ridge, groups), []
    return fit_programme_head(embedding, block.fitted_to, block.programmes, groups)
