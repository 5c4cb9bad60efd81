"""Left stays left: what a header says of it is honored, and what it does not say is not guessed."""

from __future__ import annotations

import struct
from pathlib import Path

import nibabel
import numpy as np
import pytest
import SimpleITK as sitk

from RadioGenomicsLib.errors import GeometryError
from RadioGenomicsLib.errors import InputError
from RadioGenomicsLib.imaging.mask_file import read_mask
from RadioGenomicsLib.imaging.orientation import check_orientation
from RadioGenomicsLib.imaging.reading import read_volume
from RadioGenomicsLib.imaging.volume import Volume

SHAPE_IJK = (5, 6, 7)
# Left-handed, oblique, anisotropic.
AFFINE = np.array([[-1.2, 0.1, 0.3, 10.0], [0.1, 1.5, -0.4, -20.0], [0.08, 0.15, 3.0, 5.0], [0, 0, 0, 1.0]])
AFFINE[:3, :3] = np.linalg.qr(AFFINE[:3, :3])[0] * (1.2, 1.5, 3.0)
FLIPPED = AFFINE @ np.diag([-1.0, 1.0, 1.0, 1.0])


def voxels(dtype: type = np.int16) -> np.ndarray:
    return np.arange(np.prod(SHAPE_IJK)).reshape(SHAPE_IJK).astype(dtype)


def nifti(path: Path, qform: np.ndarray | None, sform: np.ndarray | None, codes: tuple[int, int] = (1, 1)) -> Path:
    """Write a NIfTI-1 file with these two forms; None: its code is 0."""
    image = nibabel.Nifti1Image(voxels(), None)
    image.header.set_zooms((1.2, 1.5, 3.0))
    image.set_qform(qform, 0 if qform is None else codes[0])
    image.set_sform(sform, 0 if sform is None else codes[1])
    nibabel.save(image, path)
    return path


def shifted(mm: float) -> np.ndarray:
    affine = AFFINE.copy()
    affine[0, 3] += mm
    return affine


@pytest.mark.parametrize("ending", [".nii", ".nii.gz"])
@pytest.mark.parametrize("codes", [(1, 1), (1, 2), (2, 1), (1, 4), (4, 4)], ids=str)
def test_the_sform_counts_where_the_forms_differ_as_in_nibabel(tmp_path: Path, codes: tuple, ending: str) -> None:
    path = nifti(tmp_path / f"scan{ending}", AFFINE, shifted(8), codes)
    scan = read_volume(path)
    np.testing.assert_allclose(scan.affine, nibabel.load(path).affine, atol=1e-4)
    np.testing.assert_array_equal(scan.array.T, voxels())
    assert "its qform and its sform differ by 8 mm: the sform was taken" in scan.notes[0]


@pytest.mark.parametrize("forms", [(AFFINE, None), (None, AFFINE), (AFFINE, AFFINE), (AFFINE, shifted(0.4))])
def test_forms_that_agree_are_read_without_a_word(tmp_path: Path, forms: tuple) -> None:
    path = nifti(tmp_path / "scan.nii.gz", *forms)
    scan = read_volume(path)
    # Up to a millimeter nothing is said, and either may be taken.
    np.testing.assert_allclose(scan.affine, AFFINE, atol=0.5)
    assert scan.notes == ()


@pytest.mark.parametrize("axis", [0, 1, 2])
def test_forms_that_contradict_each_other_in_a_direction_are_refused(tmp_path: Path, axis: int) -> None:
    flip = np.eye(4)
    flip[axis, axis] = -1
    path = nifti(tmp_path / "scan.nii.gz", AFFINE, AFFINE @ flip)
    with pytest.raises(GeometryError, match=r"scan\.nii\.gz: left and right cannot be told: its qform and its sform"):
        read_volume(path)


def test_a_sheared_sform_leaves_the_word_to_the_qform(tmp_path: Path) -> None:
    path = nifti(tmp_path / "scan.nii.gz", AFFINE, AFFINE @ (np.eye(4) + 0.3 * np.eye(4, k=1)), (1, 4))
    scan = read_volume(path)
    np.testing.assert_allclose(scan.affine, AFFINE, atol=1e-4)
    assert "its sform is sheared" in scan.notes[0]


