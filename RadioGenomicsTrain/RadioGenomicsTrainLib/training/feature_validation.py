"""Validate a cohort of published image features with the default head, by the same engine as cohorts of scans.

What is fixed before the folds looks at no feature: genes without spread are left out, and a gene's values are clipped
at three standard deviations. A permutation of the patients changes neither, so every permutation p holds, and no gene
is favored for suiting the features. Filling of gaps, scaling, kernel width and head are fitted on each training fold.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from RadioGenomicsLib.errors import InputError
from RadioGenomicsLib.progress import Progress
from RadioGenomicsLib.progress import silent
from RadioGenomicsLib.progress import within
from RadioGenomicsTrainLib.cohort.dropped import Dropped
from RadioGenomicsTrainLib.cohort.feature_cohort import FeatureCohort
from RadioGenomicsTrainLib.training.gene_targets import GeneBlock
from RadioGenomicsTrainLib.training.gene_targets import gene_blocks
from RadioGenomicsTrainLib.training.gene_validation import BlockValidation
from RadioGenomicsTrainLib.training.gene_validation import HeadSettings
from RadioGenomicsTrainLib.training.gene_validation import out_of_fold
from RadioGenomicsTrainLib.training.gene_validation import validate_block
from RadioGenomicsTrainLib.validation.cohort_table import CohortRow
from RadioGenomicsTrainLib.validation.cohort_table import cohort_row
from RadioGenomicsTrainLib.validation.folds import repeated_folds
from RadioGenomicsTrainLib.validation.oof_null import max_t
from RadioGenomicsTrainLib.validation.summary import permutation_p

PREDICTOR = "published image features"


@dataclass(frozen=True)
class FeatureBlockValidation:
    """One block of genes.

    Attributes:
        block: the genes.
        validation: figures, p-values and permutations.
        row: of the table of cohorts.
    """

    block: GeneBlock
    validation: BlockValidation
    row: CohortRow


@dataclass(frozen=True)
class FeatureValidation:
    """How the genes of a cohort are predicted from its features.

    Attributes:
        blocks: the one with most genes first.
        dropped: everything left out of the cohort and of the test, each with its reason.
    """

    blocks: tuple[FeatureBlockValidation, ...]
    dropped: tuple[Dropped, ...]


def validate_feature_cohort(
    cohort: FeatureCohort, settings: HeadSettings | None = None, progress: Progress = silent
) -> FeatureValidation:
    """Cross-validate the default head on a cohort's features.

    Args:
        cohort: patients with features and expression.
        settings: head and validation; 10 times 5 folds by patient and 10,000 permutations where None.
        progress: told of every step.

    Raises:
        InputError: no gene varies, or there are fewer patients than folds.
    """
    settings = settings or HeadSettings()
    blocks, without_spread = gene_blocks(cohort.expression)
    if not blocks:
        mend = "Look at the cohort's expression tables."
        raise InputError(cohort.description.id, "no gene varies in its patients", mend)
    validated = []
    for number, block in enumerate(blocks):
        part = within(progress, number / len(blocks), (number + 1) / len(blocks))
        validated.append(_validate(cohort, block, settings, part))
    return FeatureValidation(tuple(validated), (*cohort.dropped, *without_spread))


def _validate(
    cohort: FeatureCohort, block: GeneBlock, settings: HeadSettings, progress: Progress
) -> FeatureBlockValidation:
    validation = validate_block(block, cohort.features, settings, within(progress, 0.0, 0.7))
    p_within_sites = None
    sites = cohort.sites[block.rows]
    if all(sites):
        own = cohort.features[block.rows]
        splits = repeated_folds(len(own), settings.folds, settings.repeats, settings.seed)
        h = out_of_fold(own, own, splits, settings.ridge)
        rest = within(progress, 0.7, 1.0)
        permuted = max_t(block.z, h, settings.permutations, settings.seed, blocks=sites, progress=rest)
        p_within_sites = permutation_p(permuted.null_share_above, float((np.nan_to_num(permuted.r) > 0.3).mean()))
    row = cohort_row(cohort.description.id, PREDICTOR, block.unit, len(cohort.names), validation.head, p_within_sites)
    return FeatureBlockValidation(block, validation, row)
