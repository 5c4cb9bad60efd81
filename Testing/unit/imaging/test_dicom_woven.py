"""Several scans woven together in one DICOM series."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pydicom
import pytest

from RadioGenomicsLib.errors import InputError
from RadioGenomicsLib.imaging.dicom import read_image
from RadioGenomicsLib.imaging.dicom_woven import alternates
from Testing.unit.imaging.test_dicom import HEIGHTS
from Testing.unit.imaging.test_dicom import UPRIGHT
from Testing.unit.imaging.test_dicom import positions
from Testing.unit.imaging.test_dicom import spot
from Testing.unit.imaging.test_dicom import write_series


def weave(folder: Path, tag: str, values: tuple[object, object], shift: float = 0.0) -> Path:
    """Write two scans under one series UID, which differ in a tag, the second one shifted along the normal (mm)."""
    common = {"SeriesInstanceUID": "1.2.3", "StudyInstanceUID": "1.2.4", "FrameOfReferenceUID": "1.2.5"}
    for place, value in enumerate(values):
        heights = HEIGHTS + place * shift
        tags = {**common, tag: value}
        write_series(folder / str(place), positions(UPRIGHT, heights), UPRIGHT, spot, description="AX FLAIR", **tags)
    return folder


@pytest.mark.parametrize("shift", [0.0, 2.0], ids=["same places", "between"])
@pytest.mark.parametrize(
    ("tag", "values", "reason"),
    [
        ("EchoTime", (20.0, 90.0), r"images of 2 echo times \(20, 90 ms\) are woven together"),
        ("InversionTime", (700, 2500), r"2 inversion times \(700, 2500 ms\)"),
        ("DiffusionBValue", (0.0, 1000.0), r"2 b-values \(0, 1000 s/mm2\)"),
        ("TemporalPositionIdentifier", (1, 2), "2 time points"),
        ("StudyInstanceUID", ("1.9.1", "1.9.2"), "2 studies are"),
        ("FrameOfReferenceUID", ("1.9.1", "1.9.2"), "2 frames of reference are"),
    ],
)
def test_scans_woven_together_are_named(tmp_path, tag, values, reason, shift):
    with pytest.raises(InputError, match=reason) as refused:
        read_image(weave(tmp_path, tag, values, shift))
    assert "1.9" not in str(refused.value)


@pytest.mark.parametrize(
    ("tag", "values", "reason"),
    [
        ("ImageType", (["ORIGINAL", "PRIMARY", "M"], ["ORIGINAL", "PRIMARY", "P"]), "2 kinds of image"),
        ("AcquisitionNumber", (1, 2), "2 acquisitions"),
    ],
)
def test_what_may_differ_within_a_scan_parts_scans_only_at_one_place(tmp_path, tag, values, reason):
    with pytest.raises(InputError, match=reason):
        read_image(weave(tmp_path / "same", tag, values))
    assert read_image(weave(tmp_path / "between", tag, values, 2.0)).size[2] == 2 * len(HEIGHTS)


def test_times_that_are_rounded_differently_are_one_scan(tmp_path):
    assert read_image(weave(tmp_path, "EchoTime", (90.0, 90.4), 2.0)).size[2] == 2 * len(HEIGHTS)


def test_two_halves_of_a_head_are_one_scan(tmp_path):
    assert read_image(weave(tmp_path, "AcquisitionNumber", (1, 2), 84.0)).size[2] == 2 * len(HEIGHTS)
    for file in (tmp_path / "1").iterdir():
        image = pydicom.dcmread(file)
        image.TemporalPositionIdentifier = 2
        image.save_as(file)
    assert read_image(tmp_path).size[2] == 2 * len(HEIGHTS)


def head(moved: float = 0.0) -> np.ndarray:
    k, j, i = np.indices((24, 64, 64)).astype(np.float32)
    place = np.stack([(k - 12) / 12, (j - 32 - moved) / 24, (i - 32) / 20])
    wrinkles = np.sin(5 * place[0] + 11 * place[1]) * np.cos(13 * place[2] - 3 * place[0])
    return np.where((place**2).sum(axis=0) < 1, 500 + 200 * wrinkles, 5).astype(np.float32)


def test_odd_and_even_slices_of_two_scans_alternate_and_those_of_one_do_not():
    first, second = head(), head(moved=4.0)
    both = np.empty((48, 64, 64), np.float32)
    both[::2], both[1::2] = first, second
    assert alternates(both)
    assert not alternates(first)
    brighter = first * np.where(np.arange(24) % 2, 1.2, 1.0).astype(np.float32)[:, None, None]
    assert not alternates(brighter)
    assert not alternates(np.ones((24, 8, 8), np.float32))