@pytest.mark.parametrize("ending", [".nii", ".nii.gz"])
def test_a_nifti_file_without_a_form_is_refused_or_read_as_told(tmp_path: Path, ending: str) -> None:
    path = nifti(tmp_path / f"scan{ending}", None, None)
    with pytest.raises(GeometryError, match=r"left and right cannot be told: .*both codes are 0.*--orientation"):
        read_volume(path)
    for codes in ("LAS", "RAS", "PIR"):
        scan = read_volume(path, orientation=codes.lower())
        assert nibabel.aff2axcodes(scan.affine) == tuple(codes)
        assert scan.spacing == pytest.approx((1.2, 1.5, 3.0))
        np.testing.assert_allclose(scan.ras((np.array(SHAPE_IJK) - 1) / 2), 0, atol=1e-5)
        np.testing.assert_array_equal(scan.array.T, voxels())
        assert f"it was read as {codes}, as you said" in scan.notes[0]


def test_what_a_header_does_tell_is_not_changed_by_what_is_said(tmp_path: Path) -> None:
    path = nifti(tmp_path / "scan.nii.gz", AFFINE, AFFINE)
    np.testing.assert_array_equal(read_volume(path, orientation="RAS").affine, read_volume(path).affine)


@pytest.mark.parametrize("wrong", ["RA", "RASR", "RLA", "XYZ", "RRS", ""])
def test_what_is_no_orientation_is_refused(wrong: str) -> None:
    with pytest.raises(InputError, match="it is no orientation"):
        check_orientation(wrong)


def negative(path: Path, axis: int) -> Path:
    content = bytearray(path.read_bytes())
    (size,) = struct.unpack_from("<f", content, 76 + 4 * axis)
    struct.pack_into("<f", content, 76 + 4 * axis, -size)
    path.write_bytes(content)
    return path


@pytest.mark.parametrize("axis", [1, 2, 3])
@pytest.mark.parametrize("forms", [(AFFINE, AFFINE), (None, AFFINE)], ids=["both", "sform"])
def test_a_negative_voxel_size_means_nothing_beside_an_sform(tmp_path: Path, axis: int, forms: tuple) -> None:
    path = negative(nifti(tmp_path / "scan.nii", *forms), axis)
    scan = read_volume(path)
    np.testing.assert_allclose(scan.affine, AFFINE, atol=1e-4)
    assert "negative voxel size" in scan.notes[0]


def test_a_negative_voxel_size_with_a_qform_alone_is_refused(tmp_path: Path) -> None:
    with pytest.raises(GeometryError, match="negative voxel size"):
        read_volume(negative(nifti(tmp_path / "scan.nii", AFFINE, None), 1))


def test_a_half_turn_keeps_its_direction(tmp_path: Path) -> None:
    for turn in ((1, -1, -1), (-1, 1, -1), (-1, -1, 1)):
        affine = np.diag([1.2 * turn[0], 1.5 * turn[1], 3.0 * turn[2], 1.0])
        scan = read_volume(nifti(tmp_path / "scan.nii", affine, None))
        np.testing.assert_allclose(scan.affine, affine, atol=1e-4)


def nrrd(path: Path, space: str, more: str = "", axes: int = 3) -> Path:
    """Write a NRRD file of the space, whose axes point along it; of four axes, the last one has two times."""
    sizes = " ".join(map(str, SHAPE_IJK)) + (" 2" if axes == 4 else "")
    data = np.concatenate([voxels().T] * (axes - 2)).tobytes()
    header = f"NRRD0004\ntype: short\ndimension: {axes}\nsizes: {sizes}\nendian: little\nencoding: raw\n{space}{more}\n"
    path.write_bytes(header.encode() + data)
    return path


