"""Associate a cohort's image features with its genes, pair by pair."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from RadioGenomicsLib.errors import InputError
from RadioGenomicsLib.progress import Progress
from RadioGenomicsLib.progress import silent
from RadioGenomicsLib.progress import within
from RadioGenomicsTrainLib.doors.request import CohortRequest
from RadioGenomicsTrainLib.work_folder import faults_told

if TYPE_CHECKING:
    from RadioGenomicsTrainLib.association.files import NamedAssociations
    from RadioGenomicsTrainLib.cohort.description import CohortDescription
    from RadioGenomicsTrainLib.validation.cohort_data import Block

_Features = tuple["CohortDescription", list[str], Sequence[str], np.ndarray]


@faults_told()
def associate_cohort(
    request: CohortRequest, covariates: Sequence[str] = (), alpha: float = 0.05, progress: Progress = silent
) -> tuple[Path, list[NamedAssociations]]:
    """Write ``WORK/association`` and return its table, with what was found in each expression table.

    A cohort of published features is tested by these, one of images by the descriptors of its prepared tumors. Genes
    are those of the validation, standardized and clipped as there; every expression table is a family of its own.

    Args:
        request: the cohort; ``permutations`` give the family-wise p, Bonferroni's where None.
        covariates: traits taken out of both sides: of "age", "sex", "grade".
        alpha: family-wise level of the pairs that are listed.
        progress: told of every step.

    Raises:
        InputError: nothing can be tested, or a covariate cannot be used.
        OutputError: the files cannot be written.
        Canceled: from ``progress``.
    """
    from RadioGenomicsTrainLib.association.covariates import covariate_values
    from RadioGenomicsTrainLib.association.files import write_associations
    from RadioGenomicsTrainLib.cohort.clinical import ClinicalTraits
    from RadioGenomicsTrainLib.cohort.clinical import read_clinical
    from RadioGenomicsTrainLib.training.validation_blocks import validation_blocks

    description, patients, names, features = _features(request, within(progress, 0.0, 0.3))
    traits = read_clinical(description.clinical, description.patient_ids)
    values = covariate_values([traits.get(name, ClinicalTraits()) for name in patients], covariates)
    blocks = validation_blocks(description, patients, {}, lambda _count: []).blocks
    if not blocks:
        raise InputError(description.id, "no gene varies in its patients", "Look at its expression tables.")
    results = []
    for number, block in enumerate(blocks):
        part = within(progress, 0.3 + 0.7 * number / len(blocks), 0.3 + 0.7 * (number + 1) / len(blocks))
        results.append(_tested(block, names, features, values, alpha, request.permutations or 0, part))
    table = write_associations(results, request.work / "association", covariates, alpha, request.permutations or 0)
    progress(1.0, "associations")
    return table, results


def _features(request: CohortRequest, progress: Progress) -> _Features:
    if request.is_of_features():
        table = request.load_features()
        return table.description, [patient.id for patient in table.patients], table.names, table.features
    from RadioGenomicsTrainLib.doors.prepare import prepare
    from RadioGenomicsTrainLib.training.embedding_cache import embed_once

    prepared = prepare(request, within(progress, 0.0, 0.7))
    cache, rest = request.work / "validation-cache", within(progress, 0.7, 1.0)
    tumors = embed_once(list(prepared.patients.values()), request.settings().preprocessing, cache, rest)
    return prepared.cohort.description, list(prepared.patients), tumors.descriptor_names, tumors.descriptors


def _tested(
    block: Block,
    names: Sequence[str],
    features: np.ndarray,
    covariates: np.ndarray,
    alpha: float,
    permutations: int,
    progress: Progress,
) -> NamedAssociations:
    from RadioGenomicsTrainLib.association.files import NamedAssociations
    from RadioGenomicsTrainLib.association.pairs import associate

    known = np.isfinite(covariates[block.rows]).all(axis=1)
    rows, genes = block.rows[known], block.families[0]
    try:
        found = associate(
            features[rows],
            genes.y[known],
            covariates[rows],
            alpha=alpha,
            n_permutations=permutations,
            progress=progress,
        )
    except ValueError as error:
        mend = "Choose other covariates, or none."
        raise InputError("--covariates", f"{len(rows)} patients with {block.unit}: {error}", mend) from error
    return NamedAssociations(found, names, genes.symbols, block.unit, len(rows), int((~known).sum()))
