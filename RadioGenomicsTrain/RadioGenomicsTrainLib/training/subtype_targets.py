"""What a gene head is fitted to: expression drawn toward the mean of the patient's molecular subtype.

In glioma most of the expression that a scan can tell goes through the subtype. The mean of a subtype is known well,
for patients without images have expression and a subtype too, while the levels of one patient are mostly that
patient's own. So a head learns more from levels that are drawn toward the subtype's mean (shrinkage: James and Stein
1961; here the mean is taken from other patients, so that no patient of any fold has a part in it). The subtype is
needed of training patients alone: a prediction takes nothing but images.
"""

from __future__ import annotations

from collections.abc import Collection
from collections.abc import Mapping
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from RadioGenomicsTrainLib.cohort.clinical import ClinicalTraits
from RadioGenomicsTrainLib.cohort.expression import ExpressionMatrix

# The mean of fewer patients is no better known than the levels that it would replace.
_FEWEST = 10


@dataclass(frozen=True, eq=False)
class Subtypes:
    """Molecular subtypes, and expression of patients who are in no fold.

    Attributes:
        of_patient: subtype by patient; patients without one are not in it.
        elsewhere: expression of patients without images, of the same genes as the cohort's.
        weight: of the subtype's mean; the rest is the patient's own level.
    """

    of_patient: Mapping[str, str]
    elsewhere: ExpressionMatrix
    weight: float

    @classmethod
    def of(
        cls,
        traits: Mapping[str, ClinicalTraits],
        expression: ExpressionMatrix,
        in_folds: Collection[str],
        weight: float,
    ) -> Subtypes:
        """Take the patients apart.

        Args:
            traits: by patient, of all there are.
            expression: of all patients.
            in_folds: the patients with images.
            weight: of the subtype's mean.
        """
        known = {name: one.subtype for name, one in traits.items() if one.subtype}
        others = [name for name in expression.patients if name in known and name not in in_folds]
        return cls(known, expression.for_patients(others), weight)

    def targets(self, patients: Sequence[str], z: np.ndarray, outside: np.ndarray) -> np.ndarray:
        """Return what the head is fitted to ``[n, G]``.

        Args:
            patients: ``[n]`` by name.
            z: ``[n, G]`` their levels.
            outside: ``[patients elsewhere, G]`` levels in the same units; NaN where not measured.
        """
        measured = np.isfinite(outside).all(axis=1)
        own = np.array([self.of_patient.get(name, "") for name in patients], dtype=str)
        theirs = np.array([self.of_patient[name] for name in self.elsewhere.patients], dtype=str)
        return drawn_to_means(z, own, outside[measured], theirs[measured], self.weight)


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
