"""DICOM series, written small, and what is made of them."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from pathlib import Path

import numpy as np
import pydicom
import pytest
from pydicom.dataset import FileDataset
from pydicom.dataset import FileMetaDataset
from pydicom.uid import CTImageStorage
from pydicom.uid import ExplicitVRLittleEndian
from pydicom.uid import generate_uid
from scipy.spatial.transform import Rotation

from RadioGenomicsLib.errors import InputError
from RadioGenomicsLib.imaging.channels import find_channels
from RadioGenomicsLib.imaging.dicom import find_series
from RadioGenomicsLib.imaging.dicom import read_image
from RadioGenomicsLib.imaging.volume import Volume

ROWS, COLUMNS, PIXEL_MM = 48, 40, (2.0, 2.5)


def write_series(
    folder: Path,
    positions: np.ndarray,
    orientation: np.ndarray,
    value: Callable[[np.ndarray], np.ndarray],
    *,
    description: str = "T1",
    **tags: object,
) -> str:
    """Write one file per position (LPS mm of the first pixel) and return the series' UID.

    Args:
        orientation: 2 x 3, along rows and along columns.
        value: LPS mm ``[rows, columns, 3]`` to intensity.
    """
    folder.mkdir(parents=True, exist_ok=True)
    uid = generate_uid()
    row, column = np.indices((ROWS, COLUMNS))
    for number, position in enumerate(positions):
        plane = (
            position + column[..., None] * PIXEL_MM[1] * orientation[0] + row[..., None] * PIXEL_MM[0] * orientation[1]
        )
        meta = FileMetaDataset()
        meta.MediaStorageSOPClassUID = CTImageStorage
        meta.MediaStorageSOPInstanceUID = generate_uid()
        meta.TransferSyntaxUID = ExplicitVRLittleEndian
        image = FileDataset(None, {}, file_meta=meta, preamble=b"\0" * 128)
        image.SOPClassUID, image.SOPInstanceUID = meta.MediaStorageSOPClassUID, meta.MediaStorageSOPInstanceUID
        image.PatientName, image.PatientID = "Secret^Name", "SECRET-ID"
        image.StudyInstanceUID = image.FrameOfReferenceUID = generate_uid()
        image.SeriesInstanceUID, image.SeriesDescription, image.Modality = uid, description, "MR"
        image.InstanceNumber = number + 1
        image.ImageType = ["ORIGINAL", "PRIMARY", "AXIAL"]
        image.ImagePositionPatient = [round(float(p), 5) for p in position]
        image.ImageOrientationPatient = [round(float(o), 6) for o in orientation.ravel()]
        image.PixelSpacing, image.SliceThickness = list(PIXEL_MM), 4.0
        image.Rows, image.Columns, image.SamplesPerPixel = ROWS, COLUMNS, 1
        image.PhotometricInterpretation, image.PixelRepresentation = "MONOCHROME2", 0
        image.BitsAllocated, image.BitsStored, image.HighBit = 16, 16, 15
        image.PixelData = np.round(value(plane)).astype(np.uint16).tobytes()
        for tag, content in tags.items():
            setattr(image, tag, content)
        # In an order of files that is not that of the slices.
        pydicom.dcmwrite(folder / f"{description}-{number * 7 % 23:02d}-{number}.dcm", image, enforce_file_format=True)
    return uid


MIDDLE_LPS = np.array([12.0, -20.0, 33.0])
UPRIGHT = np.eye(3)[:2]


def spot(lps: np.ndarray) -> np.ndarray:
    return 1000.0 * np.exp(-0.5 * (np.linalg.norm(lps - MIDDLE_LPS, axis=-1) / 8.0) ** 2)


def positions(orientation: np.ndarray, heights: np.ndarray, direction: np.ndarray | None = None) -> np.ndarray:
    """First pixels of slices centered on the spot, shifted along a direction (the normal where not given)."""
    normal = np.cross(*orientation) if direction is None else direction
    corner = (
        MIDDLE_LPS - orientation[0] * PIXEL_MM[1] * (COLUMNS - 1) / 2 - orientation[1] * PIXEL_MM[0] * (ROWS - 1) / 2
    )
    return corner + heights[:, None] * normal


def spot_in(volume: Volume) -> np.ndarray:
    """Where the spot is, RAS mm."""
    k, j, i = np.nonzero(volume.array > 50)
    return np.average(volume.ras(np.stack([i, j, k], axis=-1)), axis=0, weights=volume.array[k, j, i])


HEIGHTS = np.arange(-40.0, 41.0, 4.0)


@pytest.mark.parametrize("turn", [(0, 0, 0), (10, -15, 20), (90, 0, 90)], ids=["axial", "oblique", "sagittal"])
def test_a_point_in_ras_is_where_the_headers_say(tmp_path, turn):
    orientation = UPRIGHT @ Rotation.from_euler("xyz", turn, degrees=True).as_matrix().T
    write_series(tmp_path, positions(orientation, HEIGHTS), orientation, spot)
    volume = read_image(tmp_path)
    assert volume.array.shape == (21, ROWS, COLUMNS)
    assert np.allclose(volume.spacing, (2.5, 2.0, 4.0), atol=1e-3)
    assert np.allclose(spot_in(volume), MIDDLE_LPS * [-1, -1, 1], atol=0.05)


def test_a_tilted_gantry_is_put_upright(tmp_path, caplog):
    orientation = UPRIGHT @ Rotation.from_euler("x", 18.5, degrees=True).as_matrix().T
    write_series(tmp_path, positions(orientation, HEIGHTS, np.array([0.0, 0.0, 1.0])), orientation, spot)
    volume = read_image(tmp_path)
    assert np.allclose(spot_in(volume), MIDDLE_LPS * [-1, -1, 1], atol=0.15)
    assert volume.array.max() > 900
    assert "tilted" in caplog.text


def test_uneven_slices_are_interpolated_to_even_ones(tmp_path, caplog):
    heights = np.concatenate([np.arange(-40.0, 0.0, 4.0), np.arange(0.0, 42.0, 6.0)])
    write_series(tmp_path, positions(UPRIGHT, heights), UPRIGHT, spot, SliceThickness=6.0)
    volume = read_image(tmp_path)
    assert np.allclose(spot_in(volume), MIDDLE_LPS * [-1, -1, 1], atol=0.4)
    assert "unevenly spaced" in caplog.text


def test_missing_slices_are_refused(tmp_path):
    write_series(tmp_path, positions(UPRIGHT, np.delete(HEIGHTS, [7, 8])), UPRIGHT, spot)
    with pytest.raises(InputError, match=r"slices are missing: 12\.0 mm"):
        read_image(tmp_path)


def test_several_images_at_one_place_are_refused(tmp_path):
    write_series(tmp_path, positions(UPRIGHT, np.repeat(HEIGHTS, 2)), UPRIGHT, spot, description="dual echo")
    with pytest.raises(InputError, match="dual echo: it has several images at one place"):
        read_image(tmp_path)


def test_one_of_several_series_is_picked_by_description_or_uid(tmp_path):
    write_series(tmp_path / "a", positions(UPRIGHT, HEIGHTS), UPRIGHT, spot, description="Ax FLAIR")
    uid = write_series(tmp_path / "b", positions(UPRIGHT, HEIGHTS[3:]), UPRIGHT, spot, description="Ax T1 +C")
    with pytest.raises(InputError, match=r"'Ax FLAIR', 'Ax T1 \+C'"):
        read_image(tmp_path)
    assert read_image(f"{tmp_path}#Ax FLAIR").size[2] == 21
    assert read_image(f"{tmp_path}#{uid}").size[2] == 18
    assert {role: read_image(path).size[2] for role, path in find_channels(tmp_path).items()} == {
        "FLAIR": 21,
        "T1c": 18,
    }


def test_a_localizer_and_a_picture_beside_the_scan_do_not_disturb(tmp_path):
    write_series(tmp_path, positions(UPRIGHT, HEIGHTS), UPRIGHT, spot)
    write_series(tmp_path, positions(UPRIGHT, HEIGHTS[:3]), UPRIGHT, spot, description="3 plane")
    write_series(tmp_path, positions(UPRIGHT, HEIGHTS), UPRIGHT, spot, description="SEG", Modality="SEG")
    (tmp_path / "notes.txt").write_text("not DICOM")
    assert read_image(tmp_path).size[2] == 21
    assert {s.description: bool(s.flaw) for s in find_series(tmp_path)} == {"T1": False, "3 plane": True, "SEG": True}


def test_no_patient_name_is_logged_or_kept(tmp_path, caplog):
    heights = np.concatenate([HEIGHTS[:10], HEIGHTS[10:] + 1.5])
    write_series(tmp_path, positions(UPRIGHT, heights), UPRIGHT, spot)
    kept = repr(find_series(tmp_path)) + repr(read_image(tmp_path).name) + caplog.text
    assert "secret" not in kept.lower()


def test_a_real_ct_of_a_tilted_gantry_and_uneven_spacing_is_read(data_root):
    volume = read_image(data_root / "dicom" / "GE_head_CT")
    # 151.94 mm along the table, at 18.5 degrees.
    assert volume.spacing[2] * (volume.size[2] - 1) == pytest.approx(151.94 * np.cos(np.radians(18.5)), abs=4.1)
    assert np.percentile(volume.array[volume.array > 500], 50) > 800
    with pytest.raises(InputError, match="one slice"):
        read_image(data_root / "dicom" / "CT_small.dcm")


def _bytes_of(image: pydicom.Dataset) -> bytes:
    buffer = pydicom.filebase.DicomBytesIO()
    buffer.is_little_endian, buffer.is_implicit_VR = True, False
    pydicom.filewriter.write_dataset(buffer, image)
    return buffer.getvalue()


POSITIONS = np.array([[0.0, 0.0, 4.0 * number] for number in range(9)]) + [-40.0, -60.0, 10.0]


def number_of_slice(plane: np.ndarray) -> np.ndarray:
    return plane[..., 2] * 10 + plane[..., 0] + 100


@pytest.mark.parametrize("chosen", [range(9), range(0, 9, 4)], ids=["all", "some"])
def test_files_without_preamble_are_read(tmp_path: Path, chosen: range) -> None:
    write_series(tmp_path / "whole", POSITIONS, UPRIGHT, number_of_slice)
    write_series(tmp_path / "bare", POSITIONS, UPRIGHT, number_of_slice)
    files = sorted((tmp_path / "bare").iterdir())
    for place in chosen:
        files[place].write_bytes(_bytes_of(pydicom.dcmread(files[place])))
        assert files[place].read_bytes()[128:132] != b"DICM"
    read, whole = read_image(tmp_path / "bare"), read_image(tmp_path / "whole")
    np.testing.assert_array_equal(read.array, whole.array)
    assert read.notes == ()


def test_what_does_not_begin_like_dicom_is_still_none(tmp_path: Path) -> None:
    write_series(tmp_path, POSITIONS, UPRIGHT, number_of_slice)
    for name, content in (("notes.txt", b"a text"), ("eight", b"\x08\0\xff\xff\xff\xff\xff\xff"), ("zero", bytes(200))):
        (tmp_path / name).write_bytes(content)
    assert read_image(tmp_path).array.shape[0] == 9


def test_damaged_files_are_counted_and_told(tmp_path: Path) -> None:
    write_series(tmp_path, POSITIONS, UPRIGHT, number_of_slice)
    image = pydicom.dcmread(sorted(tmp_path.iterdir())[0])
    del image.Rows
    for name in ("a.dcm", "b.dcm"):
        pydicom.dcmwrite(tmp_path / name, image)
    [note] = read_image(tmp_path).notes
    assert note == "left out of its folder: 2 files, damaged"


def test_files_that_may_be_missed_are_counted_by_reason(tmp_path: Path) -> None:
    write_series(tmp_path / "scan", POSITIONS, UPRIGHT, number_of_slice)
    write_series(tmp_path / "other", POSITIONS, UPRIGHT, number_of_slice, description="T2")
    contents = {
        "a.DCM": b"",
        "b.dcm": b"<html>not found</html>",
        "IM0001": b"",
        "._a.dcm": b"\0\5\x16\7",
        "README": b"a text",
        "notes.txt": b"",
    }
    for name, content in contents.items():
        (tmp_path / "scan" / name).write_bytes(content)
    assert read_image(f"{tmp_path}#T1").notes == (
        "left out of its folder: 2 files, empty",
        "left out of its folder: 1 file, not DICOM in spite of the ending",
    )
    assert read_image(f"{tmp_path}#T2").notes == ()


def test_images_without_a_place_are_left_out_and_told(tmp_path: Path) -> None:
    write_series(tmp_path, POSITIONS, UPRIGHT, number_of_slice)
    last = max(tmp_path.iterdir(), key=lambda file: pydicom.dcmread(file).ImagePositionPatient[2])
    image = pydicom.dcmread(last)
    del image.ImagePositionPatient
    pydicom.dcmwrite(last, image)
    read = read_image(tmp_path)
    assert read.array.shape[0] == 8
    assert read.notes == ("left out of it: 1 file without a place in the patient",)


def test_ct_that_is_displayed_inverted_keeps_its_values(tmp_path: Path) -> None:
    for name, photometric in (("plain", "MONOCHROME2"), ("inverted", "MONOCHROME1")):
        tags = {"PhotometricInterpretation": photometric, "RescaleSlope": 1, "RescaleIntercept": -1024}
        write_series(tmp_path / name, POSITIONS, UPRIGHT, number_of_slice, Modality="CT", **tags)
    read, plain = read_image(tmp_path / "inverted"), read_image(tmp_path / "plain")
    np.testing.assert_array_equal(read.array, plain.array)


def test_a_file_that_is_there_twice_counts_once(tmp_path: Path) -> None:
    write_series(tmp_path, POSITIONS, UPRIGHT, number_of_slice)
    whole = read_image(tmp_path)
    first = sorted(tmp_path.iterdir())[0]
    (tmp_path / "copy.dcm").write_bytes(first.read_bytes())
    # The same image, sent again with another station's name in it.
    again = pydicom.dcmread(first)
    again.StationName = "another"
    pydicom.dcmwrite(tmp_path / "again.dcm", again)
    read = read_image(tmp_path)
    np.testing.assert_array_equal(read.array, whole.array)
    assert read.notes == ("left out of it: 2 files, copies of others",)


def test_two_images_of_one_uid_are_refused_by_name(tmp_path: Path) -> None:
    write_series(tmp_path, POSITIONS, UPRIGHT, number_of_slice)
    other = pydicom.dcmread(sorted(tmp_path.iterdir())[0])
    other.PixelData = bytes(len(other.PixelData))
    pydicom.dcmwrite(tmp_path / "other.dcm", other)
    with pytest.raises(InputError, match=r"one SOP Instance UID .*other\.dcm"):
        read_image(tmp_path)


def test_a_pixel_size_may_differ_in_its_last_digit_and_no_more(tmp_path: Path) -> None:
    write_series(tmp_path, POSITIONS, UPRIGHT, number_of_slice)
    files = sorted(tmp_path.iterdir())
    for file, size in ((files[3], 2.000004), (files[5], 2.0)):
        image = pydicom.dcmread(file)
        image.PixelSpacing = [size, PIXEL_MM[1]]
        pydicom.dcmwrite(file, image)
    assert read_image(tmp_path).array.shape[0] == 9
    image.PixelSpacing = [2.1, PIXEL_MM[1]]
    pydicom.dcmwrite(files[5], image)
    with pytest.raises(InputError, match="differ in size"):
        read_image(tmp_path)


def test_a_reference_image_is_left_out_and_told_and_a_localizer_is_not_cut(tmp_path: Path) -> None:
    positions = np.array([[0.0, 0.0, 4.0 * number] for number in range(12)])
    uid = write_series(tmp_path / "scan", positions, UPRIGHT, number_of_slice)
    across = np.array([[0.0, 1.0, 0.0], [0.0, 0.0, -1.0]])
    write_series(tmp_path / "scan", positions[:1], across, number_of_slice, description="ref", SeriesInstanceUID=uid)
    read = read_image(tmp_path / "scan")
    assert read.array.shape[0] == 12
    assert read.notes == ("left out of it: 1 file across the others, as reference images lie",)
    uid = write_series(tmp_path / "three", positions[:4], UPRIGHT, number_of_slice)
    write_series(tmp_path / "three", positions[:4], across, number_of_slice, description="x", SeriesInstanceUID=uid)
    with pytest.raises(InputError, match="localizer"):
        read_image(tmp_path / "three")


@pytest.mark.parametrize("alike", [True, False])
def test_every_frame_of_an_enhanced_image_has_its_own_slope(tmp_path: Path, alike: bool) -> None:
    write_series(tmp_path / "single", POSITIONS, UPRIGHT, number_of_slice)
    images = [pydicom.dcmread(file) for file in sorted((tmp_path / "single").iterdir())]
    scales = [(1.0, 0.0) if alike else (0.5 + number, -3.0 * number) for number in range(len(images))]
    enhanced = deepcopy(images[0])
    for tag in ("ImagePositionPatient", "ImageOrientationPatient", "PixelSpacing", "SliceThickness"):
        delattr(enhanced, tag)
    enhanced.SOPClassUID = enhanced.file_meta.MediaStorageSOPClassUID = pydicom.uid.EnhancedMRImageStorage
    enhanced.NumberOfFrames, enhanced.PixelData = len(images), b"".join(image.PixelData for image in images)
    frames = []
    for image, (slope, intercept) in zip(images, scales, strict=True):
        frame, place, direction, size, scale = (pydicom.Dataset() for _ in range(5))
        place.ImagePositionPatient, direction.ImageOrientationPatient = (
            image.ImagePositionPatient,
            image.ImageOrientationPatient,
        )
        size.PixelSpacing, size.SliceThickness = image.PixelSpacing, image.SliceThickness
        scale.RescaleSlope, scale.RescaleIntercept, scale.RescaleType = slope, intercept, "US"
        frame.PlanePositionSequence, frame.PlaneOrientationSequence = [place], [direction]
        frame.PixelMeasuresSequence, frame.PixelValueTransformationSequence = [size], [scale]
        frames.append(frame)
    enhanced.PerFrameFunctionalGroupsSequence = frames
    (tmp_path / "enhanced").mkdir()
    pydicom.dcmwrite(tmp_path / "enhanced" / "all.dcm", enhanced, enforce_file_format=True)
    read, single = read_image(tmp_path / "enhanced"), read_image(tmp_path / "single")
    order = np.argsort([float(image.ImagePositionPatient[2]) for image in images])
    wanted = [single.array[k] * scales[place][0] + scales[place][1] for k, place in enumerate(order)]
    np.testing.assert_array_equal(read.array, np.array(wanted, np.float32))