_ALONG = "space directions: (1.2,0,0) (0,1.5,0) (0,0,3)\nspace origin: (5,6,7)\n"
_ALONG_TIME = "space directions: (1.2,0,0,0) (0,1.5,0,0) (0,0,3,0) (0,0,0,1)\nspace origin: (5,6,7,0)\n"
SPACES = {"right-anterior-superior": "RAS", "left-anterior-superior": "LAS", "left-posterior-superior": "LPS"}
SPACES |= {short: short.upper() for short in ("RAS", "las", "LPS")}
TIMES = {f"{long}-time": SPACES[long] for long in list(SPACES)[:3]} | {f"{short}T": short for short in ("RAS", "LAS")}


@pytest.mark.parametrize(("space", "codes"), SPACES.items())
def test_every_space_of_the_patient_is_honored(tmp_path: Path, space: str, codes: str) -> None:
    scan = read_volume(nrrd(tmp_path / "scan.nrrd", f"space: {space}\n", _ALONG))
    assert "".join(nibabel.aff2axcodes(scan.affine)) == codes
    np.testing.assert_allclose(np.abs(scan.affine[:3, 3]), (5, 6, 7))
    np.testing.assert_array_equal(scan.array.T, voxels())
    assert scan.notes == ()


@pytest.mark.parametrize(("space", "codes"), TIMES.items())
def test_spaces_with_time_are_honored_as_well(tmp_path: Path, space: str, codes: str) -> None:
    path = nrrd(tmp_path / "scan.nrrd", f"space: {space}\n", _ALONG_TIME, axes=4)
    scan = read_volume(f"{path}#1")
    assert "".join(nibabel.aff2axcodes(scan.affine)) == codes
    np.testing.assert_allclose(np.abs(scan.affine[:3, 3]), (5, 6, 7))


@pytest.mark.parametrize("space", ["scanner-xyz", "3D-right-handed", "3D-left-handed"])
def test_a_space_that_is_not_the_patients_is_refused_by_name(tmp_path: Path, space: str) -> None:
    path = nrrd(tmp_path / "scan.nrrd", f"space: {space}\n", _ALONG)
    with pytest.raises(GeometryError, match=f"its space is {space.lower()}, which is not the patient's"):
        read_volume(path)
    assert nibabel.aff2axcodes(read_volume(path, orientation="LPS").affine) == ("L", "P", "S")


@pytest.mark.parametrize("header", ["spacings: 1.2 1.5 3\n", "", f"space dimension: 3\n{_ALONG}"])
def test_a_nrrd_file_without_a_space_is_refused_or_read_as_told(tmp_path: Path, header: str) -> None:
    path = nrrd(tmp_path / "scan.nrrd", header)
    with pytest.raises(GeometryError, match="its header has no space"):
        read_volume(path)
    scan = read_volume(path, orientation="RAS")
    assert nibabel.aff2axcodes(scan.affine) == ("R", "A", "S")
    assert scan.spacing == pytest.approx((1.2, 1.5, 3.0) if header else (1, 1, 1))


def meta_image(path: Path, header: str) -> Path:
    text = (
        f"ObjectType = Image\nNDims = 3\nDimSize = 5 6 7\nElementType = MET_SHORT\nElementSpacing = 1.2 1.5 3\n{header}"
    )
    path.write_bytes(f"{text}ElementDataFile = LOCAL\n".encode() + voxels().T.tobytes())
    return path


@pytest.mark.parametrize(
    ("header", "reason"),
    [
        ("", "has no TransformMatrix"),
        ("Offset = 1 2 3\n", "has no TransformMatrix"),
        ("AnatomicalOrientation = RAI\n", r"AnatomicalOrientation \(RAI\) is written in two opposite ways"),
    ],
)
def test_a_meta_image_without_directions_is_refused_or_read_as_told(tmp_path: Path, header: str, reason: str) -> None:
    path = meta_image(tmp_path / "scan.mha", header)
    with pytest.raises(GeometryError, match=reason):
        read_volume(path)
    assert nibabel.aff2axcodes(read_volume(path, orientation="LAS").affine) == ("L", "A", "S")


