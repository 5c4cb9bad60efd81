"""Masks in files and DICOM folders."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import SimpleITK as sitk

from RadioGenomicsLib.errors import InputError
from RadioGenomicsLib.errors import RegionError
from RadioGenomicsLib.imaging.itk import to_image
from RadioGenomicsLib.imaging.mask_file import read_mask
from RadioGenomicsLib.imaging.volume import Volume
from Testing.faults import bad_dicom


def write(path: Path, array: np.ndarray) -> Path:
    sitk.WriteImage(sitk.GetImageFromArray(array), str(path))
    return path


@pytest.fixture
def labels() -> np.ndarray:
    """Necrosis, edema and rim as BraTS numbers them."""
    array = np.zeros((3, 4, 5), np.int16)
    array[0, 0], array[1, 1], array[2, 2] = 1, 2, 4
    return array


@pytest.mark.parametrize("dtype", [np.uint8, np.int16, np.float32, np.float64])
@pytest.mark.parametrize("value", [1, 100])
def test_a_mask_is_one_inside_whatever_its_value(tmp_path: Path, dtype: type, value: int) -> None:
    array = np.zeros((3, 4, 5), dtype)
    array[1, 2, 3] = value
    mask = read_mask(write(tmp_path / "mask.nii.gz", array))
    assert mask.array.dtype == np.uint8
    assert np.argwhere(mask.array).tolist() == [[1, 2, 3]]
    assert mask.notes == ()


def test_of_a_label_map_the_label_is_asked_for(tmp_path: Path, labels: np.ndarray) -> None:
    path = write(tmp_path / "seg.nii.gz", labels)
    with pytest.raises(InputError, match=r"3 labels \(1, 2, 4\). Pick one or several, as seg\.nii\.gz#1 or .*#1\+2"):
        read_mask(path)
    assert np.array_equal(read_mask(f"{path}#4").array, labels == 4)
    assert np.array_equal(read_mask(f"{path}#1+2+4").array, labels > 0)
    with pytest.raises(InputError, match=r"seg\.nii\.gz#3: there is no such label. There are: 1, 2, 4"):
        read_mask(f"{path}#3")
    with pytest.raises(InputError, match="0 is what is outside"):
        read_mask(f"{path}#0")


def test_a_label_in_a_component_of_a_4d_file_is_picked(tmp_path: Path, labels: np.ndarray) -> None:
    image = sitk.JoinSeries([sitk.GetImageFromArray(one) for one in (labels * 0 + 9, labels)])
    sitk.WriteImage(image, str(tmp_path / "study.nii.gz"))
    assert np.array_equal(read_mask(f"{tmp_path}/study.nii.gz#1#2").array, labels == 2)
    with pytest.raises(InputError, match=r"Pick one or several, as study\.nii\.gz#1#1"):
        read_mask(f"{tmp_path}/study.nii.gz#1")
    with pytest.raises(InputError, match="2 components"):
        read_mask(tmp_path / "study.nii.gz")


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_a_soft_mask_is_cut_at_a_half_and_says_so(tmp_path: Path, dtype: type) -> None:
    array = np.linspace(0, 1, 60).reshape(3, 4, 5).astype(dtype)
    mask = read_mask(write(tmp_path / "prob.nii.gz", array))
    assert np.array_equal(mask.array, array > 0.5)
    assert "fractions from 0 to 1: what is above 0.5 counts as inside, 51 %" in mask.notes[0]


def test_a_soft_mask_that_is_nowhere_likely_is_empty_and_says_why(tmp_path: Path) -> None:
    with pytest.raises(RegionError, match=r"the mask is empty \(it holds fractions"):
        read_mask(write(tmp_path / "prob.nii.gz", np.linspace(0, 0.4, 60).reshape(3, 4, 5)))


@pytest.mark.parametrize("top", [1.2, 100.0, 255.0])
def test_fractions_beyond_1_are_refused(tmp_path: Path, top: float) -> None:
    with pytest.raises(InputError, match="neither labels nor probabilities"):
        read_mask(write(tmp_path / "prob.nii.gz", np.linspace(0, top, 60).reshape(3, 4, 5)))


def test_fractions_below_0_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="neither labels nor probabilities"):
        read_mask(write(tmp_path / "cubic.nii.gz", np.linspace(-0.1, 1, 60).reshape(3, 4, 5)))


@pytest.mark.parametrize("top", [100, 255])
def test_a_probability_in_whole_numbers_is_refused_with_the_remedy(tmp_path: Path, top: int) -> None:
    array = np.rint(np.linspace(0, top, 60)).reshape(3, 4, 5).astype(np.uint8)
    with pytest.raises(InputError, match=r"as a probability map or a scan does.* Save it as a mask of 0 and 1"):
        read_mask(write(tmp_path / "prob.nii.gz", array))


def test_what_is_below_zero_or_not_finite_is_outside(tmp_path: Path) -> None:
    array = np.full((3, 4, 5), -1000.0)
    array[0, 0, 0], array[1] = np.nan, 1
    mask = read_mask(write(tmp_path / "mask.nrrd", array))
    assert np.array_equal(mask.array, array == 1)


def test_a_series_of_images_is_a_mask(tmp_path: Path) -> None:
    series = bad_dicom.images()
    for number, image in enumerate(series):
        image.PixelData = (bad_dicom.pixels(number) % 2).tobytes()
    folder = bad_dicom.write(tmp_path / "roi", series)
    mask = read_mask(folder)
    assert mask.array.sum() == mask.array.size / 2
    with pytest.raises(InputError, match="one slice of a DICOM series"):
        read_mask(next(folder.iterdir()))


def test_of_a_series_of_labels_the_label_is_asked_for(tmp_path: Path) -> None:
    series = bad_dicom.images()
    for image in series:
        image.PixelData = (bad_dicom.pixels(0) % 3).astype(np.uint16).tobytes()
    folder = bad_dicom.write(tmp_path / "labels", series)
    with pytest.raises(InputError, match="labels#Ax FLAIR: it holds 2 labels"):
        read_mask(folder)
    assert read_mask(f"{folder}#Ax FLAIR#2").array.mean() == pytest.approx(1 / 3)


@pytest.mark.parametrize(("modality", "name"), [("SEG", "segmentation"), ("RTSTRUCT", "structure set")])
@pytest.mark.parametrize("one_file", [True, False])
def test_a_dicom_object_of_regions_is_refused_with_the_way_out(
    tmp_path: Path, modality: str, name: str, one_file: bool
) -> None:
    (image,) = bad_dicom.images(slices=[0])
    image.Modality = modality
    if modality == "RTSTRUCT":
        del image.PixelData, image.Rows, image.Columns
    folder = bad_dicom.write(tmp_path / "regions", [image])
    with pytest.raises(InputError, match=rf"a DICOM {name} \({modality}\), which is not read yet. .*export"):
        read_mask(next(folder.iterdir()) if one_file else folder)


def test_a_folder_without_dicom_is_no_mask(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="there is no DICOM file in it"):
        read_mask(tmp_path)


def test_an_empty_mask_is_refused(tmp_path):
    sitk.WriteImage(sitk.GetImageFromArray(np.zeros((3, 3, 3), np.uint8)), str(tmp_path / "mask.nrrd"))
    with pytest.raises(RegionError, match="empty"):
        read_mask(tmp_path / "mask.nrrd")


def test_a_segment_is_picked_by_name(tmp_path):
    labels = np.zeros((3, 3, 3), np.uint8)
    labels[0], labels[1, 0] = 1, 2
    image = to_image(Volume(labels, np.eye(4)))
    for index, name in enumerate(("Brain", "Tumor")):
        image.SetMetaData(f"Segment{index}_ID", f"Segment_{index}")
        image.SetMetaData(f"Segment{index}_Name", name)
        image.SetMetaData(f"Segment{index}_LabelValue", str(index + 1))
    sitk.WriteImage(image, str(tmp_path / "rois.seg.nrrd"))
    assert read_mask(f"{tmp_path}/rois.seg.nrrd#Tumor").array.sum() == 3
    assert read_mask(f"{tmp_path}/rois.seg.nrrd#Brain").array.sum() == 9
    with pytest.raises(InputError, match="Brain, Tumor"):
        read_mask(tmp_path / "rois.seg.nrrd")
