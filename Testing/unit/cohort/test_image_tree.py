"""Patients and their scans in a folder, DICOM or NIfTI."""

from __future__ import annotations

import logging
from pathlib import Path

import numpy as np
import pydicom
import pytest
import SimpleITK as sitk
from pydicom.dataset import FileDataset
from pydicom.dataset import FileMetaDataset
from pydicom.uid import ExplicitVRLittleEndian
from pydicom.uid import MRImageStorage
from pydicom.uid import generate_uid

from RadioGenomicsLib.errors import Canceled
from RadioGenomicsLib.errors import InputError
from RadioGenomicsLib.imaging.dicom import read_image
from RadioGenomicsLib.imaging.reading import read_volume
from RadioGenomicsTrainLib.cohort.image_tree import find_images
from RadioGenomicsTrainLib.cohort.series_rules import BRAIN_MR


def write_series(folder: Path, description: str, *, day: str = "20000101", patient: str = "", **tags: object) -> str:
    """Write 20 small slices and return the series' UID; ``heights`` are their places."""
    folder.mkdir(parents=True, exist_ok=True)
    uid = generate_uid()
    for number, height in enumerate(tags.pop("heights", range(0, 100, 5))):
        meta = FileMetaDataset()
        meta.MediaStorageSOPClassUID, meta.TransferSyntaxUID = MRImageStorage, ExplicitVRLittleEndian
        meta.MediaStorageSOPInstanceUID = generate_uid()
        image = FileDataset(None, {}, file_meta=meta, preamble=b"\0" * 128)
        image.SOPClassUID, image.SOPInstanceUID = MRImageStorage, meta.MediaStorageSOPInstanceUID
        image.PatientName, image.PatientID = "Secret^Name", patient or "anonymous"
        image.StudyInstanceUID, image.StudyDate = f"1.2.{day}", day
        image.SeriesInstanceUID, image.SeriesDescription, image.Modality = uid, description, "MR"
        image.ImagePositionPatient, image.ImageOrientationPatient = [0, 0, height], [1, 0, 0, 0, 1, 0]
        image.PixelSpacing, image.SliceThickness = [1, 1], 5
        image.Rows = image.Columns = 8
        image.SamplesPerPixel, image.PhotometricInterpretation, image.PixelRepresentation = 1, "MONOCHROME2", 0
        image.BitsAllocated = image.BitsStored = 16
        image.HighBit = 15
        image.PixelData = np.full((8, 8), number, np.uint16).tobytes()
        for tag, value in tags.items():
            setattr(image, tag, value)
        pydicom.dcmwrite(folder / f"{number:02d}.dcm", image, enforce_file_format=True)
    return uid


def write_nifti(path: Path, shape: tuple[int, ...] = (20, 8, 8)) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    image = sitk.GetImageFromArray(np.arange(np.prod(shape), dtype=np.float32).reshape(shape))
    image.SetSpacing([5.0] * image.GetDimension())
    sitk.WriteImage(image, str(path))


@pytest.fixture
def collection(tmp_path: Path) -> Path:
    """Two patients as TCIA lays them: collection/patient/study/series."""
    root = tmp_path / "TCGA-LGG"
    first = root / "TCGA-CS-4941"
    write_series(first / "01-01-2000-BRAIN" / "1-AX FLAIR", "AX FLAIR")
    write_series(first / "01-01-2000-BRAIN" / "2-AX T1", "AX T1")
    write_series(first / "01-01-2000-BRAIN" / "3-AX T1", "AX T1 SE", ContrastBolusAgent="MAGNEVIST", SeriesNumber=3)
    write_series(first / "01-01-2000-BRAIN" / "4-echoes", "AX T2 dual echo", heights=[0, 0, 5, 5, 10, 10, 15, 15])
    write_series(first / "06-01-2000-BRAIN" / "1-AX T2", "AX T2", day="20000601")
    write_series(root / "TCGA-DU-7008" / "study" / "1", "FLAIR", patient="TCGA-DU-7008")
    (root / "LICENSE").write_text("CC BY")
    return root


def test_the_patients_of_a_tcia_tree_are_found_with_a_path_that_can_be_read(collection: Path) -> None:
    patients, dropped = find_images(collection, BRAIN_MR)
    assert [(one.patient, one.date, sorted(one.channels)) for one in patients] == [
        ("TCGA-CS-4941", "2000-01-01", ["FLAIR", "T1", "T1c"]),
        ("TCGA-DU-7008", "2000-01-01", ["FLAIR"]),
    ]
    assert read_image(patients[0].channels["T1c"]).array.shape == (20, 8, 8)
    reasons = {one.subject: one.reason for one in dropped}
    assert "several images at one place" in reasons["TCGA-CS-4941 2000-01-01 AX T2 dual echo"]
    assert "earliest" in reasons["TCGA-CS-4941 2000-06-01 AX T2"]


