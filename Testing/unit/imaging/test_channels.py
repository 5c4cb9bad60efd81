"""Which scans of a folder become which channels, and what is told of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from RadioGenomicsLib.errors import ChannelError
from RadioGenomicsLib.imaging.channels import find_channels
from RadioGenomicsLib.imaging.channels import read_channel
from RadioGenomicsLib.imaging.channels import series_role
from RadioGenomicsLib.imaging.dicom_role import OTHER
from RadioGenomicsLib.imaging.dicom_role import HeaderRole
from Testing.unit.imaging.test_dicom import HEIGHTS
from Testing.unit.imaging.test_dicom import UPRIGHT
from Testing.unit.imaging.test_dicom import positions
from Testing.unit.imaging.test_dicom import spot
from Testing.unit.imaging.test_dicom import write_series

FLAIR = {"RepetitionTime": 9000, "EchoTime": 120, "InversionTime": 2500, "ScanningSequence": ["SE", "IR"]}
T1 = {"RepetitionTime": 550, "EchoTime": 12, "ScanningSequence": "SE"}
T1C = {**T1, "ContrastBolusAgent": "Gadovist"}
T2 = {"RepetitionTime": 4500, "EchoTime": 100, "ScanningSequence": "SE"}


def write(folder: Path, description: str, tags: dict[str, object], place: str = "") -> str:
    return write_series(
        folder / (place or description), positions(UPRIGHT, HEIGHTS), UPRIGHT, spot, description=description, **tags
    )


@pytest.mark.parametrize(
    ("description", "told", "role"),
    [
        ("AX T2", HeaderRole("FLAIR", "times"), "FLAIR"),
        ("series 5", HeaderRole("T2", "times"), "T2"),
        ("AX T2", HeaderRole(), "T2"),
        ("AX T2", HeaderRole(OTHER, "image type ADC"), None),
        ("ep2d DWI", HeaderRole("T2", "times"), None),
        ("AX T1", HeaderRole("T1c", "times", contrast=True), "T1c"),
        ("AX T1 pre", HeaderRole("T1c", "times", contrast=True), "T1"),
        ("AX T1 +C", HeaderRole("T1", "times"), "T1c"),
        ("AX T1 post-op", HeaderRole("T1", "times"), "T1"),
    ],
)
def test_the_header_decides_the_weighting_and_the_name_what_it_says_of_contrast(description, told, role):
    assert series_role(description, told) == role


def test_series_without_telling_names_are_told_by_their_headers(tmp_path):
    uids = {role: write(tmp_path, name, tags) for name, role, tags in (
        ("series 3", "T1", T1), ("series 4", "T2", T2), ("series 5", "FLAIR", FLAIR), ("series 9", "T1c", T1C)
    )}  # fmt: skip
    assert {role: path.name.partition("#")[2] for role, path in find_channels(tmp_path).items()} == uids


def test_the_series_whose_name_agrees_with_its_header_goes_first(tmp_path, caplog):
    write(tmp_path, "cor", T2)
    uid = write(tmp_path, "AX T2", T2)
    assert find_channels(tmp_path)["T2"].name.endswith(uid)
    assert "cor is left out: its DICOM header says T2" in caplog.text


def test_two_series_that_only_their_headers_tell_are_refused(tmp_path):
    write(tmp_path, "cor", T2)
    write(tmp_path, "ax", T2)
    with pytest.raises(ChannelError, match="both 'ax' and 'cor' look like it"):
        find_channels(tmp_path)


def test_a_map_named_like_a_scan_is_left_out_with_a_word(tmp_path, caplog):
    write(tmp_path, "AX T2", {**T2, "ImageType": ["DERIVED", "PRIMARY", "ADC"]})
    assert find_channels(tmp_path) == {}
    assert "AX T2 is left out: its DICOM header says that it is not T2 (image type ADC)" in caplog.text


def test_a_role_that_the_header_contradicts_is_noted_with_the_scan(tmp_path):
    write(tmp_path, "scan", FLAIR)
    assert read_channel("FLAIR", tmp_path).notes == ()
    [note] = read_channel("T1", tmp_path).notes
    assert note == (
        "its DICOM header says that it is FLAIR (inversion time 2500 ms, echo time 120 ms), and it is used as T1"
    )


def test_a_name_that_the_header_contradicts_is_noted_with_the_scan(tmp_path):
    write(tmp_path, "AX T2", FLAIR)
    [note] = read_channel("FLAIR", tmp_path).notes
    assert note.endswith("its description T2: it is used as FLAIR")


def test_a_silent_header_notes_nothing(tmp_path):
    write(tmp_path, "AX T2", {})
    assert read_channel("FLAIR", tmp_path).notes == ()
