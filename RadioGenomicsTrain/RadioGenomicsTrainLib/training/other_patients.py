"""What patients without images teach a gene head: the mean levels of molecular subtypes, and programmes of genes.

Many more patients have expression than have scans. They are in no fold, so what they teach is fixed before any fold
is made, and no patient of a fold has a part in it.
"""

from __future__ import annotations

from collections.abc import Collection
from collections.abc import Mapping
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from RadioGenomicsTrainLib.cohort.clinical import ClinicalTraits
from RadioGenomicsTrainLib.cohort.expression import ExpressionMatrix
from RadioGenomicsTrainLib.training.programme_head import programmes
from RadioGenomicsTrainLib.training.subtype_targets import drawn_to_means


@dataclass(frozen=True, eq=False)
class Taught:
    """What a head is taught of some genes, or gene sets.

    Attributes:
        fitted_to: ``[n, T]`` the levels that it is fitted to; the patients' own where there is nothing to draw them to.
        programmes: ``[programmes, T]`` the axes that it predicts, orthonormal; None where too few patients have them.
        subtype_levels: ``[n, T]`` the levels drawn all the way to the means of subtypes, between which and their own a
            head may choose; None where there are none.
    """

    fitted_to: np.ndarray
    programmes: np.ndarray | None
    subtype_levels: np.ndarray | None = None


@dataclass(frozen=True, eq=False)
class OtherPatients:
    """Patients in no fold.

    Attributes:
        expression: theirs, of the same genes as the cohort's.
        subtype_of: molecular subtype by patient, in folds or not; patients without one are not in it.
        weight: of the subtype's mean in what a head is fitted to; the rest is the patient's own level.
    """

    expression: ExpressionMatrix
    subtype_of: Mapping[str, str]
    weight: float

    @classmethod
    def of(
        cls,
        traits: Mapping[str, ClinicalTraits],
        expression: ExpressionMatrix,
        in_folds: Collection[str],
        weight: float,
    ) -> OtherPatients:
        """Take the patients apart.

        Args:
            traits: by patient, of all there are.
            expression: of all patients.
            in_folds: the patients with images.
            weight: of the subtype's mean.
        """
        known = {name: one.subtype for name, one in traits.items() if one.subtype}
        others = [name for name in expression.patients if name not in in_folds]
        return cls(expression.for_patients(others), known, weight)

    def teach(self, patients: Sequence[str], levels: np.ndarray, outside: np.ndarray) -> Taught:
        """Return what a head is taught.

        Args:
            patients: ``[n]`` by name.
            levels: ``[n, T]`` theirs.
            outside: ``[other patients, T]`` levels in the same units; NaN where not measured.
        """
        measured = np.isfinite(outside).all(axis=1)
        own, theirs = self._subtypes(patients), self._subtypes(self.expression.patients)
        drawn, all_the_way = (
            drawn_to_means(levels, own, outside[measured], theirs[measured], weight) for weight in (self.weight, 1.0)
        )
        return Taught(drawn, programmes(outside[measured]), None if all_the_way is levels else all_the_way)

    def _subtypes(self, patients: Sequence[str]) -> np.ndarray:
        return np.array([self.subtype_of.get(name, "") for name in patients], dtype=str)