@pytest.mark.parametrize("key", ["TransformMatrix", "Rotation", "Orientation"])
def test_a_meta_image_with_directions_is_read_as_itk_does(tmp_path: Path, key: str) -> None:
    path = meta_image(tmp_path / "scan.mha", f"{key} = -1 0 0 0 -1 0 0 0 1\nOffset = 1 2 3\n")
    scan = read_volume(path)
    assert nibabel.aff2axcodes(scan.affine) == ("R", "A", "S")
    assert sitk.ReadImage(str(path)).GetOrigin() == (1, 2, 3)
    np.testing.assert_allclose(scan.affine[:3, 3], (-1, -2, 3))


@pytest.mark.parametrize("ending", [".nii", ".nii.gz"])
@pytest.mark.parametrize("dtype", [np.int16, np.float32, np.float64, np.uint8])
def test_nifti_2_is_read(tmp_path: Path, ending: str, dtype: type) -> None:
    nibabel.save(nibabel.Nifti2Image(voxels(dtype), AFFINE), tmp_path / f"scan{ending}")
    scan = read_volume(tmp_path / f"scan{ending}")
    np.testing.assert_array_equal(scan.array.T, voxels())
    np.testing.assert_allclose(scan.affine, AFFINE, atol=1e-9)


def test_nifti_2_that_is_scaled_big_endian_or_4d_is_read(tmp_path: Path) -> None:
    image = nibabel.Nifti2Image(voxels() / 7, AFFINE)
    image.set_data_dtype(np.int16)
    nibabel.save(image, tmp_path / "scaled.nii.gz")
    assert image.header["magic"].item().startswith(b"n+2")
    np.testing.assert_allclose(read_volume(tmp_path / "scaled.nii.gz").array.T, voxels() / 7, atol=1e-2)
    header = nibabel.Nifti2Image(voxels(), AFFINE).header.as_byteswapped(">")
    nibabel.save(nibabel.Nifti2Image(voxels().astype(">i2"), AFFINE, header), tmp_path / "big.nii")
    np.testing.assert_array_equal(read_volume(tmp_path / "big.nii").array.T, voxels())
    four = np.stack([voxels(), voxels() + 1], axis=-1)
    nibabel.save(nibabel.Nifti2Image(four, AFFINE), tmp_path / "four.nii.gz")
    np.testing.assert_array_equal(read_volume(f"{tmp_path}/four.nii.gz#1").array.T, voxels() + 1)
    with pytest.raises(InputError, match="2 components"):
        read_volume(tmp_path / "four.nii.gz")


@pytest.mark.parametrize("ending", [".nii", ".nii.gz"])
def test_nifti_2_that_was_cut_off_or_is_complex_is_refused(tmp_path: Path, ending: str) -> None:
    nibabel.save(nibabel.Nifti2Image(voxels(), AFFINE), tmp_path / f"scan{ending}")
    content = (tmp_path / f"scan{ending}").read_bytes()
    (tmp_path / f"scan{ending}").write_bytes(content[:-30])
    with pytest.raises(InputError, match="ends too early"):
        read_volume(tmp_path / f"scan{ending}")
    nibabel.save(nibabel.Nifti2Image(voxels(np.complex64), AFFINE), tmp_path / f"complex{ending}")
    with pytest.raises(InputError, match="complex"):
        read_volume(tmp_path / f"complex{ending}")


@pytest.mark.parametrize("kind", [nibabel.Nifti1Pair, nibabel.Nifti2Pair])
def test_either_file_of_a_pair_is_the_scan(tmp_path: Path, kind: type) -> None:
    nibabel.save(kind(voxels(), AFFINE), tmp_path / "scan.img")
    for ending in (".img", ".hdr"):
        scan = read_volume(tmp_path / f"scan{ending}")
        np.testing.assert_array_equal(scan.array.T, voxels())
        np.testing.assert_allclose(scan.affine, AFFINE, atol=1e-4)
        assert scan.name == "scan"
    (tmp_path / "scan.hdr").unlink()
    with pytest.raises(InputError, match=r"scan\.img: .*header \(\.hdr\) is not beside it"):
        read_volume(tmp_path / "scan.img")


