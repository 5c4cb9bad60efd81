"""What a gene head is fitted to: expression drawn toward the mean of the patient's molecular subtype.

In glioma most of the expression that a scan can tell goes through the subtype. The mean of a subtype is known well,
for patients without images have expression and a subtype too, while the levels of one patient are mostly that
patient's own. So a head learns more from levels that are drawn toward the subtype's mean (shrinkage: James and Stein
1961; here the mean is taken from other patients, so that no patient of any fold has a part in it). The subtype is
needed of training patients alone: a prediction takes nothing but images.
"""

from __future__ import annotations

import numpy as np

# The mean of fewer patients is no better known than the levels that it would replace.
_FEWEST = 10


def drawn_to_means(
    z: np.ndarray, subtypes: np.ndarray, outside: np.ndarray, their_subtypes: np.ndarray, weight: float
) -> np.ndarray:
    """Draw levels toward the means of subtypes.

    Args:
        z: ``[n, G]`` levels.
        subtypes: ``[n]``; empty where unknown. Such a patient keeps their levels, as do those of a subtype with fewer
            than ten patients outside.
        outside: ``[m, G]`` levels of patients that the means are taken from, in the same units.
        their_subtypes: ``[m]``.
        weight: of the mean, 0 to 1.

    Returns:
        ``[n, G]``, every gene with the mean that it had; ``z`` itself where nobody's levels change.
    """
    drawn = z.copy()
    for subtype in np.unique(subtypes[subtypes != ""]):
        members, own = their_subtypes == subtype, subtypes == subtype
        if members.sum() >= _FEWEST:
            drawn[own] = (1 - weight) * z[own] + weight * outside[members].mean(axis=0)
    if not weight or np.array_equal(drawn, z):
        return z
    return drawn - drawn.mean(axis=0) + z.mean(axis=0)
