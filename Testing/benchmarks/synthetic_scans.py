"""Scans of usual sizes made of noise on a smooth ground, in memory, as NIfTI and as a DICOM series."""

from __future__ import annotations

from pathlib import Path

import nibabel
import numpy as np
import pydicom
from pydicom.dataset import FileDataset
from pydicom.dataset import FileMetaDataset
from pydicom.uid import CTImageStorage
from pydicom.uid import ExplicitVRLittleEndian
from scipy import ndimage

from RadioGenomicsLib.imaging.volume import Volume

_ROOT = "1.2.826.0.1.3680043.8.498."
# Stored as what has to be added to HU to make it positive, as scanners do.
_OFFSET_HU = 1024


def ct(size: tuple[int, int, int] = (512, 512, 300)) -> Volume:
    """Return a CT (float32, whole HU) of 0.7 x 0.7 x 1.25 mm with air around a body, its i, j, k along L, P, S."""
    return _scan(size, (0.7, 0.7, 1.25), 300.0, -1024.0, 3071.0)


def mr(size: tuple[int, int, int] = (256, 256, 60)) -> Volume:
    """Return an MR (float32, whole numbers) of 0.94 x 0.94 x 3 mm, its i, j, k along L, P, S."""
    return _scan(size, (0.94, 0.94, 3.0), 200.0, 0.0, 4095.0)


def _scan(
    size: tuple[int, int, int], spacing: tuple[float, float, float], spread: float, low: float, high: float
) -> Volume:
    random = np.random.default_rng(0)
    shape = size[::-1]
    coarse = random.normal(size=[max(2, n // 16) for n in shape])
    ground = ndimage.zoom(coarse, np.array(shape) / coarse.shape, order=1, output=np.float32)
    values = spread * ground + spread / 10 * random.standard_normal(shape, np.float32)
    j, i = np.ogrid[-1 : 1 : size[1] * 1j, -1 : 1 : size[0] * 1j]
    values = np.where(i**2 + j**2 < 0.8, values + max(low, 0.0) + spread, low)
    affine = np.diag([-spacing[0], -spacing[1], spacing[2], 1.0])
    affine[:3, 3] = [spacing[0] * size[0] / 2, spacing[1] * size[1] / 2, -spacing[2] * size[2] / 2]
    return Volume(np.rint(np.clip(values, low, high)).astype(np.float32), affine, "scan")


def write_nifti(scan: Volume, path: Path) -> Path:
    """Write int16 as dcm2niix does, rows from the back to the front (i, j, k along L, A, S)."""
    affine = scan.affine.copy()
    affine[:3, 3] += affine[:3, 1] * (scan.size[1] - 1)
    affine[:3, 1] *= -1
    voxels = scan.array[:, ::-1].transpose(2, 1, 0).astype(np.int16)
    nibabel.save(nibabel.Nifti1Image(voxels, affine), path)
    return path


def write_dicom(scan: Volume, folder: Path) -> Path:
    """Write an uncompressed axial CT series, one file per slice, with the elements that scanners fill."""
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(scan.size[2]):
        pydicom.dcmwrite(folder / f"{number:04}.dcm", _slice(scan, number), enforce_file_format=True)
    return folder


def _slice(scan: Volume, number: int) -> FileDataset:
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID = CTImageStorage
    meta.MediaStorageSOPInstanceUID = f"{_ROOT}1.{number + 1}"
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    image = FileDataset(None, {}, file_meta=meta, preamble=b"\0" * 128)
    image.SpecificCharacterSet = "ISO_IR 100"
    image.ImageType = ["ORIGINAL", "PRIMARY", "AXIAL"]
    image.SOPClassUID, image.SOPInstanceUID = meta.MediaStorageSOPClassUID, meta.MediaStorageSOPInstanceUID
    image.StudyDate = image.SeriesDate = image.AcquisitionDate = image.ContentDate = "20200101"
    image.StudyTime = image.SeriesTime = image.AcquisitionTime = image.ContentTime = "101010"
    image.Modality, image.Manufacturer, image.ManufacturerModelName = "CT", "Nobody", "None"
    image.StudyDescription, image.SeriesDescription = "Chest", "Axial 1.25"
    image.PatientName, image.PatientID, image.PatientSex, image.PatientPosition = "Phantom", "1", "O", "HFS"
    image.KVP, image.XRayTubeCurrent, image.ExposureTime, image.ConvolutionKernel = 120, 300, 500, "STANDARD"
    image.StudyInstanceUID, image.SeriesInstanceUID, image.FrameOfReferenceUID = (f"{_ROOT}{n}" for n in (2, 3, 4))
    image.SeriesNumber, image.AcquisitionNumber, image.InstanceNumber = 2, 1, number + 1
    image.ImagePositionPatient = [float(x) for x in scan.ras([0, 0, number]) * (-1, -1, 1)]
    image.ImageOrientationPatient = [1.0, 0.0, 0.0, 0.0, 1.0, 0.0]
    image.PixelSpacing, image.SliceThickness = [scan.spacing[1], scan.spacing[0]], scan.spacing[2]
    image.Rows, image.Columns, image.SamplesPerPixel = scan.size[1], scan.size[0], 1
    image.PhotometricInterpretation, image.PixelRepresentation = "MONOCHROME2", 0
    image.BitsAllocated, image.BitsStored, image.HighBit = 16, 16, 15
    image.RescaleIntercept, image.RescaleSlope, image.RescaleType = -_OFFSET_HU, 1, "HU"
    image.WindowCenter, image.WindowWidth = 40, 400
    image.PixelData = (scan.array[number] + _OFFSET_HU).astype(np.uint16).tobytes()
    return image
