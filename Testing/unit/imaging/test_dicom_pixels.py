from __future__ import annotations

from pathlib import Path

import numpy as np
import pydicom
import pytest
from pydicom.uid import CTImageStorage
from pydicom.uid import ImplicitVRLittleEndian
from pydicom.uid import MRImageStorage

from RadioGenomicsLib.imaging.dicom_header import read_header
from RadioGenomicsLib.imaging.dicom_pixels import PlainPixels
from RadioGenomicsLib.imaging.dicom_stack import _read
from Testing.faults.bad_dicom import COLUMNS
from Testing.faults.bad_dicom import ROWS
from Testing.faults.bad_dicom import images

# All that 16 bits can hold, the unused ones included.
BITS = np.random.default_rng(0).integers(0, 2**16, (ROWS, COLUMNS), dtype=np.uint16)


def written(folder: Path, **tags: object) -> Path:
    image = images()[0]
    image.PixelData = BITS.tobytes()
    image.SOPClassUID = image.file_meta.MediaStorageSOPClassUID = tags.pop("SOPClassUID", MRImageStorage)
    image.file_meta.TransferSyntaxUID = tags.pop("syntax", image.file_meta.TransferSyntaxUID)
    for tag, value in tags.items():
        setattr(image, tag, value)
    pydicom.dcmwrite(folder / "image.dcm", image, enforce_file_format=True)
    return folder / "image.dcm"


def plain(file: Path) -> PlainPixels | None:
    return read_header(file).slices[0].plain


@pytest.mark.parametrize("stored", [16, 12, 9])
@pytest.mark.parametrize("signed", [0, 1])
@pytest.mark.parametrize(
    "scale", [{}, {"RescaleSlope": 1, "RescaleIntercept": -1024}, {"RescaleSlope": 2.43, "RescaleIntercept": -0.7}]
)
@pytest.mark.parametrize("more", [{}, {"SOPClassUID": CTImageStorage}, {"syntax": ImplicitVRLittleEndian}])
def test_plain_pixels_are_those_that_gdcm_reads(stored, signed, scale, more, tmp_path):
    file = written(tmp_path, BitsStored=stored, HighBit=stored - 1, PixelRepresentation=signed, **scale, **more)
    image = np.empty((ROWS, COLUMNS), np.float32)
    plain(file).read_into(image, file)
    assert np.array_equal(image, _read(file)[0])


@pytest.mark.parametrize(
    "tags",
    [
        {"PhotometricInterpretation": "MONOCHROME1"},
        {"BitsStored": 12, "HighBit": 15},
        {"BitsStored": 17, "HighBit": 16},
        {"RescaleSlope": 0, "RescaleIntercept": 1},
        {"RescaleSlope": 2},
        {"ModalityLUTSequence": []},
        {"PixelData": bytes(2 * ROWS * COLUMNS + 2)},
        {"PixelData": bytes(2 * ROWS * COLUMNS - 2)},
    ],
    ids=lambda tags: " ".join(tags),
)
def test_anything_else_is_left_to_gdcm(tags, tmp_path):
    assert plain(written(tmp_path, **tags)) is None


def test_a_file_that_was_cut_after_its_header_was_read_is_an_error(tmp_path):
    file = written(tmp_path)
    found = plain(file)
    file.write_bytes(file.read_bytes()[:-1])
    with pytest.raises(OSError, match="too early"):
        found.read_into(np.empty((ROWS, COLUMNS), np.float32), file)
