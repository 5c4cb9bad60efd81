"""Prepare every patient of a cohort once: what is on disk already is found again by what it was made from."""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import fields
from pathlib import Path

import numpy as np

from RadioGenomicsLib.errors import RadioGenomicsError
from RadioGenomicsLib.imaging.reading import read_mask
from RadioGenomicsLib.imaging.reading import read_volume
from RadioGenomicsLib.model.preprocessing import Preprocessing
from RadioGenomicsLib.progress import Progress
from RadioGenomicsLib.progress import silent
from RadioGenomicsTrainLib.cohort.dropped import Dropped
from RadioGenomicsTrainLib.cohort.manifest import Cohort
from RadioGenomicsTrainLib.cohort.manifest import Patient
from RadioGenomicsTrainLib.training.prepared import PreparedPatient
from RadioGenomicsTrainLib.training.prepared import prepare_patient

# Raised whenever the preparation itself changes, so that no stale arrays are read.
_VERSION = 1


def prepare_cohort(
    cohort: Cohort, settings: Preprocessing, cache: Path, progress: Progress = silent
) -> tuple[dict[str, PreparedPatient], list[Dropped]]:
    """Return every patient that can be prepared, by barcode, and those that cannot, with the reason.

    Args:
        cohort: the patients.
        settings: the preprocessing of the bundle to be made.
        cache: folder of prepared patients.
        progress: told of every patient.
    """
    cache.mkdir(parents=True, exist_ok=True)
    prepared: dict[str, PreparedPatient] = {}
    dropped: list[Dropped] = []
    for index, patient in enumerate(cohort.patients):
        path = cache / f"{patient.id}-{_key(patient, settings)}.npz"
        try:
            prepared[patient.id] = _read(path) if path.exists() else _prepare(patient, settings, path)
        except RadioGenomicsError as error:
            dropped.append(Dropped("patient", patient.id, error.reason))
        progress((index + 1) / len(cohort.patients), f"prepared {index + 1} of {len(cohort.patients)} patients")
    return prepared, dropped


def _key(patient: Patient, settings: Preprocessing) -> str:
    digest = hashlib.sha256(json.dumps([_VERSION, settings.to_json()]).encode())
    for name, path in sorted({**patient.channels, "mask": patient.mask}.items()):
        file, _, component = path.partition("#")
        digest.update(f"{name}#{component}".encode())
        digest.update(Path(file).read_bytes())
    return digest.hexdigest()[:16]


def _prepare(patient: Patient, settings: Preprocessing, path: Path) -> PreparedPatient:
    channels = {role: read_volume(file) for role, file in patient.channels.items()}
    prepared = prepare_patient(channels, read_mask(patient.mask), settings)
    aside = path.with_name(f".{path.stem}.{os.getpid()}.npz")
    np.savez(aside, **{field.name: getattr(prepared, field.name) for field in fields(prepared)})
    aside.replace(path)
    return prepared


def _read(path: Path) -> PreparedPatient:
    with np.load(path, allow_pickle=False) as arrays:
        return PreparedPatient(**{field.name: arrays[field.name] for field in fields(PreparedPatient)})
