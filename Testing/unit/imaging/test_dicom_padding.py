"""Pixels that a DICOM header declares to be padding."""

from __future__ import annotations

import numpy as np
import pytest
from pydicom.dataset import Dataset

from RadioGenomicsLib.imaging.dicom import read_image
from RadioGenomicsLib.imaging.dicom_padding import Padding
from RadioGenomicsLib.imaging.dicom_padding import fill_padding
from RadioGenomicsLib.imaging.dicom_padding import padding_of
from Testing.unit.imaging.test_dicom import HEIGHTS
from Testing.unit.imaging.test_dicom import UPRIGHT
from Testing.unit.imaging.test_dicom import positions
from Testing.unit.imaging.test_dicom import spot
from Testing.unit.imaging.test_dicom import write_series


def header(modality: str = "MR", **tags: object) -> Dataset:
    made = Dataset()
    made.PixelRepresentation = 1
    for tag, value in {"Modality": modality, **tags}.items():
        setattr(made, tag, value)
    return made


def scan(*values: float) -> np.ndarray:
    return np.array([[values]], np.float32)


def bordered(lps: np.ndarray) -> np.ndarray:
    return np.where(np.abs(lps[..., 0] - 12.0) > 40.0, 65535.0, spot(lps))


def test_padding_of_mr_is_read_as_no_tissue_and_told(tmp_path):
    write_series(tmp_path / "padded", positions(UPRIGHT, HEIGHTS), UPRIGHT, bordered, PixelPaddingValue=65535)
    write_series(tmp_path / "clean", positions(UPRIGHT, HEIGHTS), UPRIGHT, spot)
    padded, clean = read_image(tmp_path / "padded"), read_image(tmp_path / "clean")
    outside = np.abs(padded.array - clean.array) > 0
    assert padded.array.max() <= 1000
    assert not padded.array[outside].any()
    [note] = padded.notes
    assert note == "20% of its voxels are padding (Pixel Padding Value) and were read as no tissue"
    assert clean.notes == ()


def test_a_scan_whose_padding_is_zero_stays_bit_identical(tmp_path):
    write_series(tmp_path / "zero", positions(UPRIGHT, HEIGHTS), UPRIGHT, spot, PixelPaddingValue=0)
    write_series(tmp_path / "none", positions(UPRIGHT, HEIGHTS), UPRIGHT, spot)
    zero, none = read_image(tmp_path / "zero"), read_image(tmp_path / "none")
    assert zero.array.tobytes() == none.array.tobytes()
    assert zero.notes == ()


@pytest.mark.parametrize(
    ("modality", "values", "padding", "filled", "told"),
    [
        ("MR", (-1000, 0, 7), -1000, (0, 0, 7), True),
        ("MR", (-32768, -5, 7), -32768, (-5, -5, 7), True),
        ("MR", (0, 3, 7), 0, (0, 3, 7), False),
        ("CT", (-2000, -990, 40), -2000, (-1000, -990, 40), False),
        ("CT", (0, -990, 40), 0, (-1000, -990, 40), True),
        ("CT", (-1024, -990, 40), -1024, (-1024, -990, 40), False),
        ("MR", (5, 5, 5), 5, (0, 0, 0), True),
    ],
)
def test_padding_becomes_air(modality, values, padding, filled, told):
    voxels, own = scan(*values), padding_of(header(modality, PixelPaddingValue=padding), 1.0, 0.0)
    part = fill_padding(voxels, [own])
    assert voxels.ravel().tolist() == list(filled)
    assert (part > 0) is told


def test_a_range_is_padding_in_either_order():
    for first, last in ((-2000, -1500), (-1500, -2000)):
        own = padding_of(header(PixelPaddingValue=first, PixelPaddingRangeLimit=last), 1.0, 0.0)
        assert own is not None
        assert own.among(scan(-2001, -2000, -1700, -1500, -1499)).ravel().tolist() == [False, True, True, True, False]


def test_padding_is_a_stored_value_and_is_rescaled_as_the_pixels_are():
    assert padding_of(header("CT", PixelPaddingValue=-2000), 1.0, -1024.0) == Padding(-3024.5, -3023.5, ct=True)
    own = padding_of(header(PixelPaddingValue=1000), 0.37, 1.5)
    assert own is not None
    assert own.among(np.float32(np.array([999, 1000, 1001]) * 0.37 + 1.5)).tolist() == [False, True, False]


def test_an_unsigned_value_of_signed_pixels_is_understood():
    made = header()
    made.add_new("PixelPaddingValue", "US", 63536)
    assert padding_of(made, 1.0, 0.0) == Padding(-2000.5, -1999.5, ct=False)


@pytest.mark.parametrize("tags", [{}, {"PixelPaddingValue": None}, {"ModalityLUTSequence": [], "PixelPaddingValue": 1}])
def test_a_header_without_padding_that_can_be_understood_declares_none(tags):
    assert padding_of(header(**tags), 1.0, 0.0) is None


def test_slices_without_padding_are_left_alone():
    voxels = np.concatenate([scan(-9, 1, 2), scan(-9, 1, 2)])
    fill_padding(voxels, [padding_of(header(PixelPaddingValue=-9), 1.0, 0.0), None])
    assert voxels[:, 0].tolist() == [[-9, 1, 2], [-9, 1, 2]]
    voxels = np.concatenate([scan(-9, 1, 2), scan(4, 1, 2)])
    fill_padding(voxels, [padding_of(header(PixelPaddingValue=-9), 1.0, 0.0), None])
    assert voxels[:, 0].tolist() == [[0, 1, 2], [4, 1, 2]]
