"""The targets of a validation: every expression table of a cohort as a block of its own, with gene-set scores."""

from __future__ import annotations

import re
from collections.abc import Callable
from collections.abc import Mapping
from collections.abc import Sequence
from dataclasses import dataclass
from dataclasses import replace

import numpy as np

from RadioGenomicsTrainLib.cohort.clinical import read_clinical
from RadioGenomicsTrainLib.cohort.cohort_expression import read_cohort_expression
from RadioGenomicsTrainLib.cohort.description import CohortDescription
from RadioGenomicsTrainLib.cohort.dropped import Dropped
from RadioGenomicsTrainLib.training.gene_targets import GeneBlock
from RadioGenomicsTrainLib.training.gene_targets import gene_blocks
from RadioGenomicsTrainLib.training.other_patients import OtherPatients
from RadioGenomicsTrainLib.training.other_patients import Taught
from RadioGenomicsTrainLib.validation.cohort_data import Block
from RadioGenomicsTrainLib.validation.cohort_data import Family
from RadioGenomicsTrainLib.validation.cohort_data import FlowStep
from RadioGenomicsTrainLib.validation.gene_sets import GeneSetScores
from RadioGenomicsTrainLib.validation.gene_sets import singscore
from RadioGenomicsTrainLib.validation.oof_matrix import Folds


@dataclass(frozen=True, eq=False)
class ValidationBlocks:
    """What is to be predicted, and what was left out on the way.

    Attributes:
        blocks: one per expression table.
        dropped: samples and genes that are in none.
        flow: the steps.
    """

    blocks: tuple[Block, ...]
    dropped: tuple[Dropped, ...]
    flow: tuple[FlowStep, ...]


def validation_blocks(
    description: CohortDescription,
    patients: Sequence[str],
    gene_sets: Mapping[str, Sequence[str]],
    splits: Callable[[int], Sequence[Folds]],
    subtype_weight: float = 0.0,
) -> ValidationBlocks:
    """Read every table whole: a gene that a bundle takes from the first table is tested in each that has it.

    Args:
        description: of the cohort.
        patients: with images or features, in their order.
        gene_sets: symbols by set name; may be empty.
        splits: from a number of patients to the splits of the validation, on whose training folds genes are filtered.
        subtype_weight: how far what a head is fitted to is drawn toward the means of subtypes.
    """
    traits, _ = read_clinical(description.clinical, description.patient_ids)
    blocks: list[Block] = []
    dropped: list[Dropped] = []
    flow: list[FlowStep] = []
    for source in description.expression:
        matrix, lost = read_cohort_expression(replace(description, expression=(source,)))
        others = OtherPatients.of(traits, matrix, patients, subtype_weight)
        found, without_spread = gene_blocks(matrix.for_patients(patients), splits, others)
        dropped += [*lost, *without_spread]
        flow.append(FlowStep(f"gene names resolved, {source.unit}", "gene", len(matrix.symbols), _genes(lost)))
        if not found:
            continue
        main, *elsewhere_measured = found
        reason = f"was measured in other patients than most genes in {source.unit}"
        apart = [Dropped("gene", name, reason) for one in elsewhere_measured for name in one.expression.symbols]
        dropped += apart
        without = len(without_spread) + len(apart)
        flow.append(FlowStep(f"genes that vary and are expressed, {source.unit}", "gene", len(main.mean), without))
        lacking = len(patients) - len(main.rows)
        flow.append(FlowStep(f"patients with {source.unit}", "expression", len(main.rows), lacking))
        blocks.append(_block(main, _free_id(main.unit, blocks), gene_sets, others))
    return ValidationBlocks(tuple(blocks), tuple(dropped), tuple(flow))


def _block(block: GeneBlock, name: str, gene_sets: Mapping[str, Sequence[str]], others: OtherPatients) -> Block:
    symbols = block.expression.symbols
    families = [_family("genes", symbols, block.z, Taught(block.fitted_to, block.programmes))]
    scored = singscore(block.expression.values[block.rows], symbols, gene_sets)
    if scored.names:
        patients = [block.expression.patients[row] for row in block.rows]
        taught = others.teach(patients, scored.scores, _scores_elsewhere(scored, symbols, gene_sets, others))
        families.append(_family("hallmarks", scored.names, scored.scores, taught, scored.members))
    return Block(name, block.unit, block.rows, tuple(families))


def _family(
    name: str, symbols: tuple[str, ...], y: np.ndarray, taught: Taught, members: np.ndarray | None = None
) -> Family:
    fitted_to = None if taught.fitted_to is y else taught.fitted_to
    return Family(name, symbols, y, members, fitted_to, taught.programmes)


def _scores_elsewhere(
    scored: GeneSetScores,
    symbols: tuple[str, ...],
    gene_sets: Mapping[str, Sequence[str]],
    others: OtherPatients,
) -> np.ndarray:
    """Return the gene sets' scores of patients in no fold ``[m, sets]``; NaN where a gene was not measured."""
    place = {symbol: index for index, symbol in enumerate(others.expression.symbols)}
    levels = others.expression.for_genes([place[symbol] for symbol in symbols]).values
    measured = np.isfinite(levels).all(axis=1)
    scores = np.full((len(levels), len(scored.names)), np.nan)
    if measured.any():
        scores[measured] = singscore(levels[measured], symbols, gene_sets).scores
    return scores


def _genes(dropped: Sequence[Dropped]) -> int:
    return sum(one.kind == "gene" for one in dropped)


def _free_id(unit: str, blocks: Sequence[Block]) -> str:
    name = re.sub(r"[^a-z0-9]+", "_", unit.lower()).strip("_")
    same = sum(block.unit == unit for block in blocks)
    return f"{name}_{same + 1}" if same else name
