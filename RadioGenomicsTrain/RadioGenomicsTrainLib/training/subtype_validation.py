"""How well the same embedding tells molecular subtypes of patients left out: most expression runs with them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from RadioGenomicsTrainLib.cohort.clinical import ClinicalTraits
from RadioGenomicsTrainLib.training.gene_validation import HeadSettings
from RadioGenomicsTrainLib.training.gene_validation import out_of_fold
from RadioGenomicsTrainLib.validation.folds import repeated_folds

_SUBTYPES = {"IDH wild type": "IDHwt", "1p/19q codeletion": "IDHmut-codel"}


def subtype_areas(
    traits: Sequence[ClinicalTraits], embedding: np.ndarray, settings: HeadSettings
) -> dict[str, dict[str, float | int]]:
    """Return, per subtype, the patients, the cases, and the area under the ROC curve of out-of-fold predictions.

    Args:
        traits: of every patient; those without a known subtype are left out.
        embedding: ``[n, d]``.
        settings: of the head and its folds.
    """
    from scipy.stats import mannwhitneyu

    known = np.array([bool(trait.subtype) for trait in traits])
    subtype = np.array([trait.subtype or "" for trait in traits])[known]
    areas = {}
    for title, name in _SUBTYPES.items():
        case = subtype == name
        if not 1 < case.sum() < len(case) - 1:
            continue
        splits = repeated_folds(len(case), settings.folds, settings.repeats, settings.seed)
        own = embedding[known]
        score = out_of_fold(own, own, splits, settings.ridge) @ case.astype(float)
        wins = mannwhitneyu(score[case], score[~case]).statistic
        area = wins / (case.sum() * (~case).sum())
        areas[title] = {"patients": len(case), "cases": int(case.sum()), "auc": round(float(area), 3)}
    return areas
