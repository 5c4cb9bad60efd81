from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import SimpleITK as sitk

from RadioGenomicsLib.errors import GeometryError
from RadioGenomicsLib.errors import InputError
from RadioGenomicsLib.errors import OutputError
from RadioGenomicsLib.imaging.grid import canonical
from RadioGenomicsLib.imaging.itk import check_geometry
from RadioGenomicsLib.imaging.reading import read_volume
from RadioGenomicsLib.imaging.reading import write_volume
from RadioGenomicsLib.imaging.volume import Volume


@pytest.mark.parametrize("ending", [".nii.gz", ".nrrd", ".mha", ".nii"])
def test_a_point_in_ras_stays_where_it_was_in_a_file(blob, tmp_path, ending):
    volume, _ = blob
    write_volume(volume, tmp_path / f"scan{ending}")
    back = read_volume(tmp_path / f"scan{ending}")
    assert back.same_grid(volume, tolerance_mm=1e-2)
    assert np.array_equal(back.array, volume.array)
    assert (back.name, back.array.dtype) == ("scan", np.float32)


def test_ras_agrees_with_the_nifti_header(blob, tmp_path):
    nibabel = pytest.importorskip("nibabel")
    write_volume(blob[0], tmp_path / "scan.nii.gz")
    assert np.allclose(nibabel.load(tmp_path / "scan.nii.gz").affine, blob[0].affine, atol=1e-3)


def test_a_component_of_a_4d_file_is_picked(tmp_path):
    image = sitk.JoinSeries([sitk.GetImageFromArray(np.arange(8.0).reshape(2, 2, 2) + 10 * n) for n in range(3)])
    sitk.WriteImage(image, str(tmp_path / "study.nii.gz"))
    assert read_volume(f"{tmp_path}/study.nii.gz#1").array.max() == 17
    with pytest.raises(InputError, match=r"study\.nii\.gz#0 to study\.nii\.gz#2"):
        read_volume(tmp_path / "study.nii.gz")
    with pytest.raises(InputError, match="no such component"):
        read_volume(f"{tmp_path}/study.nii.gz#3")


def test_a_color_picture_is_refused(tmp_path):
    image = sitk.GetImageFromArray(np.random.default_rng(0).integers(0, 255, (3, 4, 5, 3), np.uint8), isVector=True)
    sitk.WriteImage(image, str(tmp_path / "color.nrrd"))
    with pytest.raises(InputError, match="color picture"):
        read_volume(tmp_path / "color.nrrd")


def test_what_is_no_scan_is_refused_by_name(tmp_path):
    (tmp_path / "broken.nii.gz").write_bytes(b"not an image")
    sitk.WriteImage(sitk.GetImageFromArray(np.zeros((3, 3, 3), np.float32)), str(tmp_path / "empty.nrrd"))
    sitk.WriteImage(sitk.GetImageFromArray(np.full((3, 3, 3), np.nan)), str(tmp_path / "nan.nrrd"))
    sitk.WriteImage(sitk.GetImageFromArray(np.eye(4)), str(tmp_path / "flat.nrrd"))
    reasons = {
        "broken.nii.gz": "damaged",
        "empty.nrrd": "same value",
        "nan.nrrd": "finite",
        "flat.nrrd": "2-D",
        "gone.nii": "no such file",
    }
    for name, reason in reasons.items():
        with pytest.raises(InputError, match=reason) as caught:
            read_volume(tmp_path / name)
        assert name in str(caught.value)


def test_voxels_that_are_not_finite_become_the_lowest_value(tmp_path, caplog):
    array = np.arange(27, dtype=np.float32).reshape(3, 3, 3) - 5
    array[0, 0, 1] = np.nan
    sitk.WriteImage(sitk.GetImageFromArray(array), str(tmp_path / "scan.nrrd"))
    assert read_volume(tmp_path / "scan.nrrd").array[0, 0, 1] == -5
    assert "1 voxels are not finite" in caplog.text


def test_a_sheared_nifti_is_refused(tmp_path):
    nibabel = pytest.importorskip("nibabel")
    sheared = np.eye(4)
    sheared[0, 1] = 0.4
    nibabel.save(nibabel.Nifti1Image(np.random.default_rng(0).random((4, 4, 4)), sheared), tmp_path / "sheared.nii")
    with pytest.raises(GeometryError, match="right angles"):
        read_volume(tmp_path / "sheared.nii")


@pytest.mark.parametrize(
    ("affine", "reason"),
    [
        (np.diag([1.0, 1.0, 1000.0, 1.0]), "implausible"),
        (np.diag([1.0, np.nan, 1.0, 1.0]), "not numbers"),
        (np.diag([1.0, 0.0, 1.0, 1.0]), "implausible"),
        (np.eye(4) + 0.3 * np.eye(4, k=1), "right angles"),
    ],
)
def test_an_unusable_grid_is_refused(affine, reason):
    with pytest.raises(GeometryError, match=reason):
        check_geometry(Volume(np.zeros((2, 2, 2)), affine, "scan"))


def test_a_volume_that_cannot_be_written_leaves_nothing_behind(tmp_path):
    volume = Volume(np.zeros((2, 2, 2), np.uint8), np.eye(4))
    with pytest.raises(OutputError, match="cannot be written"):
        write_volume(volume, tmp_path / "scan.nonsense")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("share", [0.05, 0.5, 0.98])
def test_a_gzip_file_that_was_cut_off_is_refused(tmp_path: Path, share: float) -> None:
    array = np.random.default_rng(0).normal(size=(12, 30, 30)).astype(np.float32)
    write_volume(Volume(array, np.diag([1.0, 1.0, 2.0, 1.0])), tmp_path / "whole.nii.gz")
    content = (tmp_path / "whole.nii.gz").read_bytes()
    (tmp_path / "cut.nii.gz").write_bytes(content[: int(len(content) * share)])
    with pytest.raises(InputError, match=r"cut\.nii\.gz.*ends too early"):
        read_volume(tmp_path / "cut.nii.gz")


@pytest.mark.parametrize("ending", [".nii", ".nii.gz", ".nrrd"])
@pytest.mark.parametrize("flips", [(1, 1, 1), (-1, 1, 1), (1, -1, -1), (-1, -1, -1)])
def test_canonical_axes_of_a_file_with_flipped_ones_need_no_copy(tmp_path: Path, ending: str, flips: tuple) -> None:
    array = np.arange(60, dtype=np.int16).reshape(3, 4, 5)
    write_volume(Volume(array, np.diag([*flips, 1.0])), tmp_path / f"scan{ending}")
    scan = read_volume(tmp_path / f"scan{ending}")
    np.testing.assert_array_equal(scan.array, array)
    upright = canonical(scan)
    assert upright.array.flags.c_contiguous
    assert np.shares_memory(upright.array, scan.array)
