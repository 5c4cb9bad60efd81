"""A new gene head for a bundle that has its encoder: training encoders takes an hour, a head a few minutes."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

from RadioGenomicsLib.errors import BundleError
from RadioGenomicsLib.errors import OutputError
from RadioGenomicsLib.model.bundle import CARD
from RadioGenomicsLib.model.bundle import WEIGHTS
from RadioGenomicsLib.model.bundle import Bundle
from RadioGenomicsLib.model.network import NetworkSettings
from RadioGenomicsLib.model.network import TransUNet
from RadioGenomicsLib.model.weights import load_tensors
from RadioGenomicsLib.progress import Progress
from RadioGenomicsLib.progress import silent
from RadioGenomicsLib.progress import within
from RadioGenomicsTrainLib.cohort.manifest import Cohort
from RadioGenomicsTrainLib.training.build import BuildSettings
from RadioGenomicsTrainLib.training.build import other_patients
from RadioGenomicsTrainLib.training.bundle_writing import write_trained_bundle
from RadioGenomicsTrainLib.training.gene_targets import gene_blocks
from RadioGenomicsTrainLib.training.gene_validation import HeadSettings
from RadioGenomicsTrainLib.training.kernel_bundle import fit_kernel_head
from RadioGenomicsTrainLib.training.prepared_cohort import prepare_cohort
from RadioGenomicsTrainLib.validation.folds import patient_folds

_PREFIX = "encoder."


def refit_head(
    cohort: Cohort, settings: BuildSettings, work: Path, kept: Path, output: Path, progress: Progress = silent
) -> Bundle:
    """Fit and validate the kernel head anew, and write it with the encoder of another bundle.

    The head does not look at the encoder, which only proposes outlines: its figures on the experts' outlines are those
    of a whole build. Those on proposed outlines take the encoders of the folds, and are left out.

    Args:
        cohort: that the kept bundle was trained on.
        settings: of the bundle; its head is a kernel head.
        work: folder of prepared patients.
        kept: folder of a bundle, of any schema version; its encoder may have another normalization than the settings.
        output: folder of the new one; must not exist yet.
        progress: told of every step.

    Raises:
        OutputError: the output exists.
        BundleError: the kept bundle cannot be read, or was made of another cohort, network or preprocessing.
    """
    if output.exists():
        raise OutputError(output, "it exists already", "Give a new folder; nothing is overwritten.")
    assert isinstance(settings.head, HeadSettings)  # the doors offer no other
    encoder, segmentation, started_from = _kept_encoder(kept, cohort.description.id, settings)
    prepared, _ = prepare_cohort(cohort, settings.preprocessing, work / "prepared", within(progress, 0.0, 0.1))
    patients = list(prepared.values())
    expression = cohort.all_expression.for_patients(list(prepared))
    blocks, _ = gene_blocks(expression, settings.splits, other_patients(cohort, settings))
    folds = patient_folds(len(patients), settings.folds, settings.seed)
    by_id = {patient.id: patient.traits for patient in cohort.patients}
    traits = [by_id[name] for name in prepared]
    rest = within(progress, 0.1, 1.0)
    head = fit_kernel_head(patients, None, traits, blocks, folds, settings.preprocessing, settings.head, rest)
    made = replace(settings, network=encoder.settings)
    return write_trained_bundle(output, cohort.description, made, encoder, head, blocks, segmentation, started_from)


def _kept_encoder(folder: Path, cohort: str, settings: BuildSettings) -> tuple[TransUNet, dict[str, Any], str | None]:
    """Return a bundle's encoder, how well it outlined held-out tumors, and what its training started from."""
    again = "Give the folder of a bundle of this cohort, or train the encoders."
    try:
        card = json.loads((folder / CARD).read_text(encoding="utf-8"))
        network = NetworkSettings.from_json(card["network"])
        made_of = (card["id"], network.to_json(), card["preprocessing"], card["training"]["encoder"])
        segmentation = card["validation"]["segmentation"]
        started_from = card["training"].get("encoder_started_from_sha256")
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise BundleError(folder, f"its {CARD} cannot be read ({error})", again) from error
    alike = replace(settings.network, normalization=network.normalization)
    if made_of != (cohort, alike.to_json(), settings.preprocessing.to_json(), settings.encoder.to_json()):
        raise BundleError(folder, "it was made of another cohort, or with other settings", again)
    import torch

    encoder = TransUNet(network)
    tensors = load_tensors(folder / WEIGHTS)
    weights = {k[len(_PREFIX) :]: torch.from_numpy(v) for k, v in tensors.items() if k.startswith(_PREFIX)}
    try:
        encoder.load_state_dict(weights)
    except RuntimeError as error:
        raise BundleError(folder, "its encoder is not one of this network", again) from error
    return encoder.eval(), segmentation, started_from
