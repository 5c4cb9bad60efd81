"""From a cohort to a validated bundle: prepare, train, validate, write."""

from __future__ import annotations

import json
from collections.abc import Callable
from collections.abc import Sequence
from dataclasses import dataclass
from dataclasses import field
from functools import partial
from pathlib import Path

import numpy as np

from RadioGenomicsLib.errors import InputError
from RadioGenomicsLib.errors import OutputError
from RadioGenomicsLib.model.bundle import Bundle
from RadioGenomicsLib.model.bundle import file_sha256
from RadioGenomicsLib.model.network import NetworkSettings
from RadioGenomicsLib.model.network import TransUNet
from RadioGenomicsLib.model.preprocessing import Preprocessing
from RadioGenomicsLib.progress import Progress
from RadioGenomicsLib.progress import silent
from RadioGenomicsLib.progress import within
from RadioGenomicsLib.whole_outputs import file_written_whole
from RadioGenomicsTrainLib.cohort.clinical import read_clinical
from RadioGenomicsTrainLib.cohort.dropped import write_dropped
from RadioGenomicsTrainLib.cohort.manifest import Cohort
from RadioGenomicsTrainLib.training.bundle_writing import write_trained_bundle
from RadioGenomicsTrainLib.training.encoder import EncoderSettings
from RadioGenomicsTrainLib.training.encoder_folds import train_encoders
from RadioGenomicsTrainLib.training.encoder_validation import load_encoder
from RadioGenomicsTrainLib.training.encoder_validation import outline_held_out
from RadioGenomicsTrainLib.training.first_weights import starting_network
from RadioGenomicsTrainLib.training.gene_targets import gene_blocks
from RadioGenomicsTrainLib.training.gene_validation import HeadSettings
from RadioGenomicsTrainLib.training.kernel_bundle import fit_kernel_head
from RadioGenomicsTrainLib.training.other_patients import OtherPatients
from RadioGenomicsTrainLib.training.paper_bundle import fit_paper_head
from RadioGenomicsTrainLib.training.paper_training import PaperSettings
from RadioGenomicsTrainLib.training.prepared import PreparedPatient
from RadioGenomicsTrainLib.training.prepared_cohort import prepare_cohort
from RadioGenomicsTrainLib.training.tumor_overlap import proposal_dice
from RadioGenomicsTrainLib.validation.folds import patient_folds
from RadioGenomicsTrainLib.validation.folds import repeated_folds


@dataclass(frozen=True)
class BuildSettings:
    """Everything that decides what bundle comes out of a cohort; ``head`` also says which kind."""

    preprocessing: Preprocessing = field(default_factory=Preprocessing)
    network: NetworkSettings = field(default_factory=NetworkSettings)
    encoder: EncoderSettings = field(default_factory=EncoderSettings)
    head: HeadSettings | PaperSettings = field(default_factory=HeadSettings)
    folds: int = 5
    seed: int = 0

    @property
    def reference(self) -> int:
        """Place of the channel whose slices count for the study."""
        return self.preprocessing.channels.index(self.preprocessing.required[0])

    def splits(self, patients: int) -> list[list[np.ndarray]]:
        """Return the repeated splits of the validation; none where there are fewer patients than folds."""
        head = self.head if isinstance(self.head, HeadSettings) else HeadSettings(folds=self.folds, seed=self.seed)
        return repeated_folds(patients, head.folds, head.repeats, head.seed) if patients >= head.folds else []


