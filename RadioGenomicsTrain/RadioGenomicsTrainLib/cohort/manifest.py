"""A cohort: one row per patient with images, the expression matrix, and all that was left out, with reasons."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Mapping
from dataclasses import dataclass
from functools import reduce
from pathlib import Path

import numpy as np

from RadioGenomicsLib.errors import InputError
from RadioGenomicsLib.errors import RadioGenomicsError
from RadioGenomicsLib.imaging.reading import read_mask
from RadioGenomicsLib.imaging.reading import read_volume
from RadioGenomicsLib.imaging.volume import Volume
from RadioGenomicsLib.progress import Progress
from RadioGenomicsLib.progress import silent
from RadioGenomicsTrainLib.cohort.barcode import parse_barcode
from RadioGenomicsTrainLib.cohort.clinical import ClinicalTraits
from RadioGenomicsTrainLib.cohort.clinical import read_clinical
from RadioGenomicsTrainLib.cohort.description import CohortDescription
from RadioGenomicsTrainLib.cohort.description import read_description
from RadioGenomicsTrainLib.cohort.dropped import Dropped
from RadioGenomicsTrainLib.cohort.expression import ExpressionMatrix
from RadioGenomicsTrainLib.cohort.expression import join_genes
from RadioGenomicsTrainLib.cohort.expression import read_expression
from RadioGenomicsTrainLib.cohort.gene_ids import load_gene_names


@dataclass(frozen=True)
class Patient:
    """One patient with images.

    Attributes:
        id: patient's barcode.
        site: tissue source site.
        channels: role to image path, ``file`` or ``file#component``, as imaging.reading takes it; only channels
            that hold an image.
        mask: path of the tumor mask, in the same form.
        traits: clinical traits.
    """

    id: str
    site: str
    channels: Mapping[str, str]
    mask: str
    traits: ClinicalTraits


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
        progress: told after each patient.

    Raises:
        InputError: the cohort file or one of its tables cannot be read, or there are no images.
    """
    description = read_description(cohort, data_root)
    traits = read_clinical(description.clinical)
    names = description.imaged_patients()
    if not names:
        mend = "Set RADIOGENOMICS_DATA to the folder that holds the cohort's files."
        raise InputError(data_root, f"there are no images like {description.mask}", mend)
    expression, dropped = _read_all_expression(description)
    patients = []
    for index, name in enumerate(names):
        patient, lost = _read_patient(description, name, traits)
        dropped += lost
        patients += [patient] if patient else []
        progress((index + 1) / len(names), "looking at the images")
    dropped += _without_expression(patients, expression)
    return Cohort(description, tuple(patients), expression, tuple(dropped))


def _read_all_expression(description: CohortDescription) -> tuple[ExpressionMatrix, list[Dropped]]:
    gene_names = load_gene_names()
    matrices, dropped = [], []
    for source in description.expression:
        matrix, lost = read_expression(source.path, source.unit, gene_names, source.clip)
        held = {symbol: one.units[0] for one in reversed(matrices) for symbol in one.symbols}
        dropped += lost
        dropped += [
            Dropped("gene", symbol, f"taken in {held[symbol]}, not in {source.unit}")
            for symbol in matrix.symbols
            if symbol in held
        ]
        matrices.append(matrix)
    return reduce(join_genes, matrices), dropped


def _read_patient(
    description: CohortDescription, name: str, traits: Mapping[str, ClinicalTraits]
) -> tuple[Patient | None, list[Dropped]]:
    barcode = parse_barcode(name)
    mask = description.image(description.mask, name)
    why = _why_unusable(mask, read_mask)
    if why:
        return None, [Dropped("patient", name, f"its tumor mask cannot be used: {why}")]
    channels, dropped = {}, []
    for role, pattern in description.channels.items():
        path = description.image(pattern, name)
        why = _why_unusable(path, read_volume)
        if why:
            dropped.append(Dropped("channel", f"{name} {role}", why))
        else:
            channels[role] = path
    if not channels:
        return None, [*dropped, Dropped("patient", name, "none of its channels can be used")]
    known = traits.get(barcode.patient, ClinicalTraits())
    return Patient(barcode.patient, barcode.site, channels, mask, known), dropped


def _why_unusable(path: str, read: Callable[[str], Volume]) -> str:
    """Return why an image cannot be used, such as being zero everywhere; nothing if it can."""
    try:
        read(path)
    except RadioGenomicsError as error:
        return error.reason
    return ""


def _without_expression(patients: list[Patient], expression: ExpressionMatrix) -> list[Dropped]:
    """Return, for each unit, the patients with images whose expression it lacks."""
    rows = np.isfinite(expression.for_patients([patient.id for patient in patients]).values)
    units = np.array(expression.units)
    return [
        Dropped("expression", patient.id, f"has images, but no expression in {unit}")
        for unit in dict.fromkeys(expression.units)
        for patient, known in zip(patients, rows[:, units == unit].any(axis=1), strict=True)
        if not known
    ]
