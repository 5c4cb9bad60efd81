"""Validate a cohort, of scans or of published features, and write the record that the report is made from."""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING
from typing import Any

import numpy as np

from RadioGenomicsLib.errors import InputError
from RadioGenomicsLib.fan_out import HERE
from RadioGenomicsLib.fan_out import Workers
from RadioGenomicsLib.progress import Progress
from RadioGenomicsLib.progress import silent
from RadioGenomicsLib.progress import within
from RadioGenomicsTrainLib.cohort.dropped import joined
from RadioGenomicsTrainLib.cohort.feature_cohort import FeatureCohort
from RadioGenomicsTrainLib.cohort.gene_ids import load_gene_names
from RadioGenomicsTrainLib.cohort.manifest import Cohort
from RadioGenomicsTrainLib.training.cohort_features import add_site_and_clinic
from RadioGenomicsTrainLib.training.cohort_features import features_from_images
from RadioGenomicsTrainLib.training.cohort_features import features_from_table
from RadioGenomicsTrainLib.training.gene_validation import HeadSettings
from RadioGenomicsTrainLib.training.gene_validation import out_of_fold
from RadioGenomicsTrainLib.training.programme_head import chosen_ridge
from RadioGenomicsTrainLib.training.subtype_validation import outcomes_of
from RadioGenomicsTrainLib.training.validation_blocks import validation_blocks
from RadioGenomicsTrainLib.validation.cohort_data import Block
from RadioGenomicsTrainLib.validation.cohort_data import CohortData
from RadioGenomicsTrainLib.validation.cohort_data import StoredPrediction
from RadioGenomicsTrainLib.validation.cohort_data import ValidationSettings
from RadioGenomicsTrainLib.validation.cohort_table import SEED_CAVEAT
from RadioGenomicsTrainLib.validation.cohort_table import SEED_COUNTS
from RadioGenomicsTrainLib.validation.gene_sets import read_gmt
from RadioGenomicsTrainLib.validation.record import write_record
from RadioGenomicsTrainLib.validation.stored_predictions import read_prediction

if TYPE_CHECKING:
    from RadioGenomicsTrainLib.training.build import BuildSettings


def validate_cohort(
    cohort: Cohort | FeatureCohort,
    settings: BuildSettings,
    work: Path,
    progress: Progress = silent,
    *,
    effort: ValidationSettings | None = None,
    gene_sets: Path | None = None,
    start_from: Path | None = None,
    device: str = "cpu",
    workers: Workers = HERE,
) -> Path:
    """Climb the ladder on a cohort and write the record; interrupted and started again, it goes on where it was.

    Args:
        cohort: patients with images or features, and expression.
        settings: the bundle's preprocessing, encoder and head.
        work: folder of prepared patients and encoders; the record goes to its ``validation``, what took long to
            ``validation-cache``.
        progress: told of every step.
        effort: folds, permutations and draws; as the head's settings say where None.
        gene_sets: a GMT file, such as MSigDB's hallmarks; without one no gene sets are tested.
        start_from: the weights that the encoders were trained from, by which they are found again.
        device: where joint permutations are computed: "cpu", "cuda" or "mps"; unless ``effort`` says so.
        workers: who prepares, describes and tests; the tables do not depend on it.

    Returns:
        The folder of the record.

    Raises:
        InputError: nothing can be tested: fewer patients than folds, or no gene that varies.
        OutputError: the record cannot be written.
    """
    head = settings.head if isinstance(settings.head, HeadSettings) else HeadSettings()
    asked = effort or ValidationSettings(head.folds, head.repeats, head.permutations, seed=head.seed, device=device)
    cache = work / "validation-cache"
    first = within(progress, 0.0, 0.2)
    if isinstance(cohort, FeatureCohort):
        features = features_from_table(cohort)
    else:
        features = features_from_images(cohort, settings, work, cache, first, start_from=start_from, workers=workers)
    names = features.patients
    if len(names) < asked.folds:
        mend = "Ask for fewer folds, or see the list of what was left out."
        raise InputError(cohort.description.id, f"only {len(names)} patients can be validated", mend)
    known = {patient.id: patient for patient in cohort.patients}
    patients = [known[name] for name in names]
    add_site_and_clinic(features, patients)
    targets = validation_blocks(cohort.description, names, _harmonized(gene_sets), settings.splits, head.subtype_weight)
    if not targets.blocks:
        raise InputError(cohort.description.id, "no gene varies in its patients", "Look at its expression tables.")
    stored = _stored(work, targets.blocks, names)
    if not stored:
        features.absent["paper"] = "Its out-of-fold predictions are not in the work folder."
    strata = np.array([patient.traits.subtype or "" for patient in patients])
    data = CohortData(
        cohort=_card(cohort),
        patients=tuple(names),
        sites=np.array([patient.site for patient in patients]),
        strata=strata,
        outcomes=outcomes_of(strata.tolist()),
        features=features.values,
        absent=features.absent,
        blocks=targets.blocks,
        head=lambda embedding, splits, groups: out_of_fold(embedding, embedding, splits, head.ridge, groups),
        ridges=lambda embedding, splits, groups: chosen_ridge(embedding, embedding, splits, groups),
        groups=features.groups,
        encoder_folds=features.encoder_folds,
        stored=stored,
        flow=(*features.flow, *targets.flow),
        dropped=joined([*cohort.dropped, *features.dropped], targets.dropped),
        provenance={**features.provenance, "ridge": head.ridge, "subtype_weight": head.subtype_weight},
        seed_paper=_seed_paper(cohort.description.id),
        notes=(
            *_notes(targets.blocks, gene_sets, len({patient.site for patient in patients}) >= asked.folds),
            *_notes_on_refits(stored),
        ),
    )
    return write_record(data, asked, work / "validation", cache, within(progress, 0.2, 1.0), workers)


