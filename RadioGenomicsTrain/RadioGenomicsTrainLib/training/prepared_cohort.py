"""Prepare every patient of a cohort once: what is on disk already is found again by what it was made from."""

from __future__ import annotations

import functools
import hashlib
import json
from dataclasses import dataclass
from dataclasses import fields
from importlib import metadata
from pathlib import Path

import numpy as np

import RadioGenomicsLib
from RadioGenomicsLib.errors import InputError
from RadioGenomicsLib.errors import RegionError
from RadioGenomicsLib.fan_out import HERE
from RadioGenomicsLib.fan_out import Failed
from RadioGenomicsLib.fan_out import Workers
from RadioGenomicsLib.fan_out import fan_out
from RadioGenomicsLib.imaging.brain import available_methods
from RadioGenomicsLib.imaging.dicom import read_image
from RadioGenomicsLib.imaging.mask_file import read_mask
from RadioGenomicsLib.imaging.reading import split_choice
from RadioGenomicsLib.model.preprocessing import Preprocessing
from RadioGenomicsLib.progress import Progress
from RadioGenomicsLib.progress import silent
from RadioGenomicsLib.whole_outputs import file_written_whole
from RadioGenomicsTrainLib.cohort.dropped import Dropped
from RadioGenomicsTrainLib.cohort.manifest import Cohort
from RadioGenomicsTrainLib.cohort.manifest import Patient
from RadioGenomicsTrainLib.training import prepared as prepared_module
from RadioGenomicsTrainLib.training.prepared import PreparedPatient
from RadioGenomicsTrainLib.training.prepared import prepare_patient
from RadioGenomicsTrainLib.validation.array_cache import find_arrays
from RadioGenomicsTrainLib.work_folder import faults_told

# What a patient passes through: a changed line in it makes other arrays, for all that anybody knows.
PASSED_THROUGH = (
    "imaging/brain.py",
    "imaging/brain_methods/deepbet.py",
    "imaging/brain_methods/hd_bet.py",
    "imaging/brain_methods/synthstrip.py",
    "imaging/brain_methods/weight_files.py",
    "imaging/dicom.py",
    "imaging/dicom_file.py",
    "imaging/dicom_header.py",
    "imaging/dicom_left_out.py",
    "imaging/dicom_padding.py",
    "imaging/dicom_pixels.py",
    "imaging/dicom_stack.py",
    "imaging/dicom_woven.py",
    "imaging/drawn_on.py",
    "imaging/grid.py",
    "imaging/gzip_file.py",
    "imaging/image_file.py",
    "imaging/image_size.py",
    "imaging/itk.py",
    "imaging/labels.py",
    "imaging/mask_file.py",
    "imaging/mask_loss.py",
    "imaging/mgh_header.py",
    "imaging/nifti_header.py",
    "imaging/nifti_place.py",
    "imaging/normalize.py",
    "imaging/orientation.py",
    "imaging/padding.py",
    "imaging/percentiles.py",
    "imaging/raw_image.py",
    "imaging/raw_numbers.py",
    "imaging/reading.py",
    "imaging/registration.py",
    "imaging/separable.py",
    "imaging/study.py",
    "imaging/text_header.py",
    "imaging/volume.py",
    "model/preprocessing.py",
    "model/study.py",
)
_PACKAGES = ("numpy", "scipy", "simpleitk", "pydicom", "torch", "deepbet")


@dataclass(frozen=True)
class _Task:
    """A patient's way to a worker, and where the arrays go."""

    patient: Patient
    settings: Preprocessing
    path: Path


