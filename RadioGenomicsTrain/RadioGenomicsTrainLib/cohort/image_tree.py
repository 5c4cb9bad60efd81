"""Find the patients in a folder of scans: a TCIA tree of DICOM (collection/patient/study/series), or NIfTI files.

A patient is known by the TCGA barcode in a folder's or a file's name, else by the one in DICOM's Patient ID; no other
field that names a person is read. Only headers are read, no pixels.
"""

from __future__ import annotations

import os
import re
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pydicom

from RadioGenomicsLib.errors import InputError
from RadioGenomicsLib.imaging.dicom import Series
from RadioGenomicsLib.imaging.dicom import find_series
from RadioGenomicsLib.imaging.dicom_file import CappedFile
from RadioGenomicsLib.imaging.dicom_file import read_dataset
from RadioGenomicsLib.imaging.reading import volume_name
from RadioGenomicsLib.progress import Progress
from RadioGenomicsLib.progress import silent
from RadioGenomicsTrainLib.cohort.barcode import find_patient
from RadioGenomicsTrainLib.cohort.dropped import Dropped
from RadioGenomicsTrainLib.cohort.series_selection import SelectionRule
from RadioGenomicsTrainLib.cohort.series_selection import SeriesFacts
from RadioGenomicsTrainLib.cohort.series_selection import choose_series

_IMAGES = (".nii", ".nii.gz", ".nrrd", ".mha")
_MASK = re.compile(r"(?<![a-z])(mask|seg|segmentation|label|labels|roi|glistrboost)(?![a-z])", re.IGNORECASE)
_BARCODE = re.compile(r"(sub-)?TCGA[-._][A-Z0-9]{2}[-._][A-Z0-9]{4}", re.IGNORECASE)
_DATE = re.compile(r"(?<!\d)(?:(\d{4})[.-](\d\d)[.-](\d\d)|(\d\d)-(\d\d)-(\d{4}))(?!\d)")
_TAGS = ["PatientID", "StudyInstanceUID", "StudyDate", "StudyDescription", "SeriesNumber", "ContrastBolusAgent"]


@dataclass(frozen=True)
class PatientImages:
    """The scans of one patient.

    Attributes:
        patient: TCGA barcode.
        date: of the study, "1999-12-31"; empty where not known.
        channels: role to path, in the form that imaging.dicom.read_image takes.
        mask: path of the tumor mask among NIfTI files; empty where there is none, and for DICOM.
    """

    patient: str
    date: str
    channels: Mapping[str, str]
    mask: str


def find_images(
    folder: Path | str, rule: SelectionRule, progress: Progress = silent
) -> tuple[list[PatientImages], list[Dropped]]:
    """Find the patients in a folder and the scan of each role.

    Args:
        folder: a collection's, or one above several.
        rule: which series are taken.
        progress: told before each patient.

    Returns:
        Patients by barcode; the series, files and patients passed over, each with its reason.

    Raises:
        InputError: there is no such folder, or nobody in it.
    """
    folder = Path(folder)
    if not folder.is_dir():
        raise InputError(folder, "there is no such folder", "Check the path.")
    scans: dict[str, dict[str, SeriesFacts]] = {}
    masks: dict[str, dict[str, SeriesFacts]] = {}
    dropped: list[Dropped] = []
    places = _places(folder)
    for number, place in enumerate(places):
        progress(number / len(places), "looking for patients")
        files = _image_files(place)
        found = _nifti_scans(folder, files) if files else _dicom_scans(folder, place)
        for patient, path, facts in found:
            is_mask = bool(files) and _MASK.search(facts.description) is not None
            if patient:
                (masks if is_mask else scans).setdefault(patient, {})[path] = facts
            else:
                reason = facts.flaw or "neither its folders nor its Patient ID hold a TCGA barcode"
                dropped.append(Dropped("series", path, reason))
    if not scans:
        mend = "Give the folder that holds one folder per patient, named by TCGA barcode."
        raise InputError(folder, "there are no scans of TCGA patients in it", mend)
    patients = []
    for patient in sorted({*scans, *masks}):
        images, lost = _choose(patient, scans.get(patient, {}), masks.get(patient, {}), rule)
        patients += [images] if images else []
        dropped += lost
    progress(1.0, "looking for patients")
    return patients, dropped


def _places(folder: Path) -> list[Path]:
    """Return the folders to look into one by one: a patient's, or one in which images lie, or the deepest."""
    inside = sorted(folder.iterdir())
    if find_patient(folder.name) or any(one.name.lower().endswith((*_IMAGES, ".dcm")) for one in inside):
        return [folder]
    below = [one for one in inside if one.is_dir() and not one.name.startswith(".")]
    return [place for one in below for place in _places(one)] or [folder]


def _image_files(place: Path) -> list[Path]:
    return sorted(file for file in place.rglob("*") if file.is_file() and file.name.lower().endswith(_IMAGES))


def _patient_of(root: Path, path: Path) -> str:
    names = [root.name, *path.relative_to(root).parts]
    return next(filter(None, map(find_patient, names)), "")


