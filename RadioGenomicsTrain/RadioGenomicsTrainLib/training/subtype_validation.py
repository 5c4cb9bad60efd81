"""How well the same embedding tells molecular subtypes of patients left out: most expression runs with them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from RadioGenomicsTrainLib.cohort.clinical import ClinicalTraits
from RadioGenomicsTrainLib.training.gene_validation import Groups
from RadioGenomicsTrainLib.training.gene_validation import HeadSettings
from RadioGenomicsTrainLib.training.gene_validation import out_of_fold
from RadioGenomicsTrainLib.validation.outcome_areas import outcome_areas

GLIOMA = {"idh_wildtype": "IDHwt", "codeletion": "IDHmut-codel"}
_TITLES = {"idh_wildtype": "IDH wild type", "codeletion": "1p/19q codeletion"}


def outcomes_of(subtypes: Sequence[str]) -> dict[str, str]:
    """Return what an embedding should tell of these subtypes: title to the subtype that is a case.

    In glioma IDH and 1p/19q; elsewhere each subtype against the others.
    """
    known = sorted({subtype for subtype in subtypes if subtype})
    return dict(GLIOMA) if set(GLIOMA.values()) & set(known) else {subtype: subtype for subtype in known}


def subtype_areas(
    traits: Sequence[ClinicalTraits], embedding: np.ndarray, settings: HeadSettings, groups: Groups = None
) -> dict[str, dict[str, float | int]]:
    """Return, per glioma subtype, patients, cases, and the area under the ROC curve with its 95 % interval.

    Args:
        traits: of every patient; those without a known subtype are left out.
        embedding: ``[n, d]``.
        settings: of the head and its folds.
        groups: number of columns of each group of the embedding; None for one group.
    """
    areas = outcome_areas(
        [trait.subtype or "" for trait in traits],
        GLIOMA,
        embedding,
        groups or (embedding.shape[1],),
        lambda own, splits, parts: out_of_fold(own, own, splits, settings.ridge, parts),
        folds=settings.folds,
        seed=settings.seed,
    )
    return {
        _TITLES[area.outcome]: {
            "patients": area.patients,
            "cases": area.cases,
            "auc": round(area.auc, 3),
            "auc_low": round(area.low, 3),
            "auc_high": round(area.high, 3),
        }
        for area in areas
    }
