"""Which genes can be predicted at all, decided on training patients alone."""

from __future__ import annotations

import re
from collections.abc import Iterable
from collections.abc import Sequence

import numpy as np

from RadioGenomicsTrainLib.validation.oof_matrix import Folds

# A gene of unit "z" whose clipped values spread less than this hardly varies in these patients.
_LEAST_SPREAD_OF_Z = 0.3
# Levels of RNA, whose zero means that nothing was found; z-scores and ratios have none.
_ABUNDANCE = re.compile("rsem|tpm|fpkm|counts", re.IGNORECASE)


def kept_everywhere(values: np.ndarray, units: Sequence[str], splits: Iterable[Folds]) -> np.ndarray:
    """Return which genes ``[G]`` the filter keeps on all patients and on every training fold.

    The field's filter, a median above zero (HE2RNA, tRNAsformer), is usually made on the whole cohort before it is
    split. Here no patient has a say in whether a gene is tested on them: it is, if each training fold keeps it.

    Args:
        values: expression ``[n, G]``, complete.
        units: of every gene.
        splits: repeated splits of the n patients.
    """
    kept = varies_and_is_expressed(values, units)
    for folds in splits:
        for test in folds:
            kept &= varies_and_is_expressed(np.delete(values, test, axis=0), units)
    return kept


def varies_and_is_expressed(values: np.ndarray, units: Sequence[str]) -> np.ndarray:
    """Return which genes ``[G]`` vary, and as a level of RNA have a median above zero.

    Args:
        values: expression ``[n, G]``, complete.
        units: of every gene.
    """
    is_level = np.array([bool(_ABUNDANCE.search(unit)) for unit in units])
    # The range of a constant is 0; its standard deviation may be rounding error.
    varies = np.where(np.asarray(units) == "z", values.std(axis=0) > _LEAST_SPREAD_OF_Z, np.ptp(values, axis=0) > 0)
    return varies & (~is_level | (np.median(values, axis=0) > 0))
