"""What the rungs of the ladder take of a cohort's patients: from its images, or from a published table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from dataclasses import field
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
from RadioGenomicsTrainLib.cohort.dropped import Dropped
from RadioGenomicsTrainLib.cohort.feature_cohort import FeatureCohort
from RadioGenomicsTrainLib.cohort.feature_cohort import FeaturePatient
from RadioGenomicsTrainLib.cohort.manifest import Cohort
from RadioGenomicsTrainLib.cohort.manifest import Patient
from RadioGenomicsTrainLib.training.embedding_cache import embed_once
from RadioGenomicsTrainLib.training.encoder_folds import encoder_key
from RadioGenomicsTrainLib.training.prepared_cohort import prepare_cohort
from RadioGenomicsTrainLib.training.token_features import token_features
from RadioGenomicsTrainLib.validation.array_cache import digest
from RadioGenomicsTrainLib.validation.cohort_data import FlowStep
from RadioGenomicsTrainLib.validation.folds import patient_folds
from RadioGenomicsTrainLib.validation.rungs import VOLUME_AND_LOCATION
from RadioGenomicsTrainLib.validation.rungs import chosen_features
from RadioGenomicsTrainLib.validation.rungs import clinical_features
from RadioGenomicsTrainLib.validation.rungs import site_features

if TYPE_CHECKING:
    from RadioGenomicsTrainLib.training.build import BuildSettings


@dataclass
class CohortFeatures:
    """What the rungs take of the patients, and why some of it is not there.

    Attributes:
        patients: identifiers, in the order of the rows.
        values: by kind.
        groups: columns of each group, of the kinds that have several.
        choose_from: columns of each group of the default features, by name.
        absent: reasons by kind.
        dropped, flow: what was left out.
        encoder_folds: the split of the encoders.
        provenance: what the features were made from.
    """

    patients: list[str]
    values: dict[str, np.ndarray] = field(default_factory=dict)
    groups: dict[str, tuple[int, ...]] = field(default_factory=dict)
    choose_from: dict[str, int] = field(default_factory=dict)
    absent: dict[str, str] = field(default_factory=dict)
    dropped: list[Dropped] = field(default_factory=list)
    flow: list[FlowStep] = field(default_factory=list)
    encoder_folds: list[np.ndarray] = field(default_factory=list)
    provenance: dict[str, Any] = field(default_factory=dict)


def features_from_images(
    cohort: Cohort,
    settings: BuildSettings,
    work: Path,
    cache: Path,
    progress: Progress = silent,
    *,
    start_from: Path | None = None,
    workers: Workers = HERE,
) -> CohortFeatures:
    """Prepare the patients and describe their tumors; encoders that were trained before are used, none is trained.

    Args:
        cohort: patients with images.
        settings: of the bundle.
        work: folder of prepared patients and encoders.
        cache: folder of earlier results.
        progress: told of every patient.
        start_from: the weights that the encoders were trained from.
        workers: who prepares and describes.

    Raises:
        InputError: nobody can be prepared.
    """
    first = within(progress, 0.0, 0.3)
    prepared, dropped = prepare_cohort(cohort, settings.preprocessing, work / "prepared", first, workers)
    if not prepared:
        mend = "See the reasons in the list of what was left out."
        raise InputError(cohort.description.id, "none of its patients can be prepared", mend)
    patients = list(prepared.values())
    tumors = embed_once(patients, settings.preprocessing, cache, within(progress, 0.3, 0.5))
    features = CohortFeatures(list(prepared), dropped=dropped)
    features.values = {
        "volume_location": chosen_features(tumors.descriptor_names, tumors.descriptors, VOLUME_AND_LOCATION),
        "radiomics": tumors.descriptors,
        "deep_features": tumors.deep,
        "default": tumors.values,
    }
    features.groups = {"deep_features": tumors.deep_groups, "default": tumors.groups}
    features.choose_from = dict(zip(tumors.group_names, tumors.groups, strict=True))
    features.provenance = {
        "patients_digest": digest([patient.digest() for patient in patients]),
        "preprocessing": settings.preprocessing.to_json(),
        "descriptors": len(tumors.descriptor_names),
        "features": tumors.values.shape[1],
        "groups": features.choose_from,
    }
    folds = patient_folds(len(patients), settings.folds, settings.seed)
    trained_on = [np.setdiff1d(np.arange(len(patients)), test) for test in folds]
    keys = [
        encoder_key([patients[i] for i in chosen], settings.network, settings.encoder, start_from)
        for chosen in trained_on
    ]
    encoders = [work / "encoders" / f"encoder-{key}.safetensors" for key in keys]
    if all(path.exists() for path in encoders):
        rest = within(progress, 0.5, 1.0)
        tokens = token_features(patients, encoders, settings.network, settings.reference, cache, rest, workers)
        features.values["frozen_encoder"], features.encoder_folds = tokens, folds
        features.provenance["encoders"] = [path.name for path in encoders]
    else:
        features.absent["frozen_encoder"] = "The encoders of the folds are not in the work folder: train them first."
    channels = sum(len(patient.channels) for patient in cohort.patients)
    features.flow = [
        FlowStep("images found", "patient", len(cohort.patients), _count(cohort.dropped, "patient")),
        FlowStep("channels that hold an image", "channel", channels, _count(cohort.dropped, "channel")),
        FlowStep("prepared", "patient", len(prepared), len(dropped)),
    ]
    return features


def features_from_table(cohort: FeatureCohort) -> CohortFeatures:
    """Take the features as they were published."""
    features = CohortFeatures([patient.id for patient in cohort.patients])
    features.values = {"radiomics": cohort.features, "default": cohort.features}
    features.choose_from = {"features": cohort.features.shape[1]}
    reason = "The cohort has a published table of features, no images."
    features.absent = dict.fromkeys(("volume_location", "deep_features", "frozen_encoder"), reason)
    features.provenance = {"features_digest": digest([cohort.features]), "features": len(cohort.names)}
    features.flow = [
        FlowStep("features and expression", "patient", len(cohort.patients), _count(cohort.dropped, "patient")),
        FlowStep("usable features", "feature", len(cohort.names), _count(cohort.dropped, "feature")),
    ]
    return features


def add_site_and_clinic(features: CohortFeatures, patients: Sequence[Patient | FeaturePatient]) -> None:
    """Add what is known of the patients without any image."""
    sites = [patient.site for patient in patients]
    if all(sites) and len(set(sites)) > 1:
        features.values["site"] = site_features(sites)
    else:
        features.absent["site"] = "The patients' names do not tell where they were treated."
    try:
        features.values["clinical"] = clinical_features([patient.traits for patient in patients])
    except InputError as error:
        features.absent["clinical"] = f"{error.subject}: {error.reason}."


def _count(dropped: Sequence[Dropped], kind: str) -> int:
    return sum(one.kind == kind for one in dropped)