def _stored(work: Path, blocks: Sequence[Block], patients: Sequence[str]) -> dict[str, StoredPrediction]:
    """Return the published method's predictions, where the training left them."""
    found: dict[str, StoredPrediction] = {}
    for block in blocks:
        path = work / "paper" / f"predictions_{block.id}.npz"
        stored = read_prediction(path, [patients[i] for i in block.rows], block.families[0].symbols)
        found |= {block.id: stored} if stored else {}
    return found


def _harmonized(gene_sets: Path | None) -> Mapping[str, list[str]]:
    """Return gene sets in the symbols in use now, as the expression has them."""
    if gene_sets is None:
        return {}
    names = load_gene_names()
    return {title: [names.resolve(one).symbol for one in symbols] for title, symbols in read_gmt(gene_sets).items()}


def _card(cohort: Cohort | FeatureCohort) -> dict[str, Any]:
    one = cohort.description
    return {
        "id": one.id,
        "title": one.title,
        "licence": one.licence,
        "citation": list(one.citation),
        "limitations": list(one.limitations),
    }


def _seed_paper(cohort: str) -> dict[str, Any]:
    stated = SEED_COUNTS.get(cohort)
    if stated is None:
        return {}
    return {"cohort": stated.cohort, "genes": stated.genes, "quote": stated.quote, "caveat": SEED_CAVEAT}


def _notes(blocks: Sequence[Block], gene_sets: Path | None, enough_sites: bool) -> tuple[str, ...]:
    notes = [
        "All rungs have the same patients. Those of the frozen encoder and of paper mode come from one 5-fold split, "
        "which their encoders were trained on; all others average the predictions of repeated splits.",
        "The training mean has no correlation as a deviation from itself, and counts as 0.",
    ]
    if not enough_sites:
        notes.append("Folds that share no site were not made: fewer sites are known than folds.")
    if gene_sets is None:
        notes.append("Gene sets were not tested: no GMT file was given.")
    elif any(block.unit == "z" for block in blocks):
        notes.append("Gene-set scores from z-scores rank each gene against other patients, not levels of one patient.")
    return tuple(notes)


def _notes_on_refits(stored: Mapping[str, StoredPrediction]) -> tuple[str, ...]:
    counts = {0 if one.refits is None else len(one.refits.orders) for one in stored.values()}
    if not counts:
        return ()
    told = min(counts)
    what = f"{told} refits on permuted patients" if told else "no refits, so it has none"
    return (f"The null of paper mode is from {what}; 19 are the least that can reach p = 0.05.",)
