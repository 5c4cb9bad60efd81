"""A cohort: one row per patient with images, the expression matrix, and all that was left out, with reasons."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import replace
from pathlib import Path

import numpy as np

from RadioGenomicsLib.errors import InputError
from RadioGenomicsLib.errors import RadioGenomicsError
from RadioGenomicsLib.imaging.dicom import read_image
from RadioGenomicsLib.imaging.mask_file import read_mask
from RadioGenomicsLib.imaging.volume import Volume
from RadioGenomicsLib.progress import Progress
from RadioGenomicsLib.progress import silent
from RadioGenomicsLib.progress import within
from RadioGenomicsTrainLib.cohort.clinical import ClinicalTraits
from RadioGenomicsTrainLib.cohort.clinical import read_clinical
from RadioGenomicsTrainLib.cohort.cohort_expression import read_cohort_expression
from RadioGenomicsTrainLib.cohort.cohort_expression import without_expression
from RadioGenomicsTrainLib.cohort.description import CohortDescription
from RadioGenomicsTrainLib.cohort.description import read_description
from RadioGenomicsTrainLib.cohort.dropped import Dropped
from RadioGenomicsTrainLib.cohort.expression import ExpressionMatrix
from RadioGenomicsTrainLib.cohort.image_tree import PatientImages
from RadioGenomicsTrainLib.cohort.image_tree import find_images
from RadioGenomicsTrainLib.cohort.patient_ids import PatientIds
from RadioGenomicsTrainLib.cohort.series_rules import find_rule
from RadioGenomicsTrainLib.cohort.sources import ImagePatterns
from RadioGenomicsTrainLib.cohort.sources import ImageTree


@dataclass(frozen=True)
class Patient:
    """One patient with images.

    Attributes:
        id: patient's barcode, or name where the cohort has names of its own.
        site: tissue source site; empty where the name does not tell.
        channels: role to image path, ``file``, ``file#component`` or ``folder#series``, as imaging.dicom.read_image
            takes it; only channels that hold an image.
        mask: path of the tumor mask, ``file`` or ``file#component``.
        traits: clinical traits.
        drawn_on: role of the channel that the mask was drawn on; by the mask's grid where empty.
        orientation: where the axes point to of files that do not tell, as "RAS"; such files are refused where empty.
    """

    id: str
    site: str
    channels: Mapping[str, str]
    mask: str
    traits: ClinicalTraits
    drawn_on: str = ""
    orientation: str = ""


@dataclass(frozen=True, eq=False)
class Cohort:
    """Patients, expression, and what was left out.

    Attributes:
        description: the cohort file: title, licence, citation, sources.
        patients: those with images, by barcode.
        all_expression: every patient of the expression tables, with images or not.
        dropped: what was left out, each with its reason.
    """

    description: CohortDescription
    patients: tuple[Patient, ...]
    all_expression: ExpressionMatrix
    dropped: tuple[Dropped, ...]

    @property
    def expression(self) -> ExpressionMatrix:
        """Expression of the patients with images, in their order; NaN rows where there is none."""
        return self.all_expression.for_patients([patient.id for patient in self.patients])

    @property
    def sites(self) -> np.ndarray:
        """Tissue source site of each patient [n]."""
        return np.array([patient.site for patient in self.patients])


def load_cohort(cohort: str | Path, data_root: Path, progress: Progress = silent) -> Cohort:
    """Load a cohort.

    Args:
        cohort: a shipped cohort's name ("tcga-lgg") or the path of a .toml.
        data_root: the folder that holds its files.
        progress: told of each patient.

    Raises:
        InputError: the cohort file or one of its tables cannot be read, or there are no images.
    """
    description = read_description(cohort, data_root)
    images = description.images
    if images is None:
        mend = "Validate it as a cohort of features: there is nothing to prepare or to train."
        raise InputError(cohort, "this cohort has a table of features, no images", mend)
    traits, not_used = read_clinical(description.clinical, description.patient_ids)
    found, passed_over = _find_images(images, within(progress, 0.0, 0.3))
    if not found:
        mend = "Set RADIOGENOMICS_DATA to the folder that holds the cohort's files."
        wanted = images.mask if isinstance(images, ImagePatterns) else f"the rule {images.rule} asks for"
        raise InputError(data_root, f"there are no images like {wanted}", mend)
    expression, dropped = read_cohort_expression(description)
    dropped += [*not_used, *passed_over]
    patients, looked_at = [], within(progress, 0.3, 1.0)
    for index, one in enumerate(found):
        patient, lost = _read_patient(one, description.patient_ids, traits, images.orientation)
        dropped += lost
        patients += [replace(patient, drawn_on=images.drawn_on, orientation=images.orientation)] if patient else []
        looked_at((index + 1) / len(found), "looking at the images")
    dropped += without_expression([patient.id for patient in patients], expression, "images")
    return Cohort(description, tuple(patients), expression, tuple(dropped))


def _find_images(images: ImagePatterns | ImageTree, progress: Progress) -> tuple[list[PatientImages], list[Dropped]]:
    if isinstance(images, ImagePatterns):
        return [images.images(patient) for patient in images.patients()], []
    found, passed_over = find_images(images.folder, find_rule(images.rule), progress)
    if images.mask:
        found = [replace(one, mask=images.mask.replace("{patient}", one.patient)) for one in found]
    return found, passed_over


def _read_patient(
    images: PatientImages, ids: PatientIds, traits: Mapping[str, ClinicalTraits], orientation: str
) -> tuple[Patient | None, list[Dropped]]:
    name = images.patient
    known = ids.identify(name)
    why = _why_unusable(images.mask, read_mask, orientation) if images.mask else "there is none"
    if why:
        return None, [Dropped("patient", name, f"its tumor mask cannot be used: {why}")]
    channels, dropped = {}, []
    for role, path in images.channels.items():
        why = _why_unusable(path, read_image, orientation)
        if why:
            dropped.append(Dropped("channel", f"{name} {role}", why))
        else:
            channels[role] = path
    if not channels:
        return None, [*dropped, Dropped("patient", name, "none of its channels can be used")]
    return Patient(known.name, known.site, channels, images.mask, traits.get(known.name, ClinicalTraits())), dropped


def _why_unusable(path: str, read: Callable[[str, str], Volume], orientation: str) -> str:
    """Return why an image cannot be used, such as being zero everywhere; nothing if it can."""
    try:
        read(path, orientation)
    except RadioGenomicsError as error:
        return error.reason
    return ""