def build_bundle(
    cohort: Cohort,
    settings: BuildSettings,
    work: Path,
    output: Path,
    *,
    jobs: int = 1,
    start_from: Path | None = None,
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
        start_from: weights that the encoders start from; random ones where None.
        progress: told of every step.

    Raises:
        OutputError: the output exists.
        InputError: fewer patients than folds can be prepared.
    """
    if output.exists():
        raise OutputError(output, "it exists already", "Give a new folder; nothing is overwritten.")
    prepared, dropped = prepare_cohort(cohort, settings.preprocessing, work / "prepared", within(progress, 0.0, 0.1))
    if len(prepared) < settings.folds:
        mend = "Their reasons are in the work folder's list of dropped patients."
        write_dropped([*cohort.dropped, *dropped], work)
        raise InputError(cohort.description.id, f"only {len(prepared)} patients can be prepared", mend)
    patients = list(prepared.values())
    expression = cohort.all_expression.for_patients(list(prepared))
    blocks, without_spread = gene_blocks(expression, settings.splits, other_patients(cohort, settings))
    write_dropped([*cohort.dropped, *dropped, *without_spread], work)
    folds = patient_folds(len(patients), settings.folds, settings.seed)
    rest = within(progress, 0.1, 1.0)
    if isinstance(settings.head, PaperSettings):
        start = partial(starting_network, settings.network, start_from, settings.head.seed)
        encoder, head, probabilities = fit_paper_head(
            patients, blocks, folds, start, settings.head, settings.reference, rest
        )
        segmentation = _score_outlines(cohort, prepared, probabilities, work)
    else:
        encoder_of = _train_encoders(prepared, folds, settings, work, jobs, start_from, within(rest, 0.0, 0.7))
        progress(0.75, "outlining the tumors of held-out patients")
        probabilities = outline_held_out(patients, folds, encoder_of, settings.reference)
        segmentation = _score_outlines(cohort, prepared, probabilities, work)
        by_id = {patient.id: patient.traits for patient in cohort.patients}
        traits = [by_id[name] for name in prepared]
        encoder = encoder_of(None)
        head = fit_kernel_head(
            patients,
            probabilities,
            traits,
            blocks,
            folds,
            settings.preprocessing,
            settings.head,
            within(rest, 0.8, 1.0),
        )
    return write_trained_bundle(
        output,
        cohort.description,
        settings,
        encoder,
        head,
        blocks,
        {"folds": len(folds), **segmentation},
        None if start_from is None else file_sha256(start_from),
    )


def _train_encoders(
    prepared: dict[str, PreparedPatient],
    folds: Sequence[np.ndarray],
    settings: BuildSettings,
    work: Path,
    jobs: int,
    start_from: Path | None,
    progress: Progress,
) -> Callable[[int | None], TransUNet]:
    """Return what gives the encoder of a fold, or of everybody for None."""
    everybody = np.arange(len(prepared))
    training_sets = {f"fold {number + 1}": np.setdiff1d(everybody, test) for number, test in enumerate(folds)}
    encoders = train_encoders(
        prepared,
        training_sets | {"everybody": everybody},
        settings.network,
        settings.encoder,
        work / "encoders",
        jobs=jobs,
        start_from=start_from,
        progress=progress,
    )

    def encoder_of(fold: int | None) -> TransUNet:
        return load_encoder(encoders["everybody" if fold is None else f"fold {fold + 1}"], settings.network)

    return encoder_of


def other_patients(cohort: Cohort, settings: BuildSettings) -> OtherPatients | None:
    """Return the patients without images, who teach the kernel head; the published method knows none."""
    if isinstance(settings.head, PaperSettings):
        return None
    traits, _ = read_clinical(cohort.description.clinical, cohort.description.patient_ids)
    with_images = {patient.id for patient in cohort.patients}
    return OtherPatients.of(traits, cohort.all_expression, with_images, settings.head.subtype_weight)


def _score_outlines(
    cohort: Cohort, prepared: dict[str, PreparedPatient], probabilities: Sequence[np.ndarray], work: Path
) -> dict[str, float | int]:
    """Return the overlap with the experts' masks, and keep it by patient in the work folder."""
    masks = {patient.id: patient.mask for patient in cohort.patients}
    overlap = {
        name: round(proposal_dice(probability, patient, masks[name]), 4)
        for (name, patient), probability in zip(prepared.items(), probabilities, strict=True)
    }
    with file_written_whole(work / "dice_by_patient.json") as aside:
        aside.write_text(json.dumps(overlap, indent=2) + "\n", encoding="utf-8")
    values = list(overlap.values())
    return {
        "patients": len(values),
        "mean_dice": round(float(np.mean(values)), 4),
        "median_dice": round(float(np.median(values)), 4),
    }
