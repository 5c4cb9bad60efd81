"""Bad scans and masks at the doors that read them."""

from __future__ import annotations

from pathlib import Path

import nibabel
import numpy as np
import pytest
import SimpleITK as sitk

from RadioGenomicsLib.errors import InputError
from RadioGenomicsLib.errors import RegionError
from RadioGenomicsLib.imaging.dicom import read_image
from RadioGenomicsLib.imaging.itk import to_image
from RadioGenomicsLib.imaging.mask_file import read_mask
from RadioGenomicsLib.imaging.reading import volume_name
from RadioGenomicsLib.imaging.reading import write_volume
from RadioGenomicsLib.imaging.tumor import tumor_from_mask
from RadioGenomicsLib.imaging.volume import Volume
from Testing.faults import bad_dicom
from Testing.faults import bad_scans
from Testing.faults.bad_dicom import DICOM
from Testing.faults.bad_scans import SCANS
from Testing.faults.bad_scans import Case
from Testing.faults.reading_bench import files_in
from Testing.faults.reading_bench import told


@pytest.mark.parametrize("case", SCANS.values(), ids=SCANS.keys())
def test_a_scan_is_read_rightly_or_refused_in_words(case: Case, tmp_path: Path, capfd: pytest.CaptureFixture) -> None:
    path = case.write(tmp_path)
    before = files_in(tmp_path)
    if case.error is not None:
        error = told(lambda: read_image(path), case.error, case.reason)
        assert volume_name(Path(str(path).partition("#")[0])) in error.subject
    else:
        volume = read_image(path)
        assert volume.array.dtype == np.float32
        assert np.isfinite(volume.array).all()
        assert np.allclose(volume.spacing, case.spacing)
        if case.checked:
            _assert_every_value_is_at_its_place(volume)
    assert files_in(tmp_path) == before
    # ITK's own warnings hold paths.
    assert str(tmp_path) not in capfd.readouterr().err


def _assert_every_value_is_at_its_place(volume: Volume) -> None:
    """The voxel whose value is n is the n-th of :func:`bad_scans.voxels`."""
    assert np.array_equal(volume.array.transpose(), bad_scans.voxels().astype(np.float32))


def test_a_left_handed_scan_keeps_its_left(tmp_path: Path) -> None:
    path = SCANS["left-handed"].write(tmp_path)
    volume = read_image(path)
    assert np.linalg.det(volume.affine[:3, :3]) < 0
    assert np.allclose(volume.affine, nibabel.load(path).affine, atol=1e-4)


def test_what_is_not_finite_in_nifti_becomes_a_number(tmp_path: Path) -> None:
    array = read_image(SCANS["some NaN and infinity"].write(tmp_path)).array
    # ITK puts zero in its place, which here is the lowest value as well.
    assert array[4, 3, 2] == 0


@pytest.mark.parametrize("case", DICOM.values(), ids=DICOM.keys())
def test_a_dicom_folder_is_read_rightly_or_refused_in_words(
    case: Case, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = case.write(tmp_path)
    before = files_in(tmp_path)
    if case.error is not None:
        told(lambda: read_image(path), case.error, case.reason)
    else:
        volume = read_image(path)
        assert np.allclose(volume.spacing, case.spacing)
        assert volume.array.shape == (bad_dicom.SLICES, bad_dicom.ROWS, bad_dicom.COLUMNS)
        if case.checked:
            for number, plane in enumerate(volume.array):
                assert np.array_equal(plane, bad_dicom.pixels(number))
    assert files_in(tmp_path) == before
    for secret in (bad_dicom.NAME, bad_dicom.PATIENT_ID, bad_dicom.INSTITUTION, bad_dicom.PHYSICIAN, str(tmp_path)):
        assert secret not in caplog.text


def test_a_jpeg_is_read_to_within_its_own_loss(tmp_path: Path) -> None:
    volume = read_image(DICOM["JPEG"].write(tmp_path))
    wanted = np.stack([bad_dicom.pixels(number) for number in range(bad_dicom.SLICES)])
    assert np.abs(volume.array - wanted).mean() < 2


def test_slices_from_the_top_down_are_turned_over_and_stay_where_they_are(tmp_path: Path) -> None:
    volume = read_image(DICOM["left-handed order"].write(tmp_path))
    # The first file is the highest slice, and k points upward.
    assert volume.affine[2, 2] > 0
    assert np.array_equal(volume.array[-1], bad_dicom.pixels(0))


@pytest.mark.parametrize(
    "case", [case for case in SCANS.values() if case.error is not None], ids=lambda case: case.reason
)
def test_a_bad_file_is_no_mask_either(case: Case, tmp_path: Path) -> None:
    path = case.write(tmp_path)
    # A mask may have one value, if that is not zero, and its voxels need not be finite.
    if case.reason in ("same value", "finite") or "constant" in case.reason:
        return
    told(lambda: read_mask(path), InputError, case.reason)


def test_an_empty_mask_is_refused(tmp_path: Path) -> None:
    sitk.WriteImage(sitk.GetImageFromArray(np.zeros((3, 3, 3), np.uint8)), str(tmp_path / "mask.nrrd"))
    told(lambda: read_mask(tmp_path / "mask.nrrd"), RegionError, "empty")


def test_a_mask_of_everything_is_everything(tmp_path: Path) -> None:
    sitk.WriteImage(sitk.GetImageFromArray(np.ones((3, 4, 5), np.uint8)), str(tmp_path / "mask.nrrd"))
    assert read_mask(tmp_path / "mask.nrrd").array.sum() == 60


@pytest.mark.parametrize(("key", "value"), [("LabelValue", "one"), ("Layer", "1.5"), ("Layer", "9"), ("Layer", "-1")])
def test_a_segmentation_with_nonsense_in_its_header_is_refused(key: str, value: str, tmp_path: Path) -> None:
    image = to_image(Volume(np.ones((3, 3, 3), np.uint8), np.eye(4)))
    image.SetMetaData("Segment0_ID", "Segment_0")
    image.SetMetaData("Segment0_Name", "Tumor")
    image.SetMetaData(f"Segment0_{key}", value)
    sitk.WriteImage(image, str(tmp_path / "rois.seg.nrrd"))
    if key == "Layer" and "." not in value:
        # A file with one layer has no other.
        assert read_mask(tmp_path / "rois.seg.nrrd").array.all()
    else:
        told(lambda: read_mask(tmp_path / "rois.seg.nrrd"), InputError, "is no number")


def test_a_mask_off_the_grid_of_the_scan_is_brought_to_it_or_refused() -> None:
    scan = Volume(np.zeros((8, 8, 8), np.float32), np.eye(4), "scan")
    finer = Volume(np.ones((8, 8, 8), np.uint8), np.diag([0.5, 0.5, 0.5, 1.0]), "drawn")
    assert tumor_from_mask(finer, scan).array.sum() == 4**3
    elsewhere = np.eye(4)
    elsewhere[:3, 3] = 500.0
    told(lambda: tumor_from_mask(Volume(finer.array, elsewhere, "drawn"), scan), RegionError, "nothing of it lies")


@pytest.mark.parametrize("ending", [".nii", ".nii.gz", ".nrrd", ".mha"])
def test_a_path_that_is_not_ascii_is_read(tmp_path: Path, ending: str) -> None:
    folder = tmp_path / "Ünïcode 患者"
    folder.mkdir()
    scan = Volume(np.arange(60, dtype=np.float32).reshape(3, 4, 5), np.eye(4), "T1")
    write_volume(scan, folder / f"škan{ending}")
    np.testing.assert_array_equal(read_image(folder / f"škan{ending}").array, scan.array)
