"""Associate a cohort's image features with its genes, pair by pair."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from dataclasses import replace
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
    from RadioGenomicsTrainLib.cohort.dropped import Dropped
    from RadioGenomicsTrainLib.validation.cohort_data import Block

_Features = tuple["CohortDescription", list[str], Sequence[str], np.ndarray, tuple["Dropped", ...]]


@dataclass(frozen=True)
class _Test:
    """How pairs are tested, and of which cohort."""

    cohort: str
    alpha: float
    permutations: int | None
    plain: bool
    covariates: Sequence[str]


@faults_told()
def associate_cohort(
    request: CohortRequest,
    covariates: Sequence[str] = (),
    alpha: float = 0.05,
    progress: Progress = silent,
    *,
    plain: bool = False,
) -> tuple[Path, list[NamedAssociations]]:
    """Write ``WORK/association`` and return its table, with what was found in each expression table.

    A cohort of published features is tested by these, one of images by the descriptors of its prepared tumors. Genes
    are those of the validation, standardized and clipped as there; every expression table is a family of its own.
    Files of an earlier call are replaced.

    Args:
        request: the cohort; ``permutations`` give the family-wise p, Bonferroni's where 0. Where None there are 999 if
            they cost about a minute at most, and else none.
        covariates: traits taken out of both sides: of "age", "sex", "grade".
        alpha: family-wise level of the pairs that are listed.
        progress: told of every step.
        plain: correlate the values themselves, not their normal scores; a single patient can then make a pair.

    Raises:
        InputError: nothing can be tested, a covariate cannot be used, or so few permutations can call no pair.
        OutputError: the files cannot be written.
        Canceled: from ``progress``; nothing is written, and older files stay.
    """
    from RadioGenomicsTrainLib.association.covariates import check_covariates
    from RadioGenomicsTrainLib.association.covariates import covariate_values
    from RadioGenomicsTrainLib.association.files import check_writable
    from RadioGenomicsTrainLib.association.files import write_associations
    from RadioGenomicsTrainLib.cohort.clinical import ClinicalTraits
    from RadioGenomicsTrainLib.cohort.clinical import read_clinical
    from RadioGenomicsTrainLib.cohort.dropped import joined
    from RadioGenomicsTrainLib.training.validation_blocks import validation_blocks

    _check_permutations(request.permutations, alpha)
    covariates = list(dict.fromkeys(covariates))
    check_covariates(covariates)
    folder = request.work / "association"
    check_writable(folder)
    # The settings of a validation are no business of this door.
    asked = replace(request, permutations=None)
    description, patients, names, features, dropped = _features(asked, within(progress, 0.0, 0.3))
    traits, _ = read_clinical(description.clinical, description.patient_ids)
    values = covariate_values([traits.get(name, ClinicalTraits()) for name in patients], covariates)
    targets = validation_blocks(description, patients, {}, lambda _count: [])
    blocks = targets.blocks
    if not blocks:
        raise InputError(description.id, "no gene varies in its patients", "Look at its expression tables.")
    test = _Test(description.id, alpha, request.permutations, plain, covariates)
    results = []
    for number, block in enumerate(blocks):
        part = within(progress, 0.3 + 0.7 * number / len(blocks), 0.3 + 0.7 * (number + 1) / len(blocks))
        results.append(_tested(block, names, features, values, test, part))
    table = write_associations(results, folder, covariates, alpha, joined(dropped, targets.dropped))
    progress(1.0, "associations")
    return table, results


def _check_permutations(permutations: int | None, alpha: float) -> None:
    from RadioGenomicsTrainLib.association.permutation_default import DEFAULT_PERMUTATIONS
    from RadioGenomicsTrainLib.association.permutation_default import fewest_permutations

    fewest = fewest_permutations(alpha)
    if permutations and permutations < fewest:
        mend = f"Give at least {fewest}, better {DEFAULT_PERMUTATIONS}, or 0 for Bonferroni's correction."
        raise InputError("--permutations", f"{permutations} can give no p of {alpha:g} or less", mend)


def _features(request: CohortRequest, progress: Progress) -> _Features:
    from RadioGenomicsTrainLib.cohort.dropped import log_dropped

    if request.is_of_features():
        table = request.load_features()
        log_dropped(table.dropped)
        return table.description, [one.id for one in table.patients], table.names, table.features, table.dropped
    from RadioGenomicsTrainLib.doors.prepare import prepare
    from RadioGenomicsTrainLib.training.embedding_cache import embed_once

    prepared = prepare(request, within(progress, 0.0, 0.7))
    cache, rest = request.work / "validation-cache", within(progress, 0.7, 1.0)
    tumors = embed_once(list(prepared.patients.values()), request.settings().preprocessing, cache, rest)
    patients, description = list(prepared.patients), prepared.cohort.description
    return description, patients, tumors.descriptor_names, tumors.descriptors, prepared.dropped


def _tested(
    block: Block,
    names: Sequence[str],
    features: np.ndarray,
    covariates: np.ndarray,
    test: _Test,
    progress: Progress,
) -> NamedAssociations:
    from RadioGenomicsTrainLib.association.files import NORMAL_SCORES
    from RadioGenomicsTrainLib.association.files import PLAIN
    from RadioGenomicsTrainLib.association.files import NamedAssociations
    from RadioGenomicsTrainLib.association.left_out import reasons_left_out
    from RadioGenomicsTrainLib.association.normal_scores import normal_scores
    from RadioGenomicsTrainLib.association.pairs import associate

    known = np.isfinite(covariates[block.rows]).all(axis=1)
    rows, genes = block.rows[known], block.families[0]
    x, y = features[rows], genes.y[known]
    permutations, family_wise = _family_wise(test.permutations, len(rows), x.shape[1], y.shape[1])
    try:
        found = associate(
            x if test.plain else normal_scores(x),
            y if test.plain else normal_scores(y),
            covariates[rows],
            alpha=test.alpha,
            n_permutations=permutations,
            progress=progress,
        )
    except ValueError as error:
        by_covariates = covariates.shape[1] > 0
        subject = "--covariates" if by_covariates else test.cohort
        mend = "Choose other covariates, or none." if by_covariates else "At least four patients are needed."
        raise InputError(subject, f"{len(rows)} patients with {block.unit}: {error}", mend) from error
    gaps = (~np.isfinite(covariates[block.rows])).sum(axis=0).tolist()
    features_out = reasons_left_out(x, found.usable_features, names)
    genes_out = reasons_left_out(y, found.usable_genes, genes.symbols)
    if not found.pairs:
        kind, out = ("feature", features_out) if not found.usable_features.any() else ("gene", genes_out)
        name, reason = next(iter(out.items()), ("there", "is none"))
        mend = "Look at the table, or leave covariates out."
        raise InputError(test.cohort, f"no {kind} can be tested with {block.unit}: {name} {reason}", mend)
    return NamedAssociations(
        found,
        names,
        genes.symbols,
        block.unit,
        patients=len(rows),
        lacking=int((~known).sum()),
        unknown=dict(zip(test.covariates, gaps, strict=True)),
        values=PLAIN if test.plain else NORMAL_SCORES,
        family_wise=family_wise,
        features_left_out=features_out,
        genes_left_out=genes_out,
    )


def _family_wise(asked: int | None, patients: int, features: int, genes: int) -> tuple[int, str]:
    """Return how many permutations are made, and in words where the family-wise p is from."""
    from RadioGenomicsTrainLib.association.permutation_default import DEFAULT_PERMUTATIONS
    from RadioGenomicsTrainLib.association.permutation_default import default_permutations

    count = default_permutations(patients, features, genes) if asked is None else asked
    if count:
        return count, f"largest |r| of {count} permutations of the patients (Westfall and Young 1993)"
    if asked is not None:
        return 0, "Bonferroni, as asked"
    why = f"{DEFAULT_PERMUTATIONS} permutations of {features * genes:,} pairs would take more than about a minute"
    return 0, f"Bonferroni: {why}; --permutations {DEFAULT_PERMUTATIONS} makes them all the same"