def prepare_cohort(
    cohort: Cohort,
    settings: Preprocessing,
    cache: Path,
    progress: Progress = silent,
    workers: Workers = HERE,
) -> tuple[dict[str, PreparedPatient], list[Dropped]]:
    """Return every patient that can be prepared, by barcode, and those that cannot, with the reason.

    Args:
        cohort: the patients.
        settings: the preprocessing of the bundle to be made.
        cache: folder of prepared patients. A file is named after the content of the scans, the settings, the code and
            the packages that made it, and appears only when it is whole; one that is damaged is made again.
        progress: told of every patient.
        workers: who prepares those that are not in the cache.

    Raises:
        RadioGenomicsError: nobody could be prepared so, such as without a package, or with a full disk.
        Canceled: from ``progress``; the patients done so far stay in the cache.
    """
    cache = cache.absolute()
    cache.mkdir(parents=True, exist_ok=True)
    count = len(cohort.patients)
    found: dict[str, PreparedPatient] = {}
    reasons: dict[str, str] = {}
    tasks: dict[str, _Task] = {}
    for patient in cohort.patients:
        progress(len(found) / count, "looking for prepared patients")
        try:
            task = _Task(patient, settings, cache / f"{patient.id}-{_key(patient, settings)}.npz")
        except OSError as error:
            reasons[patient.id] = f"its files cannot be read ({error.strerror})"
            continue
        stored = _read(task.path)
        if stored is None:
            tasks[patient.id] = task
        else:
            found[patient.id] = stored
    before = len(found)

    def report(fraction: float, _step: str) -> None:
        done = len(found) + len(reasons)
        progress((before + fraction * len(tasks)) / count, f"{done} of {count} patients prepared")

    for name, outcome in fan_out(_prepare, tasks, workers, report):
        if isinstance(outcome, Failed):
            reasons[name] = _why_dropped(outcome)
        else:
            found[name] = _read(tasks[name].path)  # type: ignore[assignment]  # it has just been written
        report((len(found) + len(reasons) - before) / max(len(tasks), 1), "")
    names = [patient.id for patient in cohort.patients]
    dropped = [Dropped("patient", name, reasons[name]) for name in names if name in reasons]
    return {name: found[name] for name in names if name in found}, dropped


@faults_told()
def _prepare(task: _Task, _progress: Progress) -> None:
    patient = task.patient
    channels = {role: read_image(path, patient.orientation) for role, path in patient.channels.items()}
    tumor = read_mask(patient.mask, patient.orientation)
    prepared = prepare_patient(channels, tumor, task.settings, patient.drawn_on)
    with file_written_whole(task.path) as aside:
        np.savez(aside, **{field.name: getattr(prepared, field.name) for field in fields(prepared)})


def _why_dropped(failed: Failed) -> str:
    """Return why one patient is left out; what is no fault of the patient's concerns all of them, and is raised."""
    if isinstance(failed.error, InputError | RegionError):
        return failed.error.reason
    raise failed.error


def _read(path: Path) -> PreparedPatient | None:
    """Return what was prepared before; None where there is nothing, or nothing whole."""
    arrays = find_arrays(path)
    names = {field.name for field in fields(PreparedPatient)}
    return None if arrays is None or arrays.keys() != names else PreparedPatient(**arrays)


def _key(patient: Patient, settings: Preprocessing) -> str:
    digest = hashlib.sha256(json.dumps([_code(), settings.to_json(), patient.drawn_on, patient.orientation]).encode())
    for name, path in sorted({**patient.channels, "mask": patient.mask}.items()):
        place, choice = split_choice(path)
        digest.update(f"{name}#{choice}".encode())
        for file in sorted(place.rglob("*")) if place.is_dir() else [place]:
            if not file.is_dir():
                digest.update(hashlib.sha256(file.read_bytes()).digest())
    return digest.hexdigest()[:16]


@functools.cache
def _code() -> str:
    """Return a digest of what prepares a patient: source, packages, and the brain extraction that is chosen here."""
    package = Path(RadioGenomicsLib.__file__).parent
    digest = hashlib.sha256(Path(prepared_module.__file__).read_bytes())
    for file in PASSED_THROUGH:
        digest.update((package / file).read_bytes())
    digest.update(json.dumps([[name, _version(name)] for name in _PACKAGES]).encode())
    digest.update(json.dumps(available_methods()[:1]).encode())
    return digest.hexdigest()


def _version(name: str) -> str:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return ""
