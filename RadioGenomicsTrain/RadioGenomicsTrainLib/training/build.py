"""From a cohort to a validated bundle: prepare, train, validate, write."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from dataclasses import dataclass
from dataclasses import field
from pathlib import Path

import numpy as np
from RadioGenomicsLib.errors import InputError
from RadioGenomicsLib.errors import OutputError
from RadioGenomicsLib.model.bundle import Bundle
from RadioGenomicsLib.model.embedding import EmbeddingSettings
from RadioGenomicsLib.model.embedding import embed
from RadioGenomicsLib.model.network import NetworkSettings
from RadioGenomicsLib.model.preprocessing import Preprocessing
from RadioGenomicsLib.progress import Progress
from RadioGenomicsLib.progress import silent
from RadioGenomicsLib.progress import within

from RadioGenomicsTrainLib.cohort.manifest import Cohort
from RadioGenomicsTrainLib.training.bundle_writing import write_trained_bundle
from RadioGenomicsTrainLib.training.encoder import EncoderSettings
from RadioGenomicsTrainLib.training.encoder_folds import train_encoders
from RadioGenomicsTrainLib.training.encoder_validation import describe_patient
from RadioGenomicsTrainLib.training.encoder_validation import describe_proposal
from RadioGenomicsTrainLib.training.encoder_validation import encode_held_out
from RadioGenomicsTrainLib.training.encoder_validation import load_encoder
from RadioGenomicsTrainLib.training.gene_targets import gene_blocks
from RadioGenomicsTrainLib.training.gene_validation import HeadSettings
from RadioGenomicsTrainLib.training.gene_validation import score_other_outlines
from RadioGenomicsTrainLib.training.gene_validation import validate_block
from RadioGenomicsTrainLib.training.prepared_cohort import prepare_cohort
from RadioGenomicsTrainLib.training.subtype_validation import subtype_areas
from RadioGenomicsTrainLib.training.tumor_overlap import proposal_dice
from RadioGenomicsTrainLib.validation.folds import patient_folds


@dataclass(frozen=True)
class BuildSettings:
    """Everything that decides what bundle comes out of a cohort."""

    preprocessing: Preprocessing = field(default_factory=Preprocessing)
    network: NetworkSettings = field(default_factory=NetworkSettings)
    encoder: EncoderSettings = field(default_factory=EncoderSettings)
    head: HeadSettings = field(default_factory=HeadSettings)

    @property
    def reference(self) -> int:
        """Place of the channel whose slices count for the study."""
        return self.preprocessing.channels.index(self.preprocessing.required[0])


def build_bundle(
    cohort: Cohort,
    settings: BuildSettings,
    work: Path,
    output: Path,
    *,
    jobs: int = 1,
    progress: Progress = silent,
) -> Bundle:
    """Train and validate on a cohort, and write the bundle.

    Interrupted and started again, it goes on with the patients and encoders that are not finished.

    Args:
        cohort: patients with images and expression.
        settings: what to train.
        work: folder of prepared patients, encoders and the record of the validation; may hold those of earlier runs.
        output: the bundle's folder; must not exist yet.
        jobs: encoders trained at a time.
        progress: told of every step.

    Raises:
        OutputError: the output exists.
        InputError: fewer patients than folds can be prepared.
    """
    if output.exists():
        raise OutputError(output, "it exists already", "Give a new folder; nothing is overwritten.")
    prepared, dropped = prepare_cohort(cohort, settings.preprocessing, work / "prepared", within(progress, 0.0, 0.1))
    if len(prepared) < settings.head.folds:
        mend = "See the reasons in the record of dropped patients."
        raise InputError(cohort.description.id, f"only {len(prepared)} patients can be prepared", mend)
    names, patients = list(prepared), list(prepared.values())
    folds = patient_folds(len(patients), settings.head.folds, settings.head.seed)
    training_sets = {f"fold {i + 1}": np.setdiff1d(np.arange(len(patients)), t) for i, t in enumerate(folds)}
    training_sets["everybody"] = np.arange(len(patients))
    encoders = train_encoders(
        prepared,
        training_sets,
        settings.network,
        settings.encoder,
        work / "encoders",
        jobs=jobs,
        progress=within(progress, 0.1, 0.8),
    )
    progress(0.8, "outlining the tumors of held-out patients")
    fold_encoders = {i: encoders[f"fold {i + 1}"] for i in range(len(folds))}
    unseen = encode_held_out(patients, folds, fold_encoders, settings.network, settings.reference)
    by_name = {patient.id: patient for patient in cohort.patients}
    overlap = [
        proposal_dice(found.probability, patient, by_name[name].mask)
        for name, patient, found in zip(names, patients, unseen, strict=True)
    ]
    progress(0.85, "describing the tumors")
    described = [describe_patient(patient, settings.preprocessing, patient.tumor) for patient in patients]
    layout = EmbeddingSettings(tuple(described[0]))
    embedding = np.stack([embed(values, np.empty(0), layout) for values in described])
    weight = layout.column_weights()
    expression = cohort.all_expression.for_patients(names)
    blocks, without_spread = gene_blocks(expression)
    validations = [
        validate_block(block, embedding, weight, settings.head, within(progress, 0.88, 0.97))
        for block in blocks
    ]
    outlined = [describe_proposal(p, settings.preprocessing, found) for p, found in zip(patients, unseen, strict=True)]
    proposed = np.stack([embed(values, np.empty(0), layout) for values in outlined])
    record = {
        "segmentation": {
            "folds": len(folds),
            "patients": len(names),
            "mean_dice": round(float(np.mean(overlap)), 4),
            "median_dice": round(float(np.median(overlap)), 4),
            "dice_by_patient": {name: round(value, 4) for name, value in zip(names, overlap, strict=True)},
        },
        "genes": [
            {"unit": block.unit, **validation.head.summary.as_row()}
            for block, validation in zip(blocks, validations, strict=True)
        ],
        "interval_coverage": [round(float(np.nanmean(v.scores.coverage)), 4) for v in validations],
        "genes_from_proposed_outlines": [
            score_other_outlines(block, embedding, proposed, folds, weight, settings.head.ridge) for block in blocks
        ],
        "subtypes": subtype_areas([by_name[n].traits for n in names], embedding, weight, settings.head),
    }
    record["dropped"] = [asdict(one) for one in (*cohort.dropped, *dropped, *without_spread)]
    (work / "validation.json").write_text(json.dumps(record, indent=2) + "\n")
    return write_trained_bundle(
        output,
        cohort.description,
        settings,
        load_encoder(encoders["everybody"], settings.network),
        layout,
        embedding,
        list(zip(blocks, validations, strict=True)),
        record,
    )
