"""What holds for any scan, any grid and any bytes (hypothesis)."""

from __future__ import annotations

import itertools
import tempfile
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck
from hypothesis import assume
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from scipy.spatial.transform import Rotation

from RadioGenomicsLib.errors import GeometryError
from RadioGenomicsLib.errors import RadioGenomicsError
from RadioGenomicsLib.imaging.dicom import read_image
from RadioGenomicsLib.imaging.grid import canonical
from RadioGenomicsLib.imaging.grid import grid_of
from RadioGenomicsLib.imaging.grid import resample
from RadioGenomicsLib.imaging.itk import check_geometry
from RadioGenomicsLib.imaging.itk import from_image
from RadioGenomicsLib.imaging.itk import to_image
from RadioGenomicsLib.imaging.mask_file import read_mask
from RadioGenomicsLib.imaging.reading import read_volume
from RadioGenomicsLib.imaging.reading import write_volume
from RadioGenomicsLib.imaging.volume import Volume
from Testing.faults.bad_scans import nifti
from Testing.fuzz.targets import TARGETS

# The same examples in every run; how long one takes depends on who else uses the machine.
settings.register_profile(
    "bench",
    derandomize=True,
    deadline=None,
    max_examples=40,
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
settings.load_profile("bench")

_numbers = st.floats(-1e6, 1e6, width=32)
_voxels = arrays.arrays(
    np.float32, arrays.array_shapes(min_dims=3, max_dims=3, min_side=1, max_side=5), elements=_numbers
)


@st.composite
def grids(draw: st.DrawFn) -> np.ndarray:
    """Return the affine of a usable grid: any rotation, flips, order of axes, voxel size and place."""
    rotation = Rotation.from_euler("xyz", draw(st.tuples(*[st.floats(-180, 180)] * 3)), degrees=True).as_matrix()
    order = draw(st.permutations(range(3)))
    flips = draw(st.tuples(*[st.sampled_from([-1.0, 1.0])] * 3))
    spacing = draw(st.tuples(*[st.floats(0.05, 50.0)] * 3))
    matrix = np.eye(4)
    matrix[:3, :3] = (rotation * np.array(flips) * np.array(spacing))[:, order]
    matrix[:3, 3] = draw(st.tuples(*[st.floats(-1000.0, 1000.0)] * 3))
    return matrix


def _same_places(one: np.ndarray, other: np.ndarray, size: tuple[int, ...], within_mm: float) -> bool:
    corners = np.array([[i, j, k, 1] for i in (0, size[0]) for j in (0, size[1]) for k in (0, size[2])], float).T
    return bool(np.abs(one @ corners - other @ corners).max() <= within_mm)


@pytest.mark.parametrize("ending", [".nii.gz", ".nrrd", ".mha"])
@given(array=_voxels, affine=grids())
def test_what_is_written_is_read_back_in_place(ending: str, array: np.ndarray, affine: np.ndarray) -> None:
    assume(array.min() != array.max())
    volume = Volume(array, affine, "scan")
    with tempfile.TemporaryDirectory() as folder:
        write_volume(volume, Path(folder, f"scan{ending}"))
        back = read_volume(Path(folder, f"scan{ending}"))
    assert np.array_equal(back.array, array)
    # NIfTI keeps a grid in float32: 1e-7 of a place 1,000 mm away.
    assert _same_places(back.affine, affine, volume.size, 0.02 if ending == ".nii.gz" else 1e-6)


@given(array=_voxels, affine=grids())
def test_a_mask_is_read_back_in_place(array: np.ndarray, affine: np.ndarray) -> None:
    inside = array > np.median(array)
    assume(inside.any())
    with tempfile.TemporaryDirectory() as folder:
        write_volume(Volume(inside.astype(np.uint8), affine), Path(folder, "mask.nrrd"))
        assert np.array_equal(read_mask(Path(folder, "mask.nrrd")).array, inside)


@given(array=_voxels, affine=grids())
def test_canonical_axes_move_no_voxel(array: np.ndarray, affine: np.ndarray) -> None:
    volume = Volume(array, affine)
    turned = canonical(volume)
    k, j, i = np.indices(array.shape)
    ijk = np.stack([i, j, k], axis=-1).reshape(-1, 3)
    found = np.rint(turned.ijk(volume.ras(ijk))).astype(int)
    assert np.allclose(turned.ras(found), volume.ras(ijk), atol=1e-6)
    assert np.array_equal(turned.array[tuple(found.T[::-1])], array.ravel())
    # i to the left, j to the back, k upward: no other order of the axes comes nearer.
    cosines = np.diag([-1, -1, 1]) @ turned.affine[:3, :3] / turned.spacing
    assert (np.diag(cosines) >= -1e-9).all()
    orders = [np.abs(cosines[range(3), order]).sum() for order in itertools.permutations(range(3))]
    assert np.diag(cosines).sum() >= max(orders) - 1e-9
    assert np.array_equal(canonical(turned).array, turned.array)


@given(array=_voxels, affine=grids())
def test_itk_and_back_is_the_same_volume(array: np.ndarray, affine: np.ndarray) -> None:
    back = from_image(to_image(Volume(array, affine)), "x")
    assert np.array_equal(back.array, array)
    assert _same_places(back.affine, affine, array.shape[::-1], 1e-6)


@given(affine=grids(), spacing=st.tuples(*[st.floats(0.5, 20.0)] * 3), size=st.tuples(*[st.integers(1, 12)] * 3))
def test_a_new_grid_covers_the_box_and_keeps_its_middle(
    affine: np.ndarray, spacing: tuple[float, ...], size: tuple[int, ...]
) -> None:
    volume = Volume(np.broadcast_to(np.uint8(0), size), affine)
    assume(all(s * n / t < 200 for s, n, t in zip(volume.spacing, volume.size, (min(spacing),) * 3, strict=True)))
    grid = grid_of(volume, spacing)
    assert np.allclose(grid.spacing, spacing)
    middle = volume.ras((np.array(volume.size) - 1) / 2)
    assert np.allclose(grid.ras((np.array(grid.size) - 1) / 2), middle, atol=1e-6)
    lengths = np.sort(np.array(grid.spacing) * grid.size)
    assert lengths[-1] >= np.min(np.array(volume.spacing) * volume.size) - 1e-2


@given(affine=grids(), other=grids())
def test_resampling_invents_no_values(affine: np.ndarray, other: np.ndarray) -> None:
    array = np.random.default_rng(0).uniform(10, 20, (4, 5, 6)).astype(np.float32)
    moved = resample(Volume(array, affine), Volume(np.zeros((3, 4, 5), np.uint8), other), fill=10.0)
    assert moved.array.shape == (3, 4, 5)
    assert np.array_equal(moved.affine, other)
    assert moved.array.min() >= 10 - 1e-3
    assert moved.array.max() <= 20 + 1e-3


@given(
    matrix=arrays.arrays(np.float64, (4, 4), elements=st.floats(allow_nan=True, allow_infinity=True)),
    shape=arrays.array_shapes(min_dims=3, max_dims=3, max_side=3),
)
def test_any_affine_is_usable_or_refused(matrix: np.ndarray, shape: tuple[int, ...]) -> None:
    volume = Volume(np.zeros(shape, np.float32), matrix, "scan")
    try:
        check_geometry(volume)
    except GeometryError:
        return
    turned = canonical(volume)
    assert np.isfinite(turned.affine).all()
    assert sorted(turned.array.shape) == sorted(shape)


@pytest.mark.parametrize("name", [name for name in TARGETS if name not in ("bundle_zip", "result", "gene_names")])
@settings(max_examples=12)
@given(data=st.binary(max_size=600))
def test_any_bytes_are_read_or_refused(name: str, data: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        TARGETS[name](data, Path(folder))


@given(place=st.integers(0, 351), value=st.integers(0, 255))
@settings(max_examples=80)
def test_any_altered_byte_of_a_nifti_header_is_borne(place: int, value: int) -> None:
    content = nifti()
    content[place] = value
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "scan.nii").write_bytes(content)
        with suppress(RadioGenomicsError):
            volume = read_image(Path(folder, "scan.nii"))
            assert np.isfinite(volume.array).all()
            assert np.isfinite(volume.affine).all()
