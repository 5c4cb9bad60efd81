"""A cohort whose images were turned into a table of features by others: patients, features and expression."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from RadioGenomicsLib.errors import InputError
from RadioGenomicsTrainLib.cohort.clinical import ClinicalTraits
from RadioGenomicsTrainLib.cohort.clinical import read_clinical
from RadioGenomicsTrainLib.cohort.cohort_expression import read_cohort_expression
from RadioGenomicsTrainLib.cohort.cohort_expression import without_expression
from RadioGenomicsTrainLib.cohort.description import CohortDescription
from RadioGenomicsTrainLib.cohort.description import read_description
from RadioGenomicsTrainLib.cohort.dropped import Dropped
from RadioGenomicsTrainLib.cohort.expression import ExpressionMatrix
from RadioGenomicsTrainLib.cohort.features import read_features


@dataclass(frozen=True)
class FeaturePatient:
    """One patient with image features and expression.

    Attributes:
        id: as the tables are joined by.
        site: where the patient was treated; empty where the name does not tell.
        traits: clinical traits.
    """

    id: str
    site: str
    traits: ClinicalTraits


@dataclass(frozen=True, eq=False)
class FeatureCohort:
    """Patients with features and expression, and what was left out.

    Attributes:
        description: the cohort file: title, licence, citation, sources.
        patients: n, in the order of the feature table.
        names: d features.
        features: [n, d]; NaN where not measured.
        all_expression: every patient of the expression tables, with features or not.
        dropped: what was left out, each with its reason.
    """

    description: CohortDescription
    patients: tuple[FeaturePatient, ...]
    names: tuple[str, ...]
    features: np.ndarray
    all_expression: ExpressionMatrix
    dropped: tuple[Dropped, ...]

    @property
    def expression(self) -> ExpressionMatrix:
        """Expression of the patients, in their order; NaN rows in a table that lacks one."""
        return self.all_expression.for_patients([patient.id for patient in self.patients])

    @property
    def sites(self) -> np.ndarray:
        """Site of each patient [n]."""
        return np.array([patient.site for patient in self.patients])


def load_feature_cohort(cohort: str | Path, data_root: Path) -> FeatureCohort:
    """Load a cohort of features.

    Args:
        cohort: a shipped cohort's name ("tcga-gbm") or the path of a .toml with a [features] part.
        data_root: the folder that holds its files.

    Raises:
        InputError: the cohort file or one of its tables cannot be read, or nobody has both features and expression.
    """
    description = read_description(cohort, data_root)
    if description.features is None:
        raise InputError(cohort, "this cohort has images, no table of features", "Prepare its images instead.")
    table, dropped = read_features(description.features, description.patient_ids)
    expression, lost = read_cohort_expression(description)
    traits, not_used = read_clinical(description.clinical, description.patient_ids)
    measured = set(expression.patients)
    rows = [row for row, patient in enumerate(table.patients) if patient.name in measured]
    dropped += [
        Dropped("patient", patient.name, "has features, but no expression")
        for patient in table.patients
        if patient.name not in measured
    ]
    if not rows:
        mend = "Check that its tables name patients alike: [patients] pattern, and name in [features]."
        raise InputError(description.id, "nobody has both features and expression", mend)
    patients = tuple(
        FeaturePatient(one.name, one.site, traits.get(one.name, ClinicalTraits()))
        for one in (table.patients[row] for row in rows)
    )
    without = without_expression([patient.id for patient in patients], expression, "features")
    dropped += [*not_used, *lost, *without]
    return FeatureCohort(description, patients, table.names, table.values[rows], expression, tuple(dropped))
