"""Cross-validate the gene head on embeddings, with a null that holds for out-of-fold predictions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from RadioGenomicsLib.model.kernel_head import head_weights
from RadioGenomicsLib.progress import Progress
from RadioGenomicsLib.progress import silent
from RadioGenomicsTrainLib.training.gene_targets import GeneBlock
from RadioGenomicsTrainLib.training.programme_head import chosen_ridge
from RadioGenomicsTrainLib.validation.correlation import pearson
from RadioGenomicsTrainLib.validation.folds import repeated_folds
from RadioGenomicsTrainLib.validation.gene_scores import GeneScores
from RadioGenomicsTrainLib.validation.gene_scores import score_genes
from RadioGenomicsTrainLib.validation.heads import Head
from RadioGenomicsTrainLib.validation.heads import LinearHead
from RadioGenomicsTrainLib.validation.heads import ProgrammeHead
from RadioGenomicsTrainLib.validation.oof_matrix import Folds
from RadioGenomicsTrainLib.validation.oof_matrix import oof_matrix
from RadioGenomicsTrainLib.validation.oof_matrix import oof_mean_matrix
from RadioGenomicsTrainLib.validation.summary import HeadValidation
from RadioGenomicsTrainLib.validation.summary import validate_head

Groups = tuple[int, ...] | None


@dataclass(frozen=True)
class HeadSettings:
    """The gene head and its validation.

    Attributes:
        ridge: penalty of the kernel head where no programmes of genes are known, and of that for subtypes; in units of
            the mean kernel diagonal, the same in all folds.
        subtype_weight: how far the levels that the head is fitted to are drawn toward the mean of the patient's
            subtype (:mod:`.subtype_targets`); 0 to fit the levels themselves.
        folds, repeats: repeated cross-validation by patient.
        permutations: of the patients, for max-T.
        seed: of folds and permutations.
    """

    ridge: float = 0.2
    subtype_weight: float = 0.5
    folds: int = 5
    repeats: int = 10
    permutations: int = 10_000
    seed: int = 0


@dataclass(frozen=True)
class BlockValidation:
    """How one block of genes was predicted in patients left out.

    Attributes:
        head: the row of figures, p-values and permutations.
        scores: figures per gene.
    """

    head: HeadValidation
    scores: GeneScores


def validate_block(
    block: GeneBlock,
    embedding: np.ndarray,
    settings: HeadSettings,
    progress: Progress = silent,
    *,
    groups: Groups = None,
) -> BlockValidation:
    """Cross-validate one block; scaling, kernel width and head are fitted on each training fold alone.

    Args:
        block: the genes.
        embedding: ``[patients of the cohort, d]``.
        settings: head and validation.
        progress: told now and then.
        groups: number of columns of each group of the embedding; None for one group.
    """
    own = embedding[block.rows]
    splits = repeated_folds(len(own), settings.folds, settings.repeats, settings.seed)
    head = head_of(block, own, own, splits, settings.ridge, groups)
    mean = oof_mean_matrix(len(own), splits)
    given = None if block.fitted_to is block.z else block.fitted_to
    found = validate_head(
        block.z,
        head,
        mean,
        fitted_to=given,
        n_permutations=settings.permutations,
        seed=settings.seed,
        progress=progress,
    )
    fold_of = np.empty(len(own), dtype=int)
    for number, test in enumerate(splits[0]):
        fold_of[test] = number
    scores = score_genes(block.z, head.predict(block.fitted_to), mean @ block.z, fold_of)
    return BlockValidation(found, scores)


def head_of(
    block: GeneBlock,
    training: np.ndarray,
    tested: np.ndarray,
    splits: Sequence[Folds],
    ridge: float,
    groups: Groups = None,
) -> Head:
    """Return the default head of a block over splits: of programmes where there are some, else of the genes themselves.

    Args:
        block: the genes.
        training: ``[n, d]`` embeddings the head is fitted on.
        tested: ``[n, d]`` embeddings it predicts from: the same, or those of other outlines of the same tumors.
        splits: repeated splits.
        ridge: penalty where there are no programmes; with them, each has a penalty chosen in the fold.
        groups: number of columns of each group of the embedding; None for one group.
    """
    if block.programmes is None:
        return LinearHead(out_of_fold(training, tested, splits, ridge, groups))
    return ProgrammeHead(chosen_ridge(training, tested, splits, groups), block.programmes)


def out_of_fold(
    training: np.ndarray, tested: np.ndarray, splits: Sequence[Folds], ridge: float, groups: Groups = None
) -> np.ndarray:
    """Return the out-of-fold matrix H of the head; where a training fold is all alike, it predicts its mean.

    Args:
        training: ``[n, d]`` embeddings the head is fitted on.
        tested: ``[n, d]`` embeddings it predicts from: the same, or those of other outlines of the same tumors.
        splits: repeated splits.
        ridge: penalty.
        groups: number of columns of each group of the embedding; None for one group.
    """
    return oof_matrix(
        len(training), splits, lambda train, test: head_weights(training[train], tested[test], ridge, groups)
    )


def score_other_outlines(
    block: GeneBlock,
    training: np.ndarray,
    tested: np.ndarray,
    folds: Folds,
    ridge: float,
    groups: Groups = None,
) -> dict[str, float | int | str]:
    """Return the headline figures when held-out tumors are outlined by other means than the training tumors.

    Args:
        block: the genes.
        training: ``[patients of the cohort, d]`` embeddings of the training outlines.
        tested: ``[patients of the cohort, d]`` embeddings of the other outlines.
        folds: one split of the cohort's patients, that of the encoders that drew the other outlines.
        ridge: penalty.
        groups: number of columns of each group of the embedding; None for one group.
    """
    place = {patient: row for row, patient in enumerate(block.rows)}
    own_folds = [np.array([place[p] for p in fold if p in place], dtype=int) for fold in folds]
    head = head_of(block, training[block.rows], tested[block.rows], [own_folds], ridge, groups)
    r = pearson(block.z, head.predict(block.fitted_to))
    return {"unit": block.unit, "n": len(block.rows), **headline(r)}


def headline(r: np.ndarray) -> dict[str, float]:
    """Return the three figures that every table of this field has; a gene without a correlation counts as 0."""
    r = np.nan_to_num(r)
    return {
        "median_r": round(float(np.median(r)), 4),
        "best_100_mean_r": round(float(np.sort(r)[-100:].mean()), 4),
        "share_above_03": round(float((r > 0.3).mean()), 4),
    }