@pytest.mark.parametrize("ending", [".mgh", ".mgz"])
@pytest.mark.parametrize("dtype", [np.uint8, np.int16, np.int32, np.float32])
def test_freesurfers_format_is_read(tmp_path: Path, ending: str, dtype: type) -> None:
    nibabel.save(nibabel.MGHImage(voxels(dtype), AFFINE), tmp_path / f"scan{ending}")
    scan = read_volume(tmp_path / f"scan{ending}")
    np.testing.assert_array_equal(scan.array.T, voxels(dtype))
    np.testing.assert_allclose(scan.affine, AFFINE, atol=1e-4)
    assert scan.name == "scan"


def test_freesurfers_format_without_orientation_cut_off_or_damaged_is_refused(tmp_path: Path) -> None:
    nibabel.save(nibabel.MGHImage(voxels(), AFFINE), tmp_path / "scan.mgh")
    content = bytearray((tmp_path / "scan.mgh").read_bytes())
    (tmp_path / "cut.mgh").write_bytes(content[:400])
    with pytest.raises(InputError, match="ends too early"):
        read_volume(tmp_path / "cut.mgh")
    (tmp_path / "cut.mgz").write_bytes(content)
    with pytest.raises(InputError, match="damaged"):
        read_volume(tmp_path / "cut.mgz")
    content[28:30] = b"\0\0"
    (tmp_path / "lost.mgh").write_bytes(content)
    with pytest.raises(GeometryError, match="no good RAS information"):
        read_volume(tmp_path / "lost.mgh")
    assert nibabel.aff2axcodes(read_volume(tmp_path / "lost.mgh", orientation="RAS").affine) == ("R", "A", "S")
    content[4:8] = struct.pack(">i", 2**30)
    (tmp_path / "huge.mgh").write_bytes(content)
    with pytest.raises(InputError, match="claims"):
        read_volume(tmp_path / "huge.mgh")


@pytest.mark.parametrize("ending", [".nii", ".nii.gz"])
def test_an_axis_beyond_the_third_of_size_zero_is_no_axis(tmp_path: Path, ending: str) -> None:
    content = bytearray(nibabel.Nifti1Image(voxels(), AFFINE).to_bytes())
    struct.pack_into("<8h", content, 40, 4, *SHAPE_IJK, 0, 0, 0, 0)
    (tmp_path / "raw.nii").write_bytes(content)
    if ending == ".nii.gz":
        import gzip

        (tmp_path / "raw.nii.gz").write_bytes(gzip.compress(bytes(content)))
    scan = read_volume(tmp_path / f"raw{ending}")
    np.testing.assert_array_equal(scan.array.T, voxels())


def test_a_mask_is_read_by_the_same_rules(tmp_path: Path) -> None:
    path = nifti(tmp_path / "mask.nii.gz", None, None)
    image = nibabel.Nifti1Image((voxels() > 100).astype(np.uint8), None)
    nibabel.save(image, path)
    with pytest.raises(GeometryError, match="left and right cannot be told"):
        read_mask(path)
    mask = read_mask(path, "RAS")
    assert nibabel.aff2axcodes(mask.affine) == ("R", "A", "S")
    assert isinstance(mask, Volume)
    assert "read as RAS" in mask.notes[0]


def test_a_number_beyond_float32_counts_as_not_finite_without_a_warning_of_python(
    tmp_path: Path, recwarn: pytest.WarningsRecorder, caplog: pytest.LogCaptureFixture
) -> None:
    array = voxels(np.float64)
    array[2, 3, 4] = 1e300
    nibabel.save(nibabel.Nifti1Image(array, AFFINE), tmp_path / "scan.nii.gz")
    scan = read_volume(tmp_path / "scan.nii.gz")
    assert scan.array[4, 3, 2] == scan.array.min()
    assert "1 voxels are not finite" in caplog.text
    assert not recwarn.list