def _nifti_scans(root: Path, files: list[Path]) -> list[tuple[str, str, SeriesFacts]]:
    return [(_patient_of(root, file), str(file), _nifti_facts(root, file)) for file in files]


def _nifti_facts(root: Path, file: Path) -> SeriesFacts:
    import SimpleITK as sitk

    dates = [_date(name) for name in (file.name, *reversed(file.relative_to(root).parts[:-1]))]
    reader = sitk.ImageFileReader()
    reader.SetFileName(str(file))
    slices, thickness, flaw = None, None, ""
    try:
        reader.ReadImageInformation()
        if reader.GetDimension() == 3 and reader.GetNumberOfComponents() == 1:
            slices, thickness = reader.GetSize()[2], reader.GetSpacing()[2]
        else:
            flaw = "it holds several volumes or is not three-dimensional"
    except RuntimeError:
        flaw = "it is damaged or not an image"
    return SeriesFacts(
        uid=str(file.relative_to(root)),
        study=str(file.parent.relative_to(root)),
        date=next(filter(None, dates), ""),
        description=_DATE.sub(" ", _BARCODE.sub(" ", volume_name(file))).strip(" _-."),
        slices=slices,
        thickness_mm=thickness,
        flaw=flaw,
    )


def _dicom_scans(root: Path, place: Path) -> list[tuple[str, str, SeriesFacts]]:
    found = []
    for series in find_series(place):
        header = _header(series)
        if header is None:
            path = f"{place}#{series.uid}"
            by_folder, by_header = _patient_of(root, place), ""
        else:
            common = os.path.commonpath([one.file.parent for one in series.slices])
            path = f"{common}#{series.uid}"
            by_folder, by_header = _patient_of(root, Path(common)), find_patient(_text(header, "PatientID")) or ""
        facts = _dicom_facts(series, header)
        if by_folder and by_header and by_folder != by_header:
            facts = SeriesFacts(series.uid, flaw=f"its folder says {by_folder}, its Patient ID {by_header}")
        found.append((by_folder or by_header, path, facts))
    return found


def _header(series: Series) -> pydicom.Dataset | None:
    """Read what the series does not carry from its first file; None where no file is known."""
    if not series.slices:
        return None
    with open(series.slices[0].file, "rb", buffering=0) as raw:
        return read_dataset(CappedFile(raw), stop_before_pixels=True, specific_tags=_TAGS)


def _dicom_facts(series: Series, header: pydicom.Dataset | None) -> SeriesFacts:
    header = header if header is not None else pydicom.Dataset()
    day, number = _text(header, "StudyDate"), _text(header, "SeriesNumber")
    places = {one.position for one in series.slices}
    return SeriesFacts(
        uid=series.uid,
        study=_text(header, "StudyInstanceUID"),
        date=f"{day[:4]}-{day[4:6]}-{day[6:8]}" if len(day) == 8 else "",
        description=series.description,
        study_description=_text(header, "StudyDescription"),
        modality=series.modality,
        slices=len(series.slices),
        number=int(number) if re.fullmatch("[0-9]{1,12}", number) else None,
        thickness_mm=(series.slices[0].thickness or None) if series.slices else None,
        contrast=True if _text(header, "ContrastBolusAgent") else None,
        flaw=series.flaw or ("it has several images at one place" if len(places) < len(series.slices) else ""),
    )


def _text(header: pydicom.Dataset, tag: str) -> str:
    """Return a tag as text; nothing where it is missing or its bytes are no value of its kind."""
    try:
        return str(header.get(tag) or "")
    except (ValueError, TypeError, NotImplementedError, AttributeError, struct.error):
        return ""


def _date(name: str) -> str:
    """Return the date in a name, "1999.12.31" or TCIA's "12-31-1999", as "1999-12-31"."""
    match = _DATE.search(name)
    if match is None:
        return ""
    year, month, day, us_month, us_day, us_year = match.groups()
    return f"{year}-{month}-{day}" if year else f"{us_year}-{us_month}-{us_day}"


def _choose(
    patient: str, scans: Mapping[str, SeriesFacts], masks: Mapping[str, SeriesFacts], rule: SelectionRule
) -> tuple[PatientImages | None, list[Dropped]]:
    """Choose a patient's series, and the mask of their study: one corrected by hand goes first."""
    chosen, dropped = choose_series(patient, scans.values(), rule)
    if not chosen:
        return None, [*dropped, Dropped("patient", patient, f"no study holds {' and '.join(rule.required)}")]
    date = next(iter(chosen.values())).date
    fitting = [path for path, facts in masks.items() if not facts.flaw and facts.date in ("", date)]
    fitting.sort(key=lambda path: ("manual" not in path.lower(), path))
    mask = fitting[0] if fitting else ""
    for path, facts in masks.items():
        if path != mask:
            other = f"{Path(mask).name} goes first as the mask" if path in fitting else "it is of another study"
            dropped.append(Dropped("series", path, facts.flaw or other))
    path_of = {facts.uid: path for path, facts in scans.items()}
    channels = {role: path_of[facts.uid] for role, facts in chosen.items()}
    return PatientImages(patient, date, channels, mask), dropped