def test_one_patients_folder_can_be_given_by_itself(collection: Path) -> None:
    patients, _ = find_images(collection / "TCGA-DU-7008", BRAIN_MR)
    assert [one.patient for one in patients] == ["TCGA-DU-7008"]


def test_where_no_folder_tells_the_patient_its_id_does(tmp_path: Path) -> None:
    write_series(tmp_path / "export" / "a", "AX FLAIR", patient="TCGA-06-0119")
    write_series(tmp_path / "export" / "b", "AX FLAIR", patient="SOMEBODY")
    patients, dropped = find_images(tmp_path, BRAIN_MR)
    assert [one.patient for one in patients] == ["TCGA-06-0119"]
    assert [one.reason for one in dropped] == ["neither its folders nor its Patient ID hold a TCGA barcode"]


def test_a_series_in_another_patients_folder_is_passed_over(tmp_path: Path) -> None:
    write_series(tmp_path / "TCGA-06-0119" / "a", "AX FLAIR", patient="TCGA-06-0122")
    patients, dropped = find_images(tmp_path, BRAIN_MR)
    assert patients == []
    assert "its folder says TCGA-06-0119, its Patient ID TCGA-06-0122" in dropped[0].reason
    assert (dropped[1].kind, dropped[1].reason) == ("patient", "no study holds FLAIR")


def test_no_patients_name_is_kept_or_logged(collection: Path, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        kept = repr(find_images(collection, BRAIN_MR))
    assert "secret" not in (kept + caplog.text).lower()


def test_nifti_files_are_found_by_name_whether_in_folders_or_flat(tmp_path: Path) -> None:
    study = tmp_path / "TCGA-02-0006" / "1996.08.23"
    for name in ("flair", "t1", "t1Gd", "t2", "GlistrBoost", "GlistrBoost_ManuallyCorrected"):
        write_nifti(study / f"TCGA-02-0006_1996.08.23_{name}.nii.gz")
    write_nifti(tmp_path / "flat" / "sub-TCGA-CS-4941_FLAIR.nii")
    write_nifti(tmp_path / "flat" / "sub-TCGA-CS-4941_all.nii", shape=(2, 20, 8, 8))
    patients, dropped = find_images(tmp_path, BRAIN_MR)
    first, second = patients
    assert (first.patient, first.date, sorted(first.channels)) == (
        "TCGA-02-0006",
        "1996-08-23",
        ["FLAIR", "T1", "T1c", "T2"],
    )
    assert first.mask.endswith("ManuallyCorrected.nii.gz")
    assert read_volume(first.channels["T1c"]).array.shape == (20, 8, 8)
    assert (second.patient, second.date, list(second.channels), second.mask) == ("TCGA-CS-4941", "", ["FLAIR"], "")
    assert sorted(one.reason for one in dropped) == [
        "TCGA-02-0006_1996.08.23_GlistrBoost_ManuallyCorrected.nii.gz goes first as the mask",
        "it holds several volumes or is not three-dimensional",
    ]


def test_a_mask_of_another_study_is_not_taken(tmp_path: Path) -> None:
    write_nifti(tmp_path / "TCGA-02-0006_1996.08.23_flair.nii.gz")
    write_nifti(tmp_path / "TCGA-02-0006_1997.01.01_seg.nii.gz")
    (tmp_path / "TCGA-02-0006_1996.08.23_t2.nii.gz").write_bytes(b"cut off")
    (patient,), dropped = find_images(tmp_path, BRAIN_MR)
    assert (patient.mask, list(patient.channels)) == ("", ["FLAIR"])
    assert {one.reason for one in dropped} == {"it is of another study", "it is damaged or not an image"}


def test_a_folder_without_patients_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no scans of TCGA patients"):
        find_images(tmp_path, BRAIN_MR)
    with pytest.raises(InputError, match="no such folder"):
        find_images(tmp_path / "absent", BRAIN_MR)


def test_the_search_can_be_canceled(collection: Path) -> None:
    def cancel(fraction: float, _step: str) -> None:
        if fraction > 0:
            raise Canceled

    with pytest.raises(Canceled):
        find_images(collection, BRAIN_MR, cancel)


def test_real_scans_are_found_by_name(data_root: Path) -> None:
    patients, _ = find_images(data_root / "volumes", BRAIN_MR)
    found = {one.patient: sorted(one.channels) for one in patients}
    assert found["TCGA-02-0054"] == ["FLAIR", "T1", "T1c", "T2"]
    assert found["TCGA-FG-6692"] == ["FLAIR", "T1", "T1c", "T2"]
